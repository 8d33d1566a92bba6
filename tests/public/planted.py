"""A city on real stores with secrets planted in all that the public must never read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from alerts.issued import Announced
from alerts.people import Directory, GroupKind
from alerts.public.desk import Desk
from alerts.public.publishing import Around
from alerts.public.records import Given, PublicMessage
from alerts.records import Maintenance, Silence
from alerts.store.issued import SqlIssuedLevels
from alerts.store.mutes import add_maintenance, add_silence
from alerts.store.tables import chronology
from dashboard.accounts.actor import Role
from dashboard.accounts.records import AuditLine, NewAccount
from dashboard.accounts.store import SqlAccounts
from dashboard.public.words.languages import LANGUAGES
from deploy.settings import Settings
from deploy.wiring.archive import archive_keeper
from deploy.wiring.past import forwarder_of, open_past
from deploy.wiring.site import PublicSite
from deploy.wiring.stores import Stores, open_stores
from ingest.eyes.looking import Eyes
from ingest.readings import DeadLetter, Quality, Reading, Still
from ingest.sensors import Sensor
from ingest.sight.examine import examine
from ingest.stations import Camera, City, Gauge, Registry, Station, StationKind, ThresholdSet
from ingest.store.appender import SqlAppender
from ingest.store.looks import SqlLooks
from ingest.store.protocol import Batch
from ingest.store.tables import writing
from ingest.store.viewpoints import SqlViewpoints
from tests.alerts.town import group, people, route
from tests.public import held_alike
from tests.public.fakes import LEVELS, NOW, SetClock
from tests.public.held_alike import STATIONS
from tests.public.plants import COLOURS, SIZE, Contents, Plants, contents, picture

PUBLIC_STAGE_M = 2.4
APPROVER = "防災課長"
"""A message says who approved it, so that is no secret."""
MASK = ((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75))


ALL = tuple(language.code for language in LANGUAGES)


class PlantedCity:
    """Real stores, filled with what may be told and what may not; ``publish`` writes the whole site.

    ``station_name`` and ``headline`` are told. ``doubted`` is the quality of what is suspect.
    """

    def __init__(
        self,
        folder: Path,
        variant: int = 0,
        station_name: str = "大橋",
        headline: str = "避難の準備を",
        doubted: Quality = Quality.SUSPECT,
        languages: Sequence[str] = ALL,
    ) -> None:
        self._doubted = doubted
        self.plants = Plants(variant)
        self.settings = Settings.model_validate(
            {
                "data_folder": folder,
                "mqtt": {"host": "broker.example", "password": self.plants.word("the broker's password")},
                "broker": {"embedded": False},
                "cameras": {"credentials": {"bridge": credential(self.plants)}},
                "alerts": {"public": {"sender": "town.example", "desk": "desk"}},
                "public": {"languages": languages, "reviewed": dict.fromkeys(languages, "for the test")},
            }
        )
        self.clock = SetClock(NOW)
        self.stores: Stores = open_stores(self.settings)
        self._around = Around(
            city(self.plants, station_name), directory(self.plants), self.settings.alerts.public, numbered()
        )
        self.stores.registry.apply(self._around.registry, NOW - timedelta(days=2), self.plants.word("the importer"))
        self.stores.people.apply(self._around.directory.people, self.plants.word("who keeps the people"), NOW)
        self._readings()
        self._pictures()
        self._desk(headline)
        self._staff()

    @property
    def site(self) -> Path:
        """The folder of the public files."""
        return self.settings.public_folder

    def publish(self) -> tuple[Contents, Contents]:
        """Write everything; what the site held then, and with the archive of the day when that was over."""
        past = open_past(self.settings, self.stores)
        keeper = archive_keeper(self.settings, self.stores, past.history, self.clock)
        forwarder_of(self.stores, past.past, self.clock).turn()
        assert PublicSite(self.settings, self.stores, self.clock).turn()
        while keeper.turn():
            pass
        at_once = dict(contents(self.site))
        self.clock.at += timedelta(days=1)
        while keeper.turn():
            pass
        past.stop()
        self.stores.close()
        return at_once, dict(contents(self.site))

    def _append(self, *readings: Reading) -> None:
        SqlAppender(self.stores.database).append(Batch(readings=readings))

    def _readings(self) -> None:
        said = self.plants.stage_m
        day = [NOW - timedelta(minutes=minutes) for minutes in range(1440, 0, -10)]
        self._append(*(read(each, 1.1, at) for at in day for each in GAUGES))
        self._held_alike(day)
        recent = NOW - timedelta(minutes=5)
        beside = read("beside-2", said("a suspect value"), recent, self._doubted)
        self._append(
            read("open", PUBLIC_STAGE_M, recent),
            read("doubtful", said("a suspect value"), recent, self._doubted),
            read("broken", said("a bad value"), recent, Quality.BAD),
            read("worked", said("a value during maintenance"), recent),
            read("followed", said("a suspect value that was followed by a good one"), recent, self._doubted),
            beside,
        )
        self._append(read("followed", 1.2, recent + timedelta(minutes=1)))
        letter = self.plants.word("a message that could not be understood")
        self._letter(DeadLetter(f"mizumori/{letter}", NOW, "not_json", letter, letter.encode(), 8))
        with writing(self.stores.database) as connection:
            add_maintenance(
                connection,
                Maintenance(
                    "worked",
                    self.plants.word("who works on a gauge"),
                    self.plants.word("why a gauge is worked on"),
                    NOW - timedelta(hours=1),
                    NOW + timedelta(hours=8),
                ),
            )

    def _held_alike(self, day: Sequence[datetime]) -> None:
        for gauge_id, stage_m, way in held_alike.said(self.plants.variant):
            at_work = [at for at in day if way.is_at_work(at)]
            self._append(*(read(gauge_id, way.confirmed_m, at) for at in day if at not in at_work))
            self._append(*(read(gauge_id, stage_m, at, way.quality) for at in (*at_work, way.held_at)))
            if way.work is not None and way.minutes_ago > 5:
                self._append(read(gauge_id, way.confirmed_m, NOW - timedelta(minutes=1)))
        with writing(self.stores.database) as connection:
            for work in held_alike.works():
                add_maintenance(connection, work)

    def _letter(self, letter: DeadLetter) -> None:
        SqlAppender(self.stores.database).append(Batch(dead_letters=[letter]))

    def _pictures(self) -> None:
        for camera, secret in (("seen", "a picture before masking"), ("unseen", "a picture of no public camera")):
            for number, minutes in enumerate((60, 4)):
                at = NOW - timedelta(minutes=minutes)
                file = f"{camera}/20260701/{number}.jpg"
                data = self.plants.hidden(f"{secret} {number}", picture(COLOURS[self.plants.variant], number))
                self.stores.stills.write(file, data)
                still = Still(camera, at, at, file, *SIZE, size_bytes=len(data))
                SqlAppender(self.stores.database).append(Batch(stills=[still]))
        database = self.stores.database
        looks = SqlLooks(database)
        eyes = Eyes(looks, self.stores.stills, SqlViewpoints(database), examine, self.clock)
        eyes.turn()
        for camera in ("seen", "unseen"):
            normal = looks.newest(camera, 2)[-1].still
            looks.choose(normal, self.plants.word(f"who chose the normal day of the camera {camera}"))
        eyes.turn()

    def _desk(self, headline: str) -> None:
        desk, word = Desk(self.stores.database, lambda: self._around, self.clock), self.plants.word
        published = desk.draft(word("who drafted"), given(word("a text before it was edited")))
        desk.edit(published.id, word("who edited"), given(headline))
        self._send(desk, published)
        desk.draft("当番", given(word("a draft")))
        taken_back = desk.draft("当番", given(word("a draft that was taken back")))
        desk.withdraw(taken_back.id, word("who took it back"), word("why it was taken back"))
        waiting = desk.draft("当番", given(word("an approved message that is not out")))
        desk.approve(waiting.id, word("who approved what is not out"), word("why it was approved"))
        over = desk.draft("当番", given("解除されるお知らせ", "worked"))
        self._send(desk, over)
        self._send(desk, desk.all_clear(over.id, word("who drafted the all-clear")))

    def _send(self, desk: Desk, message: PublicMessage) -> None:
        word = self.plants.word
        desk.approve(message.id, APPROVER, word("why it was approved all the same"))
        desk.publish(message.id, word("who published"), word("why it was published all the same"))

    def _staff(self) -> None:
        word, database = self.plants.word, self.stores.database
        levels = SqlIssuedLevels(database, self.stores.city, self.clock)
        levels.enter(word("who entered an issued level"), Announced(3, word("an issuer that no message names"), NOW))
        silence = Silence(word("who silenced"), word("why it was silenced"), NOW, NOW + timedelta(hours=1))
        note = word("a note of staff")
        with writing(database) as connection:
            add_silence(connection, silence)
            line = {"at": NOW, "kind": "note", "actor": word("who noted"), "station_id": "open", "text": note}
            connection.execute(insert(chronology).values(**line, detail={"text": note}))
        accounts = SqlAccounts(database)
        new = NewAccount(
            word("a login"), word("the name of an account"), Role.ADMINISTRATOR, word("a hash of a password")
        )
        accounts.add(new, NOW)
        accounts.record(AuditLine(NOW, word("an actor"), "sign_in", word("an object"), word("a detail"), "192.0.2.7"))


GAUGES = ("open", "doubtful", "broken", "worked", "beside-1", "beside-2", "followed")


def city(plants: Plants, station_name: str) -> Registry:
    """A station for each way in which a value is kept from the public, and one that is open to it."""
    levels = (ThresholdSet(valid_from=NOW - timedelta(days=9), levels=LEVELS),)
    names = {"open": station_name, "beside": "二つの水位計"}
    stations = [
        Station(
            id=each,
            kind=StationKind.RIVER,
            name={"ja": names.get(each, each), "en": names.get(each, each)},
            area={"ja": "東", "en": "East"},
            lat=34.4 + number / 100,
            lon=133.2,
        )
        for number, each in enumerate(("open", "doubtful", "broken", "worked", "beside", "followed", *STATIONS))
    ]
    sensor = Sensor(valid_from=NOW - timedelta(days=9), device=plants.word("a device EUI"))
    gauges = [
        Gauge(
            id=each,
            station_id=each.partition("-")[0],
            thresholds=levels,
            sensors=(sensor,) if each == "open" else (),
        )
        for each in (*GAUGES, *STATIONS)
    ]
    whole = City(id="town", name={"ja": "町", "en": "Town"}, municipal_code="342050")
    return Registry.of(whole, [*stations, *gauges, *cameras(plants)])


def credential(plants: Plants) -> dict[str, str]:
    """User and password of a camera, as they stand in the settings."""
    return {"username": plants.word("a camera's user"), "password": plants.word("a camera's password")}


def cameras(plants: Plants) -> list[Camera]:
    """One that residents may see, and one that they may not; both with addresses that nobody may know."""
    return [
        Camera.model_validate(
            {
                "id": camera,
                "station_id": "open",
                "name": {"ja": name},
                "public": camera == "seen",
                "masks": (MASK,),
                "pull": {
                    "url": f"http://camera.example/{plants.word(f'where the camera {camera} is asked')}",
                    "auth": "basic",
                    "credential": plants.word(f"the credential of the camera {camera}"),
                },
                "live": {
                    "kind": "page",
                    "url": f"https://live.example/{plants.word(f'where the camera {camera} is live')}",
                },
            }
        )
        for camera, name in (("seen", "橋のカメラ"), ("unseen", plants.word("the name of no public camera")))
    ]


def directory(plants: Plants) -> Directory:
    """People with names and addresses."""
    word = plants.word
    duty: dict[str, Any] = {
        "id": word("an id of a person"),
        "name": {"ja": word("a name of a person")},
        "addresses": [
            {"channel": "email", "address": f"{word('a mail address')}@town.example"},
            {"channel": "sms", "address": plants.telephone()},
        ],
    }
    groups = [
        group("residents", GroupKind.PUBLIC, [duty["id"]]),
        group("desk", GroupKind.STAFF, [duty["id"]]) | {"name": {"ja": word("the name of a group")}},
    ]
    return Directory(people([duty], groups, [route("public", "residents"), route("staff", "desk")]))


def given(headline: str, station: str = "open") -> Given:
    """What a person writes into a message."""
    texts = {language: {"headline": headline, "description": headline} for language in ("ja", "en")}
    return Given(texts=texts, station_ids=(station,), gravity=2)


def numbered() -> Any:
    """Keys of messages that are the same in two cities."""
    numbers = count(1)
    return lambda: f"00000000-0000-4000-8000-{next(numbers):012d}"


def read(gauge_id: str, stage_m: float, at: datetime, quality: Quality = Quality.GOOD) -> Reading:
    """A reading that is received when it is observed."""
    return Reading(gauge_id, stage_m, at, at, f"{at.timestamp():.0f}", quality=quality)
