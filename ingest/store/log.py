"""The reading side of the log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from operator import itemgetter

from sqlalchemy import Engine, and_, func, select

from ingest.readings import Quality, Reading
from ingest.stations import Quantity
from ingest.store import rows
from ingest.store.cameras import newest_of_cameras
from ingest.store.dead_letter_counts import summary
from ingest.store.protocol import CameraLatest, DeadLetterSummary, Latest, Marks
from ingest.store.registry import registry_revisions
from ingest.store.tables import camera_reports, latest_readings, readings, stills, stills_waiting


class SqlLog:
    """Reads the log of a database; any number of processes may."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def marks(self) -> Marks:
        """The ends of the log now."""
        ends = (readings.c.seq, camera_reports.c.seq, stills.c.seq, registry_revisions.c.revision)
        with self._engine.connect() as connection:
            reading, report, still, revision = (connection.scalar(select(func.max(end))) or 0 for end in ends)
            waiting = connection.scalar(select(func.count()).select_from(stills_waiting)) or 0
        return Marks(reading, report, still, still - waiting, revision)

    def readings_after(self, seq: int, limit: int = 1000, until: int | None = None) -> list[Reading]:
        """The readings that came after ``seq``, up to and with ``until``, in order of sequence."""
        wanted = select(readings).where(readings.c.seq > seq).order_by(readings.c.seq).limit(limit)
        if until is not None:
            wanted = wanted.where(readings.c.seq <= until)
        with self._engine.connect() as connection:
            return [rows.reading_of(row) for row in connection.execute(wanted)]

    def latest(self, gauge_ids: Collection[str] | None = None) -> dict[str, Latest]:
        """The newest reading of the stage by gauge id; of all gauges, or of some."""
        of_stage = latest_readings.c.quantity == Quantity.STAGE
        if gauge_ids is not None:
            of_stage &= latest_readings.c.gauge_id.in_(list(gauge_ids))
        with self._engine.connect() as connection:
            newest = self._by_gauge(
                connection.execute(
                    select(readings).join(latest_readings, readings.c.seq == latest_readings.c.seq).where(of_stage)
                )
            )
            good = self._by_gauge(
                connection.execute(
                    select(readings).join(latest_readings, readings.c.seq == latest_readings.c.good_seq).where(of_stage)
                )
            )
        return {gauge_id: _latest(reading, good.get(gauge_id)) for gauge_id, reading in newest.items()}

    @staticmethod
    def _by_gauge(found: Iterable[object]) -> dict[str, Reading]:
        return {reading.gauge_id: reading for reading in map(rows.reading_of, found)}  # type: ignore[arg-type]

    def history(
        self, gauge_id: str, since: datetime, until: datetime, quantity: Quantity = Quantity.STAGE
    ) -> list[Reading]:
        """Readings of a gauge observed in [since, until], by ``observed_at``; of corrected ones the last revision."""
        wanted = and_(
            readings.c.gauge_id == gauge_id,
            readings.c.observed_at.between(since, until),
            readings.c.quantity == quantity,
        )
        with self._engine.connect() as connection:
            found = connection.execute(select(readings).where(wanted).order_by(readings.c.observed_at, readings.c.seq))
            return _last_revisions(map(rows.reading_of, found))

    def recent(self, since: datetime) -> dict[str, list[Reading]]:
        """Good readings of the stage of every gauge observed since, by gauge id and ``observed_at``: for trends."""
        with self._engine.connect() as connection:
            found = connection.execute(
                select(readings)
                .where(readings.c.observed_at >= since, readings.c.quantity == Quantity.STAGE)
                .order_by(readings.c.observed_at, readings.c.seq)
            )
            kept = _last_revisions(map(rows.reading_of, found))
        by_gauge: dict[str, list[Reading]] = defaultdict(list)
        for reading in kept:
            if reading.quality is Quality.GOOD:
                by_gauge[reading.gauge_id].append(reading)
        return dict(by_gauge)

    def stages(
        self, since: datetime, gauge_ids: Collection[str] | None = None
    ) -> dict[str, list[tuple[datetime, float]]]:
        """Good stages of all gauges, or of some, observed since: (observed_at, metres above the gauge zero) by time; of
        corrected ones the last revision."""
        of_stage = and_(readings.c.observed_at >= since, readings.c.quantity == Quantity.STAGE)
        if gauge_ids is not None:
            of_stage &= readings.c.gauge_id.in_(list(gauge_ids))
        said = (readings.c.gauge_id, readings.c.key, readings.c.observed_at, readings.c.value, readings.c.quality)
        wanted = select(*said).where(of_stage).order_by(readings.c.observed_at, readings.c.seq)
        with self._engine.connect() as connection:
            # Bare rows, since a day of a large city is a hundred thousand of them.
            last = {
                (gauge_id, key): (at, stage_m, is_it)
                for gauge_id, key, at, stage_m, is_it in connection.execute(wanted)
            }
        found: dict[str, list[tuple[datetime, float]]] = defaultdict(list)
        for (gauge_id, _), (at, stage_m, quality) in last.items():
            if quality == Quality.GOOD:
                found[gauge_id].append((at, stage_m))
        return {gauge_id: sorted(points, key=itemgetter(0)) for gauge_id, points in found.items()}

    def states(self) -> dict[tuple[str, Quantity], Reading]:
        """The newest reading of everything that is not a stage, by the id of its pump or gate and its quantity."""
        with self._engine.connect() as connection:
            found = connection.execute(
                select(readings)
                .join(latest_readings, readings.c.seq == latest_readings.c.seq)
                .where(latest_readings.c.quantity != Quantity.STAGE)
            )
            return {(each.gauge_id, each.quantity): each for each in map(rows.reading_of, found)}

    def cameras(self) -> dict[str, CameraLatest]:
        """What is newest of every camera that was heard or asked, or came into service, by its id."""
        with self._engine.connect() as connection:
            return newest_of_cameras(connection)

    def dead_letters(self) -> DeadLetterSummary:
        """Refused messages by reason."""
        with self._engine.connect() as connection:
            return summary(connection)


def _latest(newest: Reading, good: Reading | None) -> Latest:
    """One object where both are one reading: a thousand gauges are then seen at a glance not to differ in them."""
    return Latest(newest, newest if good == newest else good)


def _last_revisions(found: Iterable[Reading]) -> list[Reading]:
    """Of each observation the last revision; a correction keeps the place of what it corrects."""
    last: dict[tuple[str, str], Reading] = {}
    for reading in found:
        last[(reading.gauge_id, reading.key)] = reading
    return sorted(last.values(), key=lambda each: (each.observed_at, each.seq))
