"""Stills that were looked at, in a house with people at its desk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Engine as Database
from sqlalchemy import select

from alerts.engine.engine import Engine
from alerts.engine.ledger import Ledger
from alerts.engine.settings import AlertSettings
from alerts.incidents.course import Policy
from alerts.incidents.evidence import Evidence
from alerts.pictures.album import Album
from alerts.pictures.second_look import SecondLook
from alerts.pictures.tied import Tied
from alerts.pictures.witness import Witness
from alerts.records import Transition
from alerts.store.ties import SqlTies
from ingest.readings import Still
from ingest.sight.look import Look, PictureFault
from ingest.store.appender import SqlAppender
from ingest.store.cameras import SqlPictures, keep_look
from ingest.store.log import SqlLog
from ingest.store.protocol import Batch, Pictures
from ingest.store.tables import stills, writing
from tests.alerts.duty import CAMERA, Duty
from tests.alerts.night import at

WITHIN, AGAIN_AFTER = timedelta(minutes=15), timedelta(minutes=5)


class Watched(Duty):
    """A duty whose alerts get their stills."""

    def __init__(self, database: Database, settings: AlertSettings | None = None, within: timedelta = WITHIN) -> None:
        super().__init__(database, settings)
        self.within = within
        self.doubt: Callable[[Transition], str] = lambda _: ""
        self.look_through(SqlPictures(database))

    def look_through(self, pictures: Pictures) -> None:
        album = Album(self.registry, pictures, self.within)
        rules = self.settings.pictures.rules
        evidence = Evidence(self.registry, self.settings.incidents)
        policy = Policy(self.settings.escalation)
        self.ledger = Ledger(
            self.database, policy, evidence=evidence, witness=Witness(album, rules, lambda change: self.doubt(change))
        )
        self.engine = Engine(SqlLog(self.database), self.registry, self.ledger, self.settings, self.clock)
        self.again = SecondLook(self.database, album, rules, AGAIN_AFTER)

    def look(
        self,
        minute: float,
        *faults: PictureFault,
        camera: str = CAMERA.id,
        usable: bool = True,
        miniature: bytes = b"",
    ) -> str:
        """A still of a minute that was looked at; the name of its file."""
        return looked_at(self.database, at(minute), *faults, camera=camera, usable=usable, miniature=miniature)

    def tied(self) -> list[tuple[str, float] | None]:
        """Of each transition of the stage the camera and the minute of its still."""
        ties = SqlTies(self.database).of([each.id for each in self.transitions()])
        return [_told(ties.get(each.id)) for each in self.transitions()]


def _told(tied: Tied | None) -> tuple[str, float] | None:
    return (tied.camera_id, (tied.taken_at - at(0)) / timedelta(minutes=1)) if tied else None


def looked_at(
    database: Database,
    taken_at: datetime,
    *faults: PictureFault,
    camera: str = CAMERA.id,
    usable: bool = True,
    miniature: bytes = b"",
) -> str:
    """A still in the log, with the look at it."""
    file = f"{camera}/{taken_at:%Y%m%d/%H%M%S}-{camera[:1]}.jpg"
    still = Still(camera, taken_at, taken_at, file, 1280, 720, size_bytes=90_000)
    SqlAppender(database).append(Batch(stills=[still]))
    with writing(database) as connection:
        seq = connection.scalar(select(stills.c.seq).where(stills.c.file == file))
        assert seq is not None
        found = frozenset(faults)
        look = Look(seq, camera, taken_at, taken_at, usable=usable, faults=found, seen=found, miniature=miniature)
        keep_look(connection, look, taken_at)
    return file
