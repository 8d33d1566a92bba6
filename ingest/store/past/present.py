"""The present asked as the past is: thinned by its database, so that eight days of a gauge are not read row by row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Engine, Select, func, select, type_coerce

from ingest.readings import Quality, Reading
from ingest.stations import Quantity
from ingest.store.past.protocol import Span
from ingest.store.rows import reading_of
from ingest.store.tables import MICROSECOND, readings

_C = readings.c


class ThinnedPresent:
    """One quantity of the present in an SQLite database, with the questions that ``course_of_past`` asks."""

    def __init__(self, engine: Engine, quantity: Quantity) -> None:
        self._engine, self._quantity = engine, quantity

    def rows(self, gauge_id: str, spans: Sequence[Span], quality: Quality | None = None) -> list[Reading]:
        """Everything observed in the spans, every revision; of one quality or of all."""
        of_quality = () if quality is None else (_C.quality == quality,)
        return [each for span in spans for each in self._read(gauge_id, span, *of_quality)]

    def revised(self, gauge_id: str, span: Span) -> list[Reading]:
        """The corrections and requalifications observed in the span."""
        return self._read(gauge_id, span, _C.revision > 0)

    def extremes(self, gauge_id: str, span: Span, step: timedelta) -> list[Reading]:
        """The lowest and the highest of each step and quality, first revisions only."""
        steps = type_coerce(_C.observed_at, BigInteger) // (step // MICROSECOND)
        found: list[Reading] = []
        with self._engine.connect() as connection:
            for extreme in (func.min, func.max):
                # SQLite gives the other columns of the very row that has the minimum or the maximum.
                grouped: Select[Any] = (
                    select(readings, extreme(_C.value).label("extreme"))
                    .where(*self._within(gauge_id, span), _C.revision == 0)
                    .group_by(steps, _C.quality)
                )
                found += [reading_of(row) for row in connection.execute(grouped)]
        return found

    def _read(self, gauge_id: str, span: Span, *more: Any) -> list[Reading]:
        wanted = select(readings).where(*self._within(gauge_id, span), *more).order_by(_C.observed_at, _C.seq)
        with self._engine.connect() as connection:
            return [reading_of(row) for row in connection.execute(wanted)]

    def _within(self, gauge_id: str, span: tuple[datetime, datetime]) -> tuple[Any, ...]:
        return _C.gauge_id == gauge_id, _C.observed_at.between(*span), _C.quantity == self._quantity
