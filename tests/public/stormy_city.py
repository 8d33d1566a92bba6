"""A city in the middle of a storm with everything that a page can show, on real stores, published once.

Stations, water and faults are the demonstration's. Its clock runs at another speed than the world's, so that the pages
of a fixed day are not old.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from alerts.cap.flood import Issued, IssuedFor
from alerts.issued import Announced
from alerts.people import Directory
from alerts.public.desk import Desk
from alerts.public.publishing import Around
from alerts.public.records import Given, PublicMessage
from alerts.records import Maintenance
from alerts.store.issued import SqlIssuedLevels
from alerts.store.mutes import add_maintenance
from deploy.demo import demonstration
from deploy.settings import Settings
from deploy.wiring.archive import archive_keeper
from deploy.wiring.past import forwarder_of, open_past
from deploy.wiring.site import PublicSite
from deploy.wiring.stores import Stores, open_stores
from ingest.eyes.looking import Eyes
from ingest.readings import Quality, Reading, Still
from ingest.registry_files import load
from ingest.sight.examine import examine
from ingest.stations import Quantity, Registry, Station
from ingest.store.appender import SqlAppender
from ingest.store.looks import SqlLooks
from ingest.store.protocol import Batch
from ingest.store.tables import writing
from ingest.store.viewpoints import SqlViewpoints
from simulators.cameras import still
from simulators.devices import Devices
from simulators.faults import demonstration_faults
from simulators.gauges import Waters
from simulators.scene import SMALL
from simulators.storm import demonstration_storm
from tests.public.fakes import SetClock

ORIGIN = datetime(2026, 7, 1, 3, 0, tzinfo=UTC)
"""Of the storm: noon in Japan."""
NOW = ORIGIN + timedelta(minutes=12)
A_DAY_AGO, A_WHILE_AGO = NOW - timedelta(days=1), NOW - timedelta(minutes=20)
DANGER = "ditch-tomihama"
"""The worst station: hazard 5, with a public camera and its normal day; a message is about it."""
SILENT, STOPPED = "fujii-minari", "pump-takasu"
"""A station that fell silent while it was high, and one whose pump does not start."""
FORMER = "ditch-kyu-tomihama"
"""A station at which nothing is observed any more."""
SUSPECT, MAINTAINED, NEVER = "ditch-tsuchido-stage", "pond-setoda", "under-higashi-depth"
WITH_NORMAL_DAY, OLD_PICTURE, NO_PICTURE = "ditch-tomihama-cam", "pond-minari-cam", "fujii-takasu-cam"
PUBLIC_CAMERAS = (WITH_NORMAL_DAY, OLD_PICTURE, NO_PICTURE)
MASK = ((0.7, 0.1), (0.95, 0.1), (0.95, 0.4), (0.7, 0.4))
HEADLINE = {
    "ja": "富浜水路があふれています。近づかないでください。",
    "en": "The Tomihama waterway is overflowing. Keep away.",
}
OVER = {"ja": "栗原の地下道に水がたまりました。", "en": "Water stood in the Kurihara underpass."}
MAYOR = "水守市長"


class StormyCity:
    """Real stores, filled; ``publish`` writes the whole site, with the open data of the day before."""

    def __init__(self, folder: Path, **public: object) -> None:
        self.settings = Settings.model_validate(
            {
                "data_folder": folder,
                "broker": {"embedded": False},
                "alerts": {"public": {"sender": "city.example", "desk": "desk"}},
                "public": {"address": "https://levels.city.example/", **public},
            }
        )
        self.address = ""
        self.clock = SetClock(NOW, speed=60.0)
        self.stores: Stores = open_stores(self.settings)
        self.registry = with_public_cameras(load(demonstration("city.toml")))
        self._once_observed(NOW - timedelta(days=30))
        storm = demonstration_storm(ORIGIN)
        faults = demonstration_faults(self.registry, storm)
        self._devices = Devices(Waters(self.registry, storm, faults.pumps), faults, SMALL)
        SqlAppender(self.stores.database).append(Batch(readings=[*readings(self._devices), *pumps(self._devices)]))
        self._work_on(MAINTAINED)
        self._pictures()
        self._messages()

    @property
    def site(self) -> Path:
        """The folder of the public files."""
        return self.settings.public_folder

    def publish(self) -> Path:
        """Write everything, the daily files of the open data too; the folder."""
        past = open_past(self.settings, self.stores)
        keeper = archive_keeper(self.settings, self.stores, past.history, self.clock)
        forwarder_of(self.stores, past.past, self.clock).turn()
        while keeper.turn():
            pass
        assert PublicSite(self.settings, self.stores, self.clock, lambda: keeper.since).turn()
        past.stop()
        self.stores.close()
        return self.site

    def _once_observed(self, since: datetime) -> None:
        """The registry, with a station that has had no gauge for a day."""
        gauge = self.registry.gauges[f"{DANGER}-stage"].model_copy(
            update={"id": f"{FORMER}-stage", "station_id": FORMER}
        )
        more = Registry.of(self.registry.city, [former(self.registry.stations[DANGER]), gauge])
        both = {
            "stations": {**self.registry.stations, **more.stations},
            "gauges": {**self.registry.gauges, **more.gauges},
        }
        self.stores.registry.apply(self.registry.model_copy(update=both), since, "test")
        SqlAppender(self.stores.database).append(Batch(readings=[reading(gauge.id, 0.4, A_DAY_AGO)]))
        self.stores.registry.apply(self.registry, A_DAY_AGO + timedelta(hours=1), "test")

    def _work_on(self, station_id: str) -> None:
        work = Maintenance(station_id, "当番", "清掃", NOW - timedelta(hours=1), NOW + timedelta(hours=8))
        with writing(self.stores.database) as connection:
            add_maintenance(connection, work)

    def _pictures(self) -> None:
        """Of two cameras: a normal day and one of now, and one that is old."""
        self._receive(WITH_NORMAL_DAY, NOW - timedelta(days=20))
        self._receive(WITH_NORMAL_DAY, NOW - timedelta(minutes=1))
        self._receive(OLD_PICTURE, NOW - timedelta(minutes=40))
        database = self.stores.database
        looks = SqlLooks(database)
        eyes = Eyes(looks, self.stores.stills, SqlViewpoints(database), examine, self.clock)
        eyes.turn()
        looks.choose(looks.newest(WITH_NORMAL_DAY, 2)[-1].still, "当番")
        eyes.turn()

    def _receive(self, camera_id: str, at: datetime) -> None:
        data = still(self._devices.scene(self.registry.cameras[camera_id], at), size=SMALL)
        file = f"{camera_id}/{at:%Y%m%d}/{at:%H%M%S}.jpg"
        self.stores.stills.write(file, data)
        taken = Still(camera_id, at, at, file, *SMALL, size_bytes=len(data))
        SqlAppender(self.stores.database).append(Batch(stills=[taken]))

    def _messages(self) -> None:
        """One in force, with a level that the mayor issued; one whose danger is over, one that was taken back."""
        clock = SetClock(NOW - timedelta(hours=2), speed=60.0)
        numbers = count(1)
        around = Around(
            self.registry,
            Directory(),
            self.settings.alerts.public,
            lambda: f"00000000-0000-4000-8000-{next(numbers):012d}",
        )
        desk = Desk(self.stores.database, lambda: around, clock)
        over = _out(desk, desk.draft("当番", given(OVER, "under-kurihara")))
        wrong = _out(desk, desk.draft("当番", given(OVER, "under-sanba")))
        clock.at += timedelta(minutes=30)
        desk.cancel(wrong.id, "当番", {"ja": "別の場所のお知らせでした。", "en": "It was about another place."})
        clock.at += timedelta(minutes=30)
        _out(desk, desk.all_clear(over.id, "当番"))
        clock.at = NOW - timedelta(minutes=3)
        said = Announced(4, MAYOR, clock.at, area="向島")
        SqlIssuedLevels(self.stores.database, self.stores.city, clock).enter("当番", said)
        issued = Issued(4, MAYOR, clock.at, IssuedFor(area="向島"))
        _out(desk, desk.draft("当番", given(HEADLINE, DANGER, gravity=5, issued=issued)))


def former(station: Station) -> Station:
    """The one before it on the same water."""
    name = {"ja": "旧富浜水路", "en": "Old Tomihama Waterway", "ja-Hira": "きゅうとみはますいろ"}
    return station.model_copy(update={"id": FORMER, "name": name, "upstream": ()})


def with_public_cameras(city: Registry) -> Registry:
    """The demonstration with the number that its messages need, and residents may see three cameras, one in part."""
    cameras = {
        key: each.model_copy(
            update={"public": key in PUBLIC_CAMERAS, "masks": (MASK,) if key == WITH_NORMAL_DAY else ()}
        )
        for key, each in city.cameras.items()
    }
    numbered = city.city.model_copy(update={"municipal_code": "342050"})
    return city.model_copy(update={"cameras": cameras, "city": numbered})


def readings(devices: Devices) -> Iterator[Reading]:
    """A day of every gauge: every ten minutes, and of late as often as it observes."""
    for gauge in devices.registry.gauges.values():
        fault = devices.faults.of_gauge(gauge.id)
        late = [NOW - timedelta(minutes=minutes) for minutes in range(20)]
        seldom = [A_DAY_AGO + timedelta(minutes=10 * step) for step in range(142)]
        for at in sorted({*seldom, *late}):
            if gauge.id != NEVER and fault.speaks(at):
                yield reading(gauge.id, devices.waters.measured_m(gauge.id, at), at)
    yield reading(SUSPECT, 19.9, NOW + timedelta(seconds=1), quality=Quality.SUSPECT)


def pumps(devices: Devices) -> Iterator[Reading]:
    """What every pump says now: all run but the one that stands still by its fault."""
    for pump in devices.registry.pumps.values():
        for minutes in reversed(range(30)):
            at = NOW - timedelta(minutes=minutes)
            runs = not devices.faults.of_pump(pump.id).stands(at)
            yield reading(pump.id, float(runs), at, Quantity.RUNNING)


def reading(
    device_id: str,
    value: float,
    at: datetime,
    quantity: Quantity = Quantity.STAGE,
    quality: Quality = Quality.GOOD,
) -> Reading:
    """One that is received when it is observed."""
    return Reading(device_id, value, at, at, f"{quantity}{at.timestamp():.0f}", quantity, quality)


def given(headline: dict[str, str], station: str, gravity: int = 3, issued: Issued | None = None) -> Given:
    """What a person writes into a message."""
    texts = {language: {"headline": said, "description": said} for language, said in headline.items()}
    return Given(texts=texts, station_ids=(station,), gravity=gravity, issued=issued)


def _out(desk: Desk, message: PublicMessage) -> PublicMessage:
    """Approved and published, whatever the gauge says and whoever hears it."""
    desk.approve(message.id, "防災課長", "見てきた")
    return desk.publish(message.id, "防災課長", "見てきた").message
