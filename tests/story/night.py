"""One night for tests and pictures: the whole house as the demonstration wires it, with a clock that can be moved on.

Real are the broker, ingest, the eyes, the alerts and their outboxes, a mail server, the staff's and the public's
servers, and the accounts. Devices send what the simulator says that they would have sent by the time on the clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from alerts.people import GroupKind, People
from dashboard.accounts.gate import CSRF_HEADER, Cookies
from deploy.commands.serve import with_answers
from deploy.demo import demonstration
from deploy.services import House
from deploy.settings import Settings, read_settings
from deploy.standby import StandbyIngest
from deploy.wiring.accounts import demonstration_accounts, without_codes
from deploy.wiring.house import device_publisher, whole_house
from deploy.wiring.monitor import monitored
from deploy.wiring.stores import Stores, open_stores
from ingest.registry_files import load
from ingest.stations import Device, Gauge, Registry, Station
from ingest.store.looks import SqlLooks
from simulators.devices import Devices, grid_point, grid_points
from simulators.faults import NO_FAULTS, FaultPlan
from simulators.gauges import Waters
from simulators.messages import Message
from simulators.publisher import Publisher
from simulators.scene import Size
from simulators.storm import Storm, demonstration_storm
from tests.alerts.servers import Mailbox, MailServer
from tests.alerts.town import contact, group, people, route
from tests.deploy.houses import own_ports

ORIGIN = datetime(2026, 7, 1, 9, 40, tzinfo=UTC)
"""Of the storm: 18:40 in Japan. Its core passes seven minutes later, and the light lasts for half an hour more."""
SMALL: Size = (320, 180)
PATIENCE_S = 30.0
MOMENT_S = 0.5


@dataclass
class NightClock:
    """Runs as true time does from where it was set, and is moved on by hand."""

    start: datetime
    began_s: float = field(default_factory=time.monotonic)
    speed: float = 1.0
    held_at: datetime | None = None

    def now(self) -> datetime:
        """The time of the house."""
        return self.held_at or self.start + timedelta(seconds=time.monotonic() - self.began_s)

    def hold(self) -> None:
        """Stand still from now on."""
        self.held_at = self.now()

    def move_to(self, at: datetime) -> None:
        """On to this time; never back."""
        self.start += max(timedelta(0), at - self.now())


@dataclass
class Night:
    """A house that runs, and its devices."""

    settings: Settings
    stores: Stores
    clock: NightClock
    storm: Storm
    mailbox: Mailbox
    publisher: Publisher
    password: str
    devices: Devices
    ingest: StandbyIngest
    sent_until: datetime
    sessions: dict[str, httpx.Cookies] = field(default_factory=dict)

    @property
    def staff(self) -> str:
        """The address of the staff's pages."""
        return f"http://127.0.0.1:{self.settings.dashboard.port}"

    @property
    def public(self) -> str:
        """The address of the public's pages."""
        return f"http://127.0.0.1:{self.settings.public.port}"

    @property
    def city(self) -> Registry:
        """What is watched."""
        return self.devices.registry

    def go_on(self, minutes: float, cameras: Collection[str] = ()) -> None:
        """Let time go by, and every device say what it has to say meanwhile; of the cameras only these."""
        until = self.sent_until + timedelta(minutes=minutes)
        for at, device in self._due(until, cameras):
            self.clock.move_to(at)
            self._send(device, at)
        self.clock.move_to(until)
        self.sent_until = until
        self._wait_until_taken()

    def show(self) -> None:
        """Let every camera send what it sees now, beside its usual times."""
        for camera in self.city.cameras.values():
            self._send(camera, self.clock.now())

    def murmur(self) -> None:
        """Say what one gauge said last once more: a house that hears nothing for minutes says so."""
        gauge = next(iter(self.city.gauges.values()))
        self._send(gauge, grid_point(gauge, self.sent_until))

    def unseen(self) -> int:
        """Pictures that nobody has looked at yet."""
        return SqlLooks(self.stores.database).waiting().stills

    def go_on_until(self, what: Callable[[], object], at_most: float, step: float = 5) -> None:
        """Let time go by in steps of so many minutes until it becomes true.

        Between two steps the house has a moment: what must have lasted is known by two looks, not by one. When so much
        time went by it may take real seconds yet, on a machine that has other things to do.
        """
        gone, until_s = 0.0, time.monotonic() + PATIENCE_S
        while not what():
            if gone < at_most:
                self.go_on(step)
                gone, until_s = gone + step, time.monotonic() + PATIENCE_S
            assert time.monotonic() < until_s, f"not within {at_most:g} minutes"
            time.sleep(MOMENT_S)

    def _wait_until_taken(self) -> None:
        """Until the house has what was sent: the clock must not be moved on meanwhile where the time of arrival
        counts."""
        assert self.publisher.flush(PATIENCE_S)
        until_s = time.monotonic() + PATIENCE_S
        while self.ingest.counts.messages < self.publisher.acknowledged:
            assert time.monotonic() < until_s, "ingest does not keep up"
            time.sleep(0.01)

    def _due(self, until: datetime, cameras: Collection[str]) -> list[tuple[datetime, Device]]:
        city = self.city
        found: list[Device] = [*city.gauges.values(), *city.pumps.values(), *city.gates.values()]
        found += [city.cameras[each] for each in cameras]
        points = [(at, each) for each in found for at in grid_points(each, self.sent_until, until)]
        return sorted(points, key=lambda point: (point[0], point[1].id))

    def _send(self, device: Device, at: datetime) -> None:
        for message in self._messages(device, at):
            self.publisher.send(message.topic, message.payload)
        if device.id in self.city.cameras:
            self._wait_until_taken()

    def _messages(self, device: Device, at: datetime) -> Sequence[Message]:
        if isinstance(device, Gauge):
            if not self.devices.is_due(device, at):
                return ()
            said = self.devices.reading(device, at)
        elif device.id in self.city.pumps:
            said = self.devices.pump_message(self.city.pumps[device.id], at)
        elif device.id in self.city.gates:
            said = self.devices.gate_message(self.city.gates[device.id], at)
        else:
            return self.devices.camera_messages(self.city.cameras[device.id], at)
        return () if said is None else (said,)

    @contextmanager
    def signed_in(self, login: str) -> Iterator[httpx.Client]:
        """Somebody at the API, signed in by the form once a night."""
        with httpx.Client(base_url=self.staff, timeout=20, cookies=self.sessions.get(login)) as client:
            if login not in self.sessions:
                answer = client.post("/login", data={"login": login, "password": self.password})
                assert answer.status_code == 303, answer.text
                self.sessions[login] = client.cookies
            client.headers[CSRF_HEADER] = client.cookies[Cookies().csrf]
            yield client


def only(*station_ids: str) -> Callable[[Registry], Registry]:
    """Of the city these stations and what belongs to them."""

    def change(city: Registry) -> Registry:
        kept: list[Station | Device] = [
            each.model_copy(update={"upstream": ()}) for each in city.stations.values() if each.id in station_ids
        ]
        devices: list[Device] = [*city.gauges.values(), *city.cameras.values()]
        devices += [*city.pumps.values(), *city.gates.values()]
        kept += [each for each in devices if each.station_id in station_ids]
        return of_a_real_city(Registry.of(city.city, kept))

    return change


def of_a_real_city(city: Registry) -> Registry:
    """The same stations in a city that is no demonstration, with the number that its messages need."""
    real = {"demonstration": False, "municipal_code": "342050"}
    return city.model_copy(update={"city": city.city.model_copy(update=real)})


@contextmanager
def night(
    folder: Path,
    begins_at: datetime,
    *,
    faults: FaultPlan | Callable[[Registry, Storm], FaultPlan] = NO_FAULTS,
    more: Mapping[str, str] | None = None,
    size: Size = SMALL,
    clock: NightClock | None = None,
    change: Callable[[Registry], Registry] = of_a_real_city,
) -> Iterator[Night]:
    """The house while it runs, from ``begins_at`` on."""
    mailbox, clock, storm = Mailbox(), clock or NightClock(begins_at), demonstration_storm(ORIGIN)
    with MailServer(mailbox) as mail:
        settings = _settings(folder, mail.port, more or {})
        stores = open_stores(settings)
        city = change(load(demonstration("city.toml")))
        stores.registry.apply(city, clock.now(), "story")
        stores.people.apply(duty_crew_and_residents(), "story", clock.now())
        password = list(demonstration_accounts(settings, stores))[-1].split()[2]
        plan = faults(city, storm) if callable(faults) else faults
        devices = Devices(Waters(city, storm, plan.pumps), plan, size)
        services = whole_house(settings, stores, clock)
        ingest = next(each for each in services if isinstance(each, StandbyIngest))
        with House(monitored(settings, stores, services, "demo", settings.monitor.port)):
            publisher = device_publisher(settings)
            publisher.connect()
            yield Night(settings, stores, clock, storm, mailbox, publisher, password, devices, ingest, clock.now())
            publisher.close()
        stores.close()


def _settings(folder: Path, mail_port: int, more: Mapping[str, str]) -> Settings:
    environment = {
        **own_ports(folder),
        "MIZUMORI_ALERTS__CHANNELS__EMAIL__PORT": str(mail_port),
        "MIZUMORI_ALERTS__PUBLIC__DESK": "duty",
        "MIZUMORI_ALERTS__PUBLIC__SENDER": "flood.city.example",
        "MIZUMORI_DASHBOARD__ACCOUNTS__ENABLED": "true",
        **more,
    }
    return without_codes(with_answers(read_settings(None, environment)))


def duty_crew_and_residents() -> People:
    """Who is told by mail: the duty desk of everything, the crew of what is grave, residents of what is published."""
    residents = ["resident-ja", "resident-en"]
    written = [contact("resident-ja"), contact("resident-en", language="en")]
    return people(
        [contact("duty"), contact("crew"), *written],
        [group("duty"), group("crew", GroupKind.CREW), group("residents", GroupKind.PUBLIC, residents)],
        [route("duty", min_level=1), route("crew", min_level=3, rules=["stage"]), route("residents", min_level=2)],
    )
