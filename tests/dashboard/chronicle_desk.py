"""A desk whose chronology is a real one: a night of the made-up city, written as the house writes it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from alerts.chronology.words import line, of_transition
from alerts.engine.settings import AlertSettings
from alerts.incidents.course import Policy
from alerts.incidents.desk import Desk as IncidentDesk
from alerts.incidents.evidence import Evidence
from alerts.incidents.mute_desk import MuteDesk
from alerts.records import Entry, Incident, Maintenance, Silence, Transition
from alerts.store import tables
from alerts.store.chronology import SqlChronology, enter
from alerts.store.incidents import save
from alerts.store.mutes import SqlMutes, add_maintenance, add_silence
from alerts.store.people import SqlDirectory
from alerts.store.seen import SqlIncidents
from alerts.store.stands import SqlStands
from dashboard.accounts.audit_store import SqlAudit
from dashboard.api.rate import Rate
from dashboard.api.services import ApiServices
from dashboard.chronicle import Chronicle
from ingest.store.tables import metadata, open_database, writing
from tests.dashboard.health_desk import health_desk
from tests.dashboard.staff_fakes import Desk

DUTY = "危機管理課 夜勤"
NIGHT: tuple[tuple[int, str, int, int, str], ...] = (
    (650, "mori-weir", 0, 1, "rise"), (610, "kawaguchi", 0, 2, "rise"), (520, "mori-weir", 1, 2, "rise"),
    (400, "senba-canal", 0, 3, "rise"), (310, "ekimae-under", 0, 2, "rise"), (240, "hongo-bridge", 2, 3, "rise"),
    (180, "kawaguchi", 2, 0, "fall"), (95, "ekimae-under", 2, 5, "rise"), (60, "sakae-under", 0, 4, "rise"),
    (42, "hongo-bridge", 3, 4, "rise"), (25, "asahi-bridge", 0, 3, "rise"), (6, "mori-weir", 2, 3, "rise"),
)  # fmt: skip
"""Minutes ago, station, from which level to which, and why."""
OPEN: tuple[tuple[str, int, int, dict[str, object]], ...] = (
    ("ekimae-under", 5, 95, {"acknowledged_level": 5, "acknowledged_by": DUTY, "assigned_to": "道路課 当番"}),
    ("sakae-under", 4, 60, {}),
    ("hongo-bridge", 4, 240, {"acknowledged_level": 3, "acknowledged_by": DUTY}),
    ("asahi-bridge", 3, 25, {"unverified": True}),
    ("senba-canal", 3, 400, {"acknowledged_level": 3, "acknowledged_by": DUTY, "peak_level": 4}),
    ("mori-weir", 3, 520, {"unconfirmed": True}),
)


@contextmanager
def opened(folder: Path) -> Iterator[Engine]:
    """An empty database of the present."""
    engine = open_database(f"sqlite:///{folder / 'present.db'}")
    assert tables.chronology.metadata is metadata
    metadata.create_all(engine)
    try:
        yield engine
    finally:
        engine.dispose()


def chronicle_desk(database: Engine, now: datetime | None = None) -> Desk:
    """The desk of a bad night; what it reads of the chronology is in this database."""
    at = health_desk(now)
    write_night(database, at.now)
    services = replace(at.services, chronicle=Chronicle(SqlChronology(database), SqlStands(database)))
    return replace(at, services=services)


def write_night(database: Engine, now: datetime) -> None:
    """What happened in the last eleven hours, and what stands of it."""

    def ago(minutes: float) -> datetime:
        return now - timedelta(minutes=minutes)

    entries = [*(_change(ago(minutes), *rest) for minutes, *rest in NIGHT), *_people(now)]  # type: ignore[arg-type]
    with writing(database) as connection:
        enter(connection, *sorted(entries, key=lambda each: each.at))
        save(connection, [_incident(ago(minutes), station, level, more) for station, level, minutes, more in OPEN])
        save(connection, [Incident("oike-pond", "battery", ago(700), 2, 2)])
        add_silence(connection, Silence(DUTY, "工事中の振動で誤報が続くため", ago(200), ago(-160), ("naka-ditch",)))
        add_maintenance(connection, Maintenance("ueda-ditch", "点検業者", "水位計の清掃", ago(30), ago(-90)))


def _change(at: datetime, station_id: str, before: int, after: int, cause: str) -> Entry:
    stage_m = 0.4 + after * 0.6
    made = Transition("stage", f"{station_id}-01", station_id, before, after, cause, at, at, stage_m=stage_m)
    return of_transition(made)


def _incident(at: datetime, station_id: str, level: int, more: dict[str, object]) -> Incident:
    return replace(Incident(station_id, "stage", at, level, level), **more)  # type: ignore[arg-type]


def _people(now: datetime) -> Iterator[Entry]:
    def ago(minutes: float) -> datetime:
        return now - timedelta(minutes=minutes)

    yield line(ago(640), "service", "service_began", {"holder": "host-a", "epoch": 3})
    yield line(ago(560), "note", "entered", {"note": "気象台から電話: 明け方まで強い雨が続く見込み"}, actor=DUTY)
    yield _of("acknowledged", "acknowledged", 395, now, "senba-canal", level=3)
    yield _of("answer", "answer_on_site", 300, now, "ekimae-under", who="消防団 第2分団", note="。路面に水")
    yield _of("acknowledged", "acknowledged", 92, now, "ekimae-under", level=5)
    yield _of("assigned", "assigned", 90, now, "ekimae-under", to="道路課 当番")
    happened = {"note": "住民から電話: 車が1台止まっている。運転者は避難済み", "happened_at": ago(104)}
    yield line(ago(80), "note", "entered_late", happened, actor=DUTY, station_id="ekimae-under")
    told = {"recipient": "水防団 第3分団", "channel": "sms", "error": "no answer"}
    yield line(ago(57), "delivery", "delivery_failed", told, station_id="sakae-under")
    asked = {"level": 4, "step": 1, "count": 3, "groups": []}
    yield line(ago(48), "escalation", "escalation", asked, station_id="sakae-under", actor="rule")
    yield line(ago(10), "note", "entered", {"note": "排水ポンプ車を1台要請した"}, actor=DUTY, station_id="sakae-under")


def _of(
    kind: str, name: str, minutes: float, now: datetime, station_id: str, who: str = DUTY, **values: object
) -> Entry:
    at = now - timedelta(minutes=minutes)
    return line(at, kind, name, values, actor=who, station_id=station_id, incident_id=1)


def acts_of(at: Desk, database: Engine) -> ApiServices:
    """What the API does at such a desk."""
    clock, registry = at.services.clock, at.registry.current
    assert registry is not None
    settings = AlertSettings()
    evidence = Evidence(lambda: registry, settings.incidents)
    return ApiServices(
        registry=at.registry,
        history=at.log,
        pictures=at.pictures,
        book=SqlIncidents(database, settings.escalation, SqlDirectory(database).directory),
        muted=SqlMutes(database),
        desk=IncidentDesk(database, Policy(settings.escalation), evidence, clock),
        mutes=MuteDesk(database, lambda: registry, settings.incidents, clock),
        clock=clock,
        asks=Rate(10_000, time.monotonic),
        acts=Rate(10_000, time.monotonic),
        chronicle=at.services.chronicle,
        audit=SqlAudit(database),
    )
