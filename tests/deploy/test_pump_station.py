"""A simulated pump station in a whole house: its pump does not start, people are told, it runs again, it is over."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.records import PUMP_IDLE, Transition
from deploy.services import House
from deploy.settings import read_settings
from deploy.wiring.house import device_publisher, whole_house
from deploy.wiring.stores import Stores, open_stores
from ingest.stations import Quantity, Registry
from simulators.devices import Devices
from simulators.faults import NO_FAULTS
from simulators.gauges import Waters
from simulators.publisher import Publisher
from simulators.pump_faults import SOUND_PUMP, PumpFault
from simulators.storm import Storm, demonstration_storm
from tests.alerts.servers import Mailbox, MailServer
from tests.alerts.town import contact, group, people, route
from tests.deploy.houses import CLOCK, eventually, own_ports
from tests.pumping import CITY, DUSK, FIRST, GATE, INNER, OUTER, STATION

QUICK = FIRST.model_copy(update={"interval_s": 0.4})
"""Not known to run after 1.2 seconds."""
TOWN = Registry.of(CITY, [STATION, INNER, OUTER, QUICK, GATE])
SETTINGS = """
[alerts]
tick_s = 0.5
digest_s = 0

[alerts.rules.pump_idle]
duration_s = 0.5
hold_s = 1

[alerts.channels.email]
port = {port}
"""


def flooded_minute() -> int:
    """Minutes after the storm's origin at which the pump runs if it is sound, and is missed if it is not."""
    for minute in range(240):
        sound, idle = (waters(demonstration_storm(DUSK), each) for each in (SOUND_PUMP, PumpFault("idle")))
        at = DUSK + timedelta(minutes=minute)
        found = sound.drained(STATION.id, at)
        if found and found[1].at(at).running[0] and idle.stage_m(INNER.id, at) > 1.05:
            return minute
    raise AssertionError("no storm floods this station")


def waters(storm: Storm, fault: PumpFault) -> Waters:
    return Waters(TOWN, storm, {QUICK.id: fault})


class Plant:
    """The station as a device: everything it has speaks several times a second, in a thread of its own."""

    def __init__(self, device: Publisher, storm: Storm) -> None:
        self._device = device
        self._storm = storm
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.repair(PumpFault("idle"))

    def repair(self, fault: PumpFault) -> None:
        """From now on its pump has this fault, and its water is as if it always had."""
        plan = NO_FAULTS.with_pumps({QUICK.id: fault})
        self._devices = Devices(waters(self._storm, fault), plan)

    def _run(self) -> None:
        while not self._stop.wait(0.3):
            now = datetime.now(UTC)
            said = [self._devices.reading(each, now) for each in TOWN.gauges.values()]
            for message in (*said, self._devices.pump_message(QUICK, now), self._devices.gate_message(GATE, now)):
                if message is not None:
                    self._device.send(message.topic, message.payload)

    def __enter__(self) -> Plant:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[tuple[Stores, Publisher, Mailbox]]:
    mailbox = Mailbox()
    with MailServer(mailbox) as mail:
        file = tmp_path / "mizumori.toml"
        file.write_text(SETTINGS.format(port=mail.port), encoding="utf-8")
        settings = read_settings(file, own_ports(tmp_path / "data"))
        stores = open_stores(settings)
        stores.registry.apply(TOWN, CLOCK.now(), "test")
        stores.people.apply(
            people([contact("duty")], [group("duty")], [route("duty", min_level=1)]), "test", CLOCK.now()
        )
        with House(whole_house(settings, stores, CLOCK)):
            device = device_publisher(settings)
            device.connect()
            yield stores, device, mailbox
            device.close()
        stores.close()


def of_pumps(stores: Stores) -> list[Transition]:
    found = stores.alerts.transitions_after(0)
    return [each for each in found if each.rule == PUMP_IDLE and each.from_level != each.to_level]


def test_a_pump_that_does_not_start_is_told_and_ends_when_it_runs(town: tuple[Stores, Publisher, Mailbox]) -> None:
    stores, device, mailbox = town
    storm = demonstration_storm(datetime.now(UTC) - timedelta(minutes=flooded_minute()))
    with Plant(device, storm) as plant:
        assert eventually(lambda: of_pumps(stores), 30)
        told = of_pumps(stores)[0]
        assert (told.subject_id, told.station_id) == (QUICK.id, STATION.id)
        assert told.to_level == max(3, told.detail["station_level"] + 1)
        assert told.detail["problem"] == "pump_stopped"
        assert told.detail["inner_m"] >= 1.0
        assert eventually(lambda: any("1号ポンプが動いていません" in str(each["Subject"]) for each in mailbox.mails))

        plant.repair(SOUND_PUMP)
        assert eventually(lambda: of_pumps(stores)[-1].to_level == 0, 30)
        assert of_pumps(stores)[-1].cause == "fall"
        assert eventually(lambda: any("ポンプ停止の終わり" in str(each["Subject"]) for each in mailbox.mails))
    states = stores.log.states()
    assert states[(QUICK.id, Quantity.RUNNING)].value == 1.0
    assert {key[1] for key in states} == {Quantity.RUNNING, Quantity.FAULT, Quantity.FLOW, Quantity.OPENING}
    assert stores.log.dead_letters().counts == {}
