"""Readings as InfluxDB's line protocol, and the questions to it in InfluxQL. Pure.

A row of the log is one point and no other's: tags ``gauge``, ``quantity``, ``quality`` and, from the first correction
on, ``revision``; time in nanoseconds. So a replay overwrites itself, and nothing overwrites anything else. The
observation that its device dated by the time that counts, of which there is one, stands at the microsecond itself;
others at the same microsecond stand between it and the next, by their sequence number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from ingest.readings import Quality, Reading
from ingest.store.past.instants import kept_key, reading_of
from ingest.store.past.protocol import Span
from ingest.store.past.spans import outside
from ingest.store.tables import microseconds

MEASUREMENT = "readings"
FIRST_NS, LAST_NS = -(2**63) + 2, 2**63 - 2
"""What InfluxDB takes for a time: years 1677 to 2262."""
APART_NS = 999
_FIELDS = ("key", "received_at", "device_at", "device_seq", "reasons", "seq")
_NAMES = ", ".join(f'"{each}"' for each in (*_FIELDS, "quantity", "quality", "revision"))
_TEXT = str.maketrans({"\\": "\\\\", '"': '\\"'})


def lines(readings: Iterable[Reading]) -> bytes:
    """The line protocol of readings that were checked."""
    return "\n".join(map(line, readings)).encode()


def line(reading: Reading) -> str:
    """One point."""
    observed_us = microseconds(reading.observed_at)
    key = kept_key(reading, observed_us)
    revision = f",revision={reading.revision}" if reading.revision else ""
    fields = f"value={float(reading.value)!r},received_at={microseconds(reading.received_at)}i,seq={reading.seq}i"
    if key:
        fields += f',key="{key.translate(_TEXT)}"'
        if reading.device_at is not None:
            fields += f",device_at={microseconds(reading.device_at)}i"
    if reading.device_seq is not None:
        fields += f",device_seq={reading.device_seq}i"
    if reading.reasons:
        fields += f',reasons="{" ".join(reading.reasons)}"'
    tags = f"gauge={reading.gauge_id},quality={reading.quality.value},quantity={reading.quantity.value}{revision}"
    at_ns = observed_us * 1000 + (1 + reading.seq % APART_NS if key else 0)
    return f"{MEASUREMENT},{tags} {fields} {at_ns}"


def select_rows(gauge_id: str, span: Span, quality: Quality | None = None) -> str:
    """Everything observed in a span; of one quality or of all."""
    of_quality = f" AND \"quality\" = '{quality.value}'" if quality is not None else ""
    return f'SELECT "value", {_NAMES} FROM "{MEASUREMENT}" WHERE {_where(gauge_id, span)}{of_quality}'


def select_revised(gauge_id: str, span: Span) -> str:
    """What is not the first revision."""
    return f"{select_rows(gauge_id, span)} AND \"revision\" != ''"


def select_extremes(gauge_id: str, span: Span, step: timedelta) -> list[str]:
    """TOP and BOTTOM keep the time of the point, which MAX and MIN by steps do not."""
    where = f"{_where(gauge_id, span)} AND \"revision\" = ''"
    fields = ", ".join(f'"{each}"' for each in _FIELDS)
    return [
        f'SELECT {extreme}("value", 1) AS "value", {fields} FROM "{MEASUREMENT}" WHERE {where} '
        f'GROUP BY time({step // timedelta(seconds=1)}s), "quantity", "quality"'
        for extreme in ("BOTTOM", "TOP")
    ]


def deletions(before: datetime, locked: Mapping[str, Sequence[Span]]) -> list[str]:
    """One for all gauges without a lock, one for each span outside the locks of the others."""
    names = sorted(each for each, spans in locked.items() if spans)
    others = f' AND "gauge" !~ /^({"|".join(names)})$/' if names else ""
    statements = [f'DELETE FROM "{MEASUREMENT}" WHERE time < {ns(before)}{others}']
    for name in names:
        statements += [
            f'DELETE FROM "{MEASUREMENT}" WHERE {_where(name, span)}' for span in outside(locked[name], before)
        ]
    return statements


def readings_in(gauge_id: str, answer: Mapping[str, Any]) -> list[Reading]:
    """The readings of one statement's answer, by time."""
    found = [
        _reading(gauge_id, {**series.get("tags", {}), **dict(zip(series["columns"], values, strict=True))})
        for series in answer.get("series", ())
        for values in series["values"]
        if values[1] is not None
    ]
    return sorted(found, key=lambda each: (each.observed_at, each.seq))


def ns(at: datetime) -> int:
    """Nanoseconds since 1970, within what InfluxDB takes."""
    return min(max(microseconds(at) * 1000, FIRST_NS), LAST_NS)


def _where(gauge_id: str, span: Span) -> str:
    since, until = span
    return f"\"gauge\" = '{gauge_id}' AND time >= {ns(since)} AND time <= {min(ns(until) + 999, LAST_NS)}"


def _reading(gauge_id: str, row: Mapping[str, Any]) -> Reading:
    return reading_of(
        gauge_id=gauge_id,
        quantity=row["quantity"],
        observed_us=row["time"] // 1000,
        key=row["key"] or "",
        revision=int(row.get("revision") or 0),
        value=float(row["value"]),
        received_us=row["received_at"],
        device_us=row["device_at"],
        device_seq=row["device_seq"],
        quality=row["quality"],
        reasons=row["reasons"] or "",
        seq=row["seq"],
    )
