"""Recorded floods played again: a CSV of readings, published when the clock reaches the time of their receipt."""

from __future__ import annotations

import csv
import math
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from ingest.clock import Clock
from ingest.stations import Registry
from simulators.delivery import Report, Sender, deliver
from simulators.messages import reading_message

NEEDED = ("observed_at", "gauge", "stage_m")
LONGEST_WAIT_S = 5.0


class RecordingError(Exception):
    """A recording that cannot be used; the text says where and what to write instead."""


@dataclass(frozen=True, slots=True)
class Row:
    """One recorded reading. ``stage_m`` is above the gauge zero; ``received_at`` is None where it is not known."""

    observed_at: datetime
    gauge_id: str
    stage_m: float
    received_at: datetime | None = None

    @property
    def due_at(self) -> datetime:
        """When it is published: at its receipt, else at its observation."""
        return self.received_at or self.observed_at


def read_csv(path: Path, report: Report | None = None) -> list[Row]:
    """The rows of ``observed_at,gauge,stage_m[,received_at]`` by the time they are due.

    Times are ISO 8601 with an offset. Rows without a stage are left out, and ``report`` is told how many.
    Raises RecordingError naming the line, or FileNotFoundError.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in NEEDED if name not in (reader.fieldnames or ())]
        if missing:
            raise RecordingError(
                f"{path}: the first line must name the columns {', '.join(NEEDED)}; missing: {', '.join(missing)}"
            )
        found = [_row(cells, f"{path} line {reader.line_num}") for cells in reader]
    rows = [row for row in found if row is not None]
    if report is not None and len(rows) < len(found):
        report(f"{path}: {len(found) - len(rows)} rows without a stage are left out")
    return sorted(rows, key=lambda row: row.due_at)


def shift(rows: Sequence[Row], to: datetime) -> list[Row]:
    """The recording moved in time so that its first row is due at ``to``."""
    if not rows:
        return []
    by = to - min(row.due_at for row in rows)
    return [
        replace(
            row, observed_at=row.observed_at + by, received_at=None if row.received_at is None else row.received_at + by
        )
        for row in rows
    ]


def unknown_gauges(rows: Iterable[Row], registry: Registry) -> list[str]:
    """Gauges of a recording that the registry does not know."""
    return sorted({row.gauge_id for row in rows} - registry.gauges.keys())


def run_replay(
    rows: Sequence[Row],
    registry: Registry,
    sender: Sender,
    clock: Clock,
    stop: threading.Event,
    report: Report,
) -> int:
    """Publish each row when the clock reaches its time, until the end or ``stop``; returns how many were sent.

    Raises RecordingError before anything is sent where the registry does not know a gauge.
    """
    unknown = unknown_gauges(rows, registry)
    if unknown:
        raise RecordingError(f"the registry does not know these gauges of the recording: {', '.join(unknown)}")
    sent = 0
    for row in sorted(rows, key=lambda each: each.due_at):
        _wait_until(row.due_at, clock, stop)
        sent += _published(row, registry, sender, stop, report)
    report(f"{sent} of {len(rows)} readings of the recording are sent")
    return sent


def _wait_until(due_at: datetime, clock: Clock, stop: threading.Event) -> None:
    while not stop.is_set() and (left_s := (due_at - clock.now()).total_seconds()) > 0:
        stop.wait(min(LONGEST_WAIT_S, max(0.001, left_s / clock.speed)))


def _published(row: Row, registry: Registry, sender: Sender, stop: threading.Event, report: Report) -> bool:
    message = reading_message(registry.gauges[row.gauge_id], row.stage_m, row.observed_at)
    return deliver(message, sender, stop, report)


def _row(cells: dict[str, str | None], where: str) -> Row | None:
    """One row; None without a stage."""
    stage = (cells["stage_m"] or "").strip()
    if not stage:
        return None
    gauge_id = (cells["gauge"] or "").strip()
    if not gauge_id:
        raise RecordingError(f"{where}: gauge is empty; write the id of a gauge, for example fujii-01")
    received = (cells.get("received_at") or "").strip()
    return Row(
        observed_at=_time((cells["observed_at"] or "").strip(), f"{where}: observed_at"),
        gauge_id=gauge_id,
        stage_m=_number(stage, f"{where}: stage_m"),
        received_at=_time(received, f"{where}: received_at") if received else None,
    )


def _time(text: str, where: str) -> datetime:
    example = "write a time with its offset, for example 2026-11-21T09:00:00+09:00"
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise RecordingError(f"{where} is {text!r}; {example}") from error
    if found.tzinfo is None:
        raise RecordingError(f"{where} is {text!r} and has no offset; {example}")
    return found


def _number(text: str, where: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise RecordingError(
            f"{where} is {text!r}; write metres above the gauge zero, for example 1.23, or leave it empty"
        )
    return found
