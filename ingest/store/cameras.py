"""What is newest of each camera, its looks, and the stills that can be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, bindparam, case, select

from ingest.readings import CameraReport, CameraState, Still
from ingest.sight.look import Look
from ingest.store import rows
from ingest.store.places import Place, of_its_place, places
from ingest.store.protocol import CameraLatest, Pictured, Reference
from ingest.store.requests import asked
from ingest.store.tables import camera_latest, camera_memory, camera_reports, looks, stills
from ingest.store.upsert import insert_into

OF_ITS_PLACE = of_its_place(looks.c.camera_id, looks.c.taken_at)
"""Of looks: those at what a camera showed where it stands now."""


def note_reports(connection: Connection, reports: Sequence[CameraReport], *, late: bool = False) -> None:
    """Let the newest report of each camera, by its own time, take its place; the report itself is written already.

    ``late``: they were received some time ago, so that what is newer than their receipt is no wrong clock's doing.
    The word that a camera is gone, said again, is no sign of its life.
    """
    for report in reports:
        kept = connection.execute(
            select(camera_reports.c.seq, camera_reports.c.received_at).where(
                camera_reports.c.camera_id == report.camera_id,
                camera_reports.c.reported_at == report.reported_at,
                camera_reports.c.state == report.state,
            )
        ).one()
        if report.state is CameraState.OFFLINE and kept.received_at < report.received_at:
            continue
        _note(
            connection,
            {"camera_id": report.camera_id, "report_seq": kept.seq, "reported_at": report.reported_at},
            newest_by="reported_at",
            heard_at=report.received_at,
            now=None if late else report.received_at,
        )


def note_stills(connection: Connection, received: Sequence[Still], *, late: bool = False) -> None:
    """Remember when a still of each camera came last: it is shown only when it was looked at. ``late`` as above."""
    for still in received:
        values = {"camera_id": still.camera_id, "still_at": still.received_at}
        now = None if late else still.received_at
        _note(connection, values, newest_by="still_at", heard_at=still.received_at, now=now)


def keep_look(connection: Connection, look: Look, received_at: datetime) -> bool:
    """Write a look; a picture that can be shown becomes the newest of its camera if it is by the time it was taken.

    ``received_at`` is that of the still. False, and nothing is written, where the still was looked at already.
    """
    written = connection.execute(insert_into(connection, looks).values(rows.row_of_look(look)).on_conflict_do_nothing())
    if not written.rowcount:
        return False
    if look.usable:
        values = {"camera_id": look.camera_id, "shown_seq": look.still_seq, "shown_at": look.taken_at}
        _note(connection, values, newest_by="shown_at", heard_at=received_at, now=look.looked_at)
    return True


def _note(
    connection: Connection, values: dict[str, Any], newest_by: str, heard_at: datetime, now: datetime | None
) -> None:
    """Write what is not older than what is there. Something known from after ``now`` was dated by a clock of ours that
    was set back since: it gives way. None: nothing does."""
    insert = insert_into(connection, camera_latest).values(**values, heard_at=heard_at)
    old, new = camera_latest.c, insert.excluded
    newer = old[newest_by].is_(None) | (new[newest_by] >= old[newest_by])
    if now is not None:
        newer |= old[newest_by] > bindparam("now", now, type_=camera_latest.c.heard_at.type)
    kept = {name: case((newer, new[name]), else_=old[name]) for name in values if name != "camera_id"}
    heard = case((old.heard_at.is_(None) | (old.heard_at < new.heard_at), new.heard_at), else_=old.heard_at)
    connection.execute(
        insert.on_conflict_do_update(index_elements=["camera_id"], set_={**kept, "heard_at": heard}),
    )


def newest_of_cameras(connection: Connection) -> dict[str, CameraLatest]:
    """What is newest of every camera that was heard or asked, or came into service, by its id."""
    reports = connection.execute(
        select(camera_reports).join(camera_latest, camera_reports.c.seq == camera_latest.c.report_seq)
    )
    report = {row.camera_id: rows.report_of(row) for row in reports}
    shown = connection.execute(select(stills).join(camera_latest, stills.c.seq == camera_latest.c.shown_seq))
    still = {row.camera_id: rows.still_of(row) for row in shown}
    seen = connection.execute(select(looks).join(camera_latest, looks.c.still_seq == camera_latest.c.shown_seq))
    look = {row.camera_id: rows.look_of(row) for row in seen}
    found = {
        row.camera_id: CameraLatest(
            report=report.get(row.camera_id),
            still=still.get(row.camera_id),
            look=look.get(row.camera_id),
            still_at=row.still_at,
            heard_at=row.heard_at,
        )
        for row in connection.execute(select(camera_latest))
    }
    requests, since = asked(connection), places(connection)
    return {
        camera_id: replace(
            _of_place(found.get(camera_id, CameraLatest()), since.get(camera_id)), asked=requests.get(camera_id)
        )
        for camera_id in found.keys() | requests.keys() | since.keys()
    }


def _of_place(latest: CameraLatest, place: Place | None) -> CameraLatest:
    """What is newest of a camera, without what it said and showed at another station."""
    if place is None:
        return latest
    known = replace(latest, known_at=place.known_at)
    if place.moved_at is None:
        return known
    shows = latest.still is not None and latest.still.taken_at >= place.moved_at
    speaks = latest.report is not None and latest.report.reported_at >= place.moved_at
    return replace(
        known,
        report=latest.report if speaks else None,
        still=latest.still if shows else None,
        look=latest.look if shows else None,
        still_at=_from(latest.still_at, place.moved_at),
        heard_at=_from(latest.heard_at, place.moved_at),
    )


def _from(at: datetime | None, since: datetime) -> datetime | None:
    return at if at is not None and at >= since else None


class SqlPictures:
    """The stills of a database that were looked at and can be shown, each camera's from where it stands now."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def strip(self, camera_id: str, since: datetime, until: datetime, most: int) -> list[Pictured]:
        """Those of a camera taken in [since, until], by ``taken_at``; where there are more than ``most``, spread evenly
        with the first and the last."""
        mine = (looks.c.camera_id == camera_id, looks.c.usable, OF_ITS_PLACE)
        wanted = (*mine, looks.c.taken_at.between(since, until))
        with self._engine.connect() as connection:
            found = connection.scalars(select(looks.c.still_seq).where(*wanted).order_by(looks.c.taken_at)).all()
            return self._pictured(connection, _spread(found, most))

    def nearest(self, camera_ids: Sequence[str], at: datetime, within: timedelta) -> Pictured | None:
        """The one of these cameras taken nearest to a time; None where none lies that near."""
        mine = (looks.c.camera_id.in_(camera_ids), looks.c.usable, OF_ITS_PLACE)
        before = self._edge(at - within, at).where(*mine).order_by(looks.c.taken_at.desc())
        after = self._edge(at, at + within).where(*mine).order_by(looks.c.taken_at)
        with self._engine.connect() as connection:
            found = [row for each in (before, after) for row in connection.execute(each.limit(1))]
            nearest = min(found, key=lambda row: (abs(row.taken_at - at), row.still_seq), default=None)
            return None if nearest is None else self._pictured(connection, [nearest.still_seq])[0]

    def reference(self, camera_id: str) -> Reference | None:
        """The picture of a normal day of a camera, where there is one."""
        return next(iter(self._references(camera_memory.c.camera_id == camera_id)), None)

    def references(self) -> dict[str, Reference]:
        """Those of all cameras that have one, by camera id."""
        return {each.camera_id: each for each in self._references()}

    def _references(self, *which: ColumnElement[bool]) -> list[Reference]:
        memory = camera_memory.c
        wanted = select(memory.camera_id, memory.reference_file, memory.reference_at, memory.reference_by).where(
            *which,
            memory.reference_file != "",
            memory.reference_at.is_not(None),
            of_its_place(memory.camera_id, memory.reference_at),
        )
        with self._engine.connect() as connection:
            return [Reference(*row) for row in connection.execute(wanted)]

    @staticmethod
    def _edge(since: datetime, until: datetime) -> Select[tuple[int, datetime]]:
        return select(looks.c.still_seq, looks.c.taken_at).where(looks.c.taken_at.between(since, until))

    @staticmethod
    def _pictured(connection: Connection, seqs: Sequence[int]) -> list[Pictured]:
        still = {
            row.seq: rows.still_of(row) for row in connection.execute(select(stills).where(stills.c.seq.in_(seqs)))
        }
        found = connection.execute(select(looks).where(looks.c.still_seq.in_(seqs)).order_by(looks.c.taken_at))
        return [Pictured(still[row.still_seq], rows.look_of(row)) for row in found if row.still_seq in still]


def _spread(found: Sequence[int], most: int) -> list[int]:
    if len(found) <= most or most < 2:
        return list(found[-most:])
    return [found[round(index * (len(found) - 1) / (most - 1))] for index in range(most)]
