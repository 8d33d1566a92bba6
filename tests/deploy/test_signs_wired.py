"""From a reading to a sign that does not obey, and to the people who must close the road: through the alerts as they
are wired, with a broker and a clock that is set by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from alerts.drills import Allowed
from alerts.people import GroupKind
from alerts.store.chronology import SqlChronology, Wanted
from alerts.store.signs import read_signs
from alerts.store.tables import deliveries, messages, signs
from deploy.alerting import Alerting
from deploy.settings import Settings, read_settings
from deploy.wiring.alerts import alerting
from deploy.wiring.channels import channel_settings
from deploy.wiring.health import health_job
from deploy.wiring.stores import open_stores
from ingest.store.appender import SqlAppender
from ingest.store.protocol import Batch
from tests.alerts.duty import WATCHED, prompt
from tests.alerts.night import DUSK, GAUGE, OTHER_GAUGE, HandClock, at
from tests.alerts.sign_device import TOPIC, Sign
from tests.alerts.town import contact, group, people, route
from tests.brokers import Mosquitto
from tests.deploy.houses import eventually

SETTINGS = """
[alerts.channels.mqtt]
host = "127.0.0.1"
port = {port}

[alerts.rules.rise]
enabled = false
[alerts.rules.outlook]
enabled = false
[alerts.rules.silence]
enabled = false
"""
ROAD_SIGN = {"id": "sign", "name": {"ja": "表示板"}, "addresses": [{"channel": "mqtt", "address": TOPIC}]}
TOWNSFOLK = people(
    [contact("duty", "logfile"), ROAD_SIGN],
    [group("duty"), group("signs", GroupKind.CREW, ["sign"])],
    [route("all", "duty", min_level=1), route("signs", "signs", rules=["stage"], min_level=1)],
)


@dataclass
class City:
    """The alerts on a real database and a real broker, woken by hand. ``killed`` forgets what is only in memory."""

    folder: Path
    port: int
    clock: HandClock = field(default_factory=lambda: HandClock(at(0)))

    def __post_init__(self) -> None:
        file = self.folder / "mizumori.toml"
        file.write_text(SETTINGS.format(port=self.port), "utf-8")
        self.settings = read_settings(file, {"MIZUMORI_DATA_FOLDER": str(self.folder / "data")})
        self.stores = open_stores(self.settings)
        self.stores.registry.apply(WATCHED, DUSK - timedelta(days=1), "test")
        self.stores.people.apply(TOWNSFOLK, "test", self.clock.now())
        self.alerts = self.begun()

    def begun(self) -> Alerting:
        return alerting(self.settings, self.stores, self.clock)

    def killed(self) -> None:
        self.alerts.stop()
        self.alerts = self.begun()

    def water(self, minute: float, stage_m: float, gauge_id: str = GAUGE.id) -> None:
        """A reading comes, and what follows of it is sent to the sign."""
        SqlAppender(self.stores.database).append(Batch(readings=[prompt(minute, stage_m, gauge_id)]))
        self.look(minute)
        self.alerts.outboxes["mqtt"].work_off()

    def look(self, minute: float) -> None:
        """The clock goes on, and everything is looked at."""
        self.clock.at = at(minute)
        health_job(self.settings, self.stores, self.clock).work()
        self.alerts.rounds.turn()

    def staff_heard(self, about: str, kind: str = "alert") -> list[str]:
        """The messages of a kind to the staff with these words in their subject."""
        joined = select(deliveries).join(messages, messages.c.id == deliveries.c.message_id)
        wanted = joined.where(deliveries.c.recipient_id == "duty", messages.c.kind == kind).order_by(deliveries.c.id)
        with self.stores.database.connect() as connection:
            return [row.body for row in connection.execute(wanted) if about in row.subject]

    def lines(self) -> list[str]:
        found = SqlChronology(self.stores.database).whole(Wanted(kinds=("sign",)))
        return [str(each.detail["line"]) for each in found]

    def written(self) -> bool:
        """Whether the sign is known to obey, also by the next process."""
        self.alerts.rounds.turn()
        with self.stores.database.connect() as connection:
            return all(each.differs_since is None for each in read_signs(connection).values())

    def close(self) -> None:
        self.alerts.stop()
        self.stores.close()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    made = Mosquitto(tmp_path / "broker")
    yield made
    made.stop()


@pytest.fixture
def city(tmp_path: Path, broker: Mosquitto) -> Iterator[City]:
    made = City(tmp_path, broker.port)
    yield made
    made.close()


def test_staff_are_told_of_a_sign_that_does_not_obey_and_again_when_it_does(city: City, broker: Mosquitto) -> None:
    with Sign(broker.port, stubborn=True) as sign:
        city.water(0, 4.2)
        assert sign.told == ["danger"]
        city.look(0.9)
        assert city.staff_heard("表示板の異常") == []
        city.look(1.2)
        (told,) = city.staff_heard("表示板の異常")
        assert "藤井川" in told
        assert "指示: 危険（danger）" in told
        assert "手動で閉鎖" in told
        assert city.lines() == ["sign_commanded"]
        city.look(10)
        assert city.staff_heard("表示板の異常", "reminder") == []
        city.look(17)  # nobody has been there yet
        assert len(city.staff_heard("表示板の異常")) == 1
        assert len(city.staff_heard("表示板の異常", "reminder")) == 1
        sign.obey()
        assert eventually(city.written)
        city.look(18)
    (told,) = city.staff_heard("表示板 復旧")
    assert "現地の状態を確かめて" in told
    assert city.lines() == ["sign_commanded", "sign_confirmed"]


def test_a_sign_that_falls_dark_by_itself_is_told_with_what_it_reports(city: City, broker: Mosquitto) -> None:
    with Sign(broker.port) as sign:
        city.water(0, 4.2)
        assert eventually(city.written)
        city.look(5)
        sign.say("off")
        assert eventually(lambda: not city.written())
        city.look(6.1)
    (told,) = city.staff_heard("表示板の異常")
    assert "最後の報告: 消灯・停止（off）" in told
    assert "指示と違う状態を報告している" in told


def test_a_sign_of_two_gauges_stays_closed_when_one_falls_also_after_a_start(city: City, broker: Mosquitto) -> None:
    with Sign(broker.port) as sign:
        city.water(0, 4.2)
        city.water(1, 2.2, OTHER_GAUGE.id)
        assert eventually(city.written)
        city.killed()
        city.water(2, 0.2, OTHER_GAUGE.id)
        city.water(40, 0.2, OTHER_GAUGE.id)
        assert sign.told[-1] == "danger"
        assert len(sign.told) >= 3
    assert eventually(city.written)


def test_a_service_that_is_killed_before_it_wrote_its_command_down_keeps_the_sign_closed(
    city: City, broker: Mosquitto
) -> None:
    with Sign(broker.port) as sign:
        city.water(0, 4.2)  # sent, recorded as sent, and not yet in the table of signs
        with city.stores.database.connect() as connection:
            assert connection.execute(select(signs)).all() == []
        city.killed()
        city.water(1, 2.2, OTHER_GAUGE.id)
        assert sign.told == ["danger", "danger"]


def test_a_sign_that_is_nobodys_address_any_more_is_told_to_nobody(city: City, broker: Mosquitto) -> None:
    with Sign(broker.port, stubborn=True):
        city.water(0, 4.2)
    without = people([contact("duty", "logfile")], [group("duty")], [route("all", "duty", min_level=1)])
    city.stores.people.apply(without, "test", city.clock.now())
    city.look(5)
    assert city.staff_heard("表示板の異常") == []


def test_a_drill_has_a_name_of_its_own_at_the_broker_and_the_house_goes_on_beside_it(
    city: City, broker: Mosquitto, tmp_path: Path
) -> None:
    with Sign(broker.port):
        city.water(0, 4.2)
        assert eventually(city.written)
        drill = Settings.model_validate(
            {
                "data_folder": tmp_path / "drill",
                "drill": {"enabled": True},
                "alerts": {"channels": {"mqtt": {"host": "127.0.0.1", "port": broker.port}}},
            }
        )
        stores = open_stores(drill)
        stores.registry.apply(WATCHED, DUSK, "test")
        exercise = alerting(drill, stores, city.clock, allowed=Allowed(recipients=True, signs=True))
        try:
            city.water(1, 2.2, OTHER_GAUGE.id)
            assert eventually(city.written)
        finally:
            exercise.stop()
            stores.close()
    names = [channel_settings(each).mqtt.client_id for each in (city.settings, drill)]
    assert names == ["mizumori-signs", "mizumori-signs-drill"]
