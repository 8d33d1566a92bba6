"""The staff app with its API on a real database and a real server, with people who sign in by a header of the tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from starlette.requests import HTTPConnection

from alerts.records import Incident
from alerts.store.chronology import SqlChronology
from alerts.store.incidents import save
from alerts.store.mutes import SqlMutes
from alerts.store.people import SqlDirectory
from alerts.store.seen import SqlIncidents
from alerts.store.stands import SqlStands
from dashboard.accounts.actor import Actor, Role
from dashboard.accounts.audit_store import SqlAudit
from dashboard.accounts.gate import Cookies, Gate
from dashboard.accounts.office import Office
from dashboard.accounts.sessions import Signed
from dashboard.api.rate import Rate
from dashboard.api.services import ApiServices
from dashboard.chronicle import Chronicle
from dashboard.public_desk import PublicServices
from dashboard.staff.app import create_app
from dashboard.staff.services import StaffServices
from ingest.stations import Registry, Station
from ingest.store.cameras import SqlPictures
from ingest.store.health import SqlHealth
from ingest.store.log import SqlLog
from ingest.store.past.sqlite import SqlitePast
from ingest.store.past.sqlite import metadata as past_metadata
from ingest.store.past.whole import WholeHistory
from ingest.store.protocol import History
from ingest.store.stills import StillFolder
from ingest.store.tables import metadata, open_database, writing
from tests.alerts.duty import CAMERA, OTHER_CAMERA, Duty
from tests.alerts.night import CITY, GAUGE, OTHER, OTHER_GAUGE, RIVER
from tests.dashboard.staff_fakes import served

RIVERS, ROADS = {"ja": "河川課", "en": "River Division"}, {"ja": "道路課", "en": "Road Division"}
TOWN = Registry.of(
    CITY,
    [
        RIVER.model_copy(update={"department": RIVERS, "area": {"ja": "美ノ郷", "en": "Minogo"}}),
        GAUGE,
        CAMERA,
        OTHER.model_copy(update={"department": ROADS}),
        OTHER_GAUGE,
        OTHER_CAMERA,
        Station(id="bare", kind=RIVER.kind, name={"ja": "裸川"}, lat=34.4, lon=133.2),
    ],
)
"""``fujii`` is the River Division's, ``gakuen`` the Road Division's, ``bare`` nobody's and has no gauge."""
PEOPLE = {
    "viewer": Actor(1, "viewer", "閲覧 一郎", Role.VIEWER),
    "operator": Actor(2, "operator", "当番 二郎", Role.OPERATOR),
    "approver": Actor(3, "approver", "承認 三郎", Role.APPROVER),
    "admin": Actor(4, "admin", "管理 四郎", Role.ADMINISTRATOR),
    "rivers": Actor(5, "rivers", "河川 五郎", Role.OPERATOR, departments=frozenset({"河川課"})),
    "area": Actor(6, "area", "美ノ郷 六郎", Role.OPERATOR, areas=frozenset({"美ノ郷"})),
    "both": Actor(
        8, "both", "両方 八郎", Role.OPERATOR, departments=frozenset({"河川課"}), areas=frozenset({"美ノ郷"})
    ),
    "hasty": Actor(7, "hasty", "急ぐ 七郎", Role.OPERATOR),
}


class ByHeader:
    """A gate: what ``X-Test-Actor`` names is who asks, in a browser a cookie of that name."""

    cookies = Cookies()

    def answers_to(self, host: str) -> bool:
        """Any."""
        del host
        return True

    async def who(self, asking: HTTPConnection) -> Signed | None:
        """One of the people."""
        actor = PEOPLE.get(asking.headers.get("x-test-actor", "") or asking.cookies.get("x-test-actor", ""))
        return Signed(actor) if actor else None

    async def wrote(self, signed: Signed, what: str, status: int, address: str) -> None:
        """Kept nowhere."""


@dataclass
class ApiHouse:
    """``duty`` makes water rise; ``get`` and ``post`` ask as somebody."""

    duty: Duty
    client: httpx.Client
    app: FastAPI
    seconds: list[float]
    minute: float = 10

    def incident(self, station_id: str) -> int:
        """The number of the open incident of the water of a station, which is made where there is none."""
        self.minute += 1
        self.duty.water(self.minute, 3.2, f"{station_id}-01")
        found = incident_log(self.duty).incidents(is_open=True, station_id=station_id)
        return next(each.id for each in found if each.rule == "stage")

    def alert(self, station_id: str, rule: str, level: int = 2) -> int:
        """The number of a new incident of another rule than the water's."""
        made = Incident(station_id, rule, self.duty.clock.now(), level, level)
        with writing(self.duty.database) as connection:
            return save(connection, [made])[0]

    def wait(self, minutes: float) -> None:
        """Let time go by, of the water as well."""
        self.minute += minutes
        self.duty.clock.move(minutes=minutes)

    def ask(self, who: str, method: str, path: str, **more: Any) -> httpx.Response:
        """One request below ``/api/v1``."""
        headers = {"X-Test-Actor": who, **more.pop("headers", {})}
        return self.client.request(method, f"/api/v1{path}", headers=headers, **more)

    def get(self, path: str, who: str = "viewer", **more: Any) -> httpx.Response:
        """A question."""
        return self.ask(who, "GET", path, **more)

    def post(self, path: str, said: object = None, who: str = "operator", **more: Any) -> httpx.Response:
        """An act."""
        return self.ask(who, "POST", path, json=said or {}, **more)


@contextmanager
def api_house(
    folder: Path,
    public: Callable[[Duty], PublicServices] | None = None,
    gate: Gate | None = None,
    office: Office | None = None,
) -> Iterator[ApiHouse]:
    """The house in a folder, with the water of ``fujii`` at hazard 3 since a moment; who asks, a header says, where
    there is no ``gate``."""
    database = open_database(f"sqlite:///{folder / 'present.db'}")
    duty = Duty(database)
    metadata.create_all(database)
    duty.serve(TOWN)
    duty.water(10, 3.2)
    seconds = [0.0]
    history = _history(duty, folder)
    desk = public(duty) if public else None
    staff = _staff(duty, history, folder, gate or ByHeader(), desk)
    app = create_app(staff, _services(duty, history, seconds, desk, office)).server
    with served(app) as base, httpx.Client(base_url=base) as client:
        yield ApiHouse(duty, client, app, seconds)
    database.dispose()


def incident_log(duty: Duty) -> SqlIncidents:
    """What may be read of the incidents of a duty."""
    return SqlIncidents(duty.database, duty.settings.escalation, SqlDirectory(duty.database).directory)


def _history(duty: Duty, folder: Path) -> WholeHistory:
    past = open_database(f"sqlite:///{folder / 'past.db'}")
    past_metadata.create_all(past)
    return WholeHistory(duty.database, SqlitePast(past), lambda: 0.0)


def _staff(
    duty: Duty, history: History, folder: Path, gate: Gate, public: PublicServices | None = None
) -> StaffServices:
    log = SqlLog(duty.database)
    pictures, maintenance = SqlPictures(duty.database), SqlMutes(duty.database)
    stills = StillFolder(folder / "stills")
    health = SqlHealth(duty.database)
    return StaffServices(
        log,
        history,
        duty.stored,
        stills,
        pictures,
        duty.record,
        duty.clock,
        health,
        maintenance,
        gate=gate,
        incidents=incident_log(duty),
        public=public,
        chronicle=_chronicle(duty),
    )


def _chronicle(duty: Duty) -> Chronicle:
    return Chronicle(SqlChronology(duty.database), SqlStands(duty.database))


def _services(
    duty: Duty,
    history: History,
    seconds: list[float],
    public: PublicServices | None = None,
    office: Office | None = None,
) -> ApiServices:
    return ApiServices(
        registry=duty.stored,
        history=history,
        pictures=SqlPictures(duty.database),
        book=incident_log(duty),
        muted=SqlMutes(duty.database),
        desk=duty.desk,
        mutes=duty.mutes,
        clock=duty.clock,
        asks=Rate(10_000, lambda: seconds[0]),
        acts=Rate(200, lambda: seconds[0]),
        public=public,
        chronicle=_chronicle(duty),
        audit=SqlAudit(duty.database),
        office=office,
    )
