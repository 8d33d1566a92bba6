"""A city with a desk for public messages on a real database; the readings are left out, the alerts are written."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, select
from sqlalchemy import update as change

from alerts.cap.message import CapMessage
from alerts.cap.reading import from_xml
from alerts.people import Directory, GroupKind
from alerts.public.desk import Desk
from alerts.public.publishing import Around
from alerts.public.records import Given, PublicMessage
from alerts.public.settings import PublicMessages
from alerts.public.watch import Watch
from alerts.records import STAGE, Delivery, Maintenance, Outcome, Transition
from alerts.rules.kept import Alert
from alerts.rules.machine import Standing
from alerts.store import public as store
from alerts.store.deliveries import delivery_of
from alerts.store.mutes import add_maintenance
from alerts.store.record import add_transitions, keep_alerts
from alerts.store.tables import deliveries, messages
from ingest.stations import City, Gauge, Registry, Station, StationKind
from ingest.store.tables import writing
from tests.alerts.night import HandClock, at
from tests.alerts.town import contact, group, people, route

CITY = City(id="town", name={"ja": "町", "en": "Town"}, municipal_code="342050")
RIVER = Station(
    id="fujii",
    kind=StationKind.RIVER,
    name={"ja": "藤井川", "en": "Fujii River"},
    area={"ja": "美ノ郷", "en": "Minogo"},
    lat=34.42,
    lon=133.19,
)
ROAD = Station(id="under", kind=StationKind.UNDERPASS, name={"ja": "地下道"}, lat=34.4, lon=133.1)
TOWN = Registry.of(
    CITY, [RIVER, ROAD, Gauge(id="fujii-01", station_id="fujii"), Gauge(id="under-01", station_id="under")]
)
WHY = {"ja": "場所の名前が違いました。", "en": "The name of the place was wrong."}


def directory(residents: int = 3) -> Directory:
    names = [f"resident-{number}" for number in range(residents)]
    return Directory(
        people(
            [*(contact(each) for each in names), contact("duty", language="ja")],
            [group("residents", GroupKind.PUBLIC, names), group("desk", GroupKind.STAFF, ["duty"])],
            [route("public", "residents", min_level=2), route("staff", "desk")],
        )
    )


class PublicHouse:
    """``desk`` and ``watch`` on one database, with a clock that is moved by hand."""

    def __init__(self, database: Engine, settings: PublicMessages | None = None, residents: int = 3) -> None:
        self.database = database
        self.clock = HandClock(at(60))
        self.settings = settings or PublicMessages(desk="desk")
        self.people = directory(residents)
        self.registry = TOWN
        self.drill = False
        self._readings = count(1)
        self.desk = Desk(database, self.around, self.clock)
        self.watch = Watch(database, self.around)
        self.kept = store.SqlPublicMessages(database)

    def around(self) -> Around:
        return Around(self.registry, self.people, self.settings, lambda: str(uuid4()), self.drill)

    def stands(
        self,
        level: int,
        station: Station = RIVER,
        *,
        unconfirmed: bool = False,
        unverified: bool = False,
        number: int = 1,
    ) -> None:
        """A gauge of a station stands at a level now, and a transition says so."""
        gauge_id = f"{station.id}-{number:02}"
        now = self.clock.now()
        standing = Standing(level, unconfirmed, unverified, now, now if level else None)
        step = Transition(
            rule=STAGE,
            subject_id=gauge_id,
            station_id=station.id,
            from_level=0,
            to_level=level,
            cause="rise" if level else "fall",
            observed_at=now,
            recorded_at=now,
            reading_seq=next(self._readings),
            stage_m=1.0 + level,
            unconfirmed=unconfirmed,
            unverified=unverified,
            detail={"rise_m_per_h": 0.4},
        )
        with writing(self.database) as connection:
            keep_alerts(connection, {(STAGE, gauge_id): Alert(station.id, standing, level)})
            add_transitions(connection, [step])

    def works_on(self, station: Station = RIVER, gauge_ids: tuple[str, ...] = ()) -> None:
        now = self.clock.now()
        with writing(self.database) as connection:
            add_maintenance(
                connection, Maintenance(station.id, "当番", "点検", now, now + timedelta(hours=2), gauge_ids)
            )

    def turn(self, minutes: float = 0) -> int:
        self.later(minutes)
        return self.watch.turn(self.clock.now())

    def later(self, minutes: float) -> datetime:
        self.clock.at = self.clock.now() + timedelta(minutes=minutes)
        return self.clock.now()

    def newest(self) -> PublicMessage:
        return self.kept.newest(1)[0]

    def draft(self, level: int = 4) -> PublicMessage:
        """The draft that a confirmed rise makes."""
        self.stands(level)
        self.turn()
        return self.newest()

    def out(self, level: int = 4) -> PublicMessage:
        """A published danger."""
        made = self.draft(level)
        self.desk.approve(made.id, "当番")
        return self.desk.publish(made.id, "当番").message

    def by_hand(self, **more: Any) -> PublicMessage:
        given: dict[str, Any] = {"station_ids": ("fujii",), "gravity": 3} | more
        return self.desk.draft("当番", Given(**given))

    def deliveries(self, message: PublicMessage, kinds: tuple[str, ...] = ("public", "correction")) -> list[Delivery]:
        joined = select(deliveries).join(messages, messages.c.id == deliveries.c.message_id)
        wanted = joined.where(messages.c.public_id == message.id, messages.c.kind.in_(kinds))
        with self.database.connect() as connection:
            return [delivery_of(row) for row in connection.execute(wanted.order_by(deliveries.c.id))]

    def told(self, message: PublicMessage) -> set[str]:
        return {each.recipient_id for each in self.deliveries(message)}

    def becomes(self, message: PublicMessage, recipient_id: str, outcome: Outcome) -> None:
        """What became of one delivery of a message."""
        [found] = [each for each in self.deliveries(message) if each.recipient_id == recipient_id]
        with writing(self.database) as connection:
            connection.execute(change(deliveries).where(deliveries.c.id == found.id).values(outcome=outcome))

    def all_become(self, message: PublicMessage, outcome: Outcome) -> None:
        for each in self.deliveries(message):
            self.becomes(message, each.recipient_id, outcome)

    def caps(self, chain_id: int) -> list[CapMessage]:
        with self.database.connect() as connection:
            return [from_xml(each) for each in store.caps(connection, chain_id)]
