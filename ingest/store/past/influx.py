"""The only importer of influxdb_client: the past in InfluxDB 1.8 or 2.x, written by lines and asked in InfluxQL.

The client's own batching forgets what it cannot write, so every write here is one request that is waited for.
Compression costs more than it saves between machines of one room: on one machine 106,000 points a second with it,
352,000 without.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.domain.write_precision import WritePrecision
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError

from ingest.readings import Quality, Reading
from ingest.store.past import lines
from ingest.store.past.instants import check
from ingest.store.past.protocol import PastAway, PastClosed, PastError, PastRefused, PastTooLarge, Span
from ingest.store.past.settings import InfluxSettings

_NANOSECONDS: Any = WritePrecision.NS
STATEMENTS_PER_QUESTION = 50
CONNECT_WITHIN_S = 2.0
SAID = 300
"""Characters of a server's answer that are passed on."""


class InfluxPast:
    """The past in a database (1.8) or bucket (2.x) that somebody has made. Threads may share it."""

    name = "influxdb"
    best_batch = 5_000

    def __init__(self, settings: InfluxSettings) -> None:
        self._settings = settings
        self._client = InfluxDBClient(
            url=settings.url,
            token=settings.credential,
            auth_basic=not settings.token and bool(settings.username),
            org=settings.org or "-",
            timeout=int(settings.write_timeout_s * 1000),
            ssl_ca_cert=settings.ca_file or None,
            retries=False,
        )
        self._write = self._client.write_api(write_options=SYNCHRONOUS)

    def keep(self, readings: Sequence[Reading]) -> None:
        """One request; durable when it is answered."""
        check(readings)
        if readings:
            with _asked(self._settings):
                self._write.write(self._settings.place, record=lines.lines(readings), write_precision=_NANOSECONDS)

    def rows(self, gauge_id: str, spans: Sequence[Span], quality: Quality | None = None) -> list[Reading]:
        """Everything observed in the spans, every revision, by ``observed_at``; of one quality or of all."""
        return self._readings(gauge_id, [lines.select_rows(gauge_id, span, quality) for span in spans])

    def extremes(self, gauge_id: str, span: Span, step: timedelta) -> list[Reading]:
        """Of the first revisions the lowest and the highest of each step and quality; steps are whole seconds."""
        return self._readings(gauge_id, lines.select_extremes(gauge_id, span, step))

    def revised(self, gauge_id: str, span: Span) -> list[Reading]:
        """The corrections and requalifications observed in the span."""
        return self._readings(gauge_id, [lines.select_revised(gauge_id, span)])

    def forget(self, before: datetime, locked: Mapping[str, Sequence[Span]]) -> None:
        """By DELETE, never by a retention policy: that knows no locks."""
        for statement in lines.deletions(before, locked):
            self._ask([statement], self._settings.write_timeout_s)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()  # type: ignore[no-untyped-call]

    def _readings(self, gauge_id: str, statements: Sequence[str]) -> list[Reading]:
        found: list[Reading] = []
        for begin in range(0, len(statements), STATEMENTS_PER_QUESTION):
            for answer in self._ask(statements[begin : begin + STATEMENTS_PER_QUESTION], self._settings.read_timeout_s):
                found += lines.readings_in(gauge_id, answer)
        return found

    def _ask(self, statements: Sequence[str], timeout_s: float) -> list[dict[str, Any]]:
        with _asked(self._settings):
            response = self._client.api_client.call_api(  # type: ignore[no-untyped-call]
                "/query",
                "POST",
                query_params=[("db", self._settings.database), ("epoch", "ns")],
                header_params={"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"},
                post_params=[("q", "; ".join(statements))],
                auth_settings=[],
                async_req=False,
                _preload_content=False,
                _return_http_data_only=True,
                _request_timeout=(int(CONNECT_WITHIN_S * 1000), int(timeout_s * 1000)),
            )
            answer = json.loads(response.data)
        results: list[dict[str, Any]] = answer.get("results", [])
        for each in (answer, *results):
            if "error" in each:
                raise _complaint(str(each["error"]), self._settings)
        return results


@contextmanager
def _asked(settings: InfluxSettings) -> Iterator[None]:
    """What the server or the network answers, in the words of the past."""
    try:
        yield
    except ApiException as error:
        raise _by_status(error, settings) from error
    except (HTTPError, OSError, ValueError) as error:
        raise PastAway(f"InfluxDB at {settings.url} does not answer as it should: {str(error)[:SAID]}") from error


def _by_status(error: ApiException, settings: InfluxSettings) -> PastError:
    status, said = error.status or 0, _said(error)
    if status in (400, 422):
        return PastRefused(said)
    if status in (401, 403):
        return PastClosed(
            f"InfluxDB at {settings.url} refuses the credentials ({status} {said}): set past.influxdb.token, or "
            "username and password, to some that may read and write there"
        )
    if status == 404:
        return _missing(said, settings)
    if status == 413:
        return PastTooLarge(said)
    return PastAway(f"InfluxDB at {settings.url} answers {status} {said}", _retry_after_s(error))


def _missing(said: str, settings: InfluxSettings) -> PastClosed:
    return PastClosed(
        f"InfluxDB at {settings.url} has no {settings.place} ({said}): make the database or bucket, or set "
        "past.influxdb.database to one that is there"
    )


def _complaint(said: str, settings: InfluxSettings) -> PastError:
    if "not found" in said:
        return _missing(said[:SAID], settings)
    if "authoriz" in said:
        return PastClosed(f"InfluxDB at {settings.url} refuses the credentials: {said[:SAID]}")
    return PastAway(f"InfluxDB at {settings.url} could not answer: {said[:SAID]}")


def _said(error: ApiException) -> str:
    body = error.body or b""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)
    try:
        document = json.loads(text)
        text = str(document.get("message") or document.get("error") or text)
    except (ValueError, AttributeError):
        pass
    return (text or str(error.reason or "")).strip()[:SAID]


def _retry_after_s(error: ApiException) -> float | None:
    asked: Any = error.headers.get("Retry-After", "") if error.headers else ""
    return float(asked) if str(asked).isdigit() else None
