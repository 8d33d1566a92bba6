"""A house of drills beside the real one: nothing of it touches the real thing, unless that was said twice."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from alerts.drills import MARK, Allowed
from alerts.people import GroupKind, People
from alerts.records import Outcome
from alerts.store.public import SqlPublicMessages
from alerts.store.tables import chronology
from deploy.__main__ import main
from deploy.commands.context import UsageError
from deploy.commands.drill import TO_RECIPIENTS, TO_SIGNS, allowed_by
from deploy.demo import demonstration
from deploy.drills import MARK as MARK_FILE
from deploy.drills import copied_from, drill_house, of_house, put_aside
from deploy.services import House
from deploy.settings import Settings, SettingsError, describe, read_settings
from deploy.wiring.alerts import alert_services
from deploy.wiring.channels import OUTBOX
from deploy.wiring.site import PublicSite
from deploy.wiring.stores import Stores, open_stores
from ingest.readings import Reading
from ingest.registry_files import load
from ingest.stations import Registry
from ingest.store.appender import SqlAppender
from ingest.store.protocol import Batch
from tests.alerts.servers import Answer, Mailbox, MailServer, WebServer
from tests.alerts.town import contact, group, people, route
from tests.brokers import free_port
from tests.deploy.houses import CLOCK, eventually, own_ports
from tests.deploy.test_scripts import command

GAUGE = "kurihara-monden-stage"
BOTH = Allowed(recipients=True, signs=True)


@dataclass
class Town:
    """A real house (not started) whose people are reached over a mail and a web server that run."""

    settings: Settings
    mailbox: Mailbox
    web: WebServer

    @property
    def touched(self) -> bool:
        """Whether anything reached the world."""
        return bool(self.mailbox.mails or self.web.requests)

    @contextmanager
    def drill(self, allowed: Allowed) -> Iterator[Stores]:
        """The alerts of a house of drills, with a river that stands at hazard 4."""
        settings = drill_house(self.settings)
        registry, everybody = copied_from(self.settings)
        stores = open_stores(settings)
        stores.registry.apply(of_house(registry, settings), CLOCK.now(), "drill")
        stores.people.apply(everybody, "drill", CLOCK.now())
        with House(alert_services(settings, stores, CLOCK, allowed)):
            river_rises(stores)
            assert eventually(lambda: settled(stores) == 2)
            yield stores
        stores.close()


def river_rises(stores: Stores) -> None:
    """Two readings at hazard 4, so that a good one confirms it."""
    stage_m = stores.city().gauges[GAUGE].thresholds[0].levels[4]
    now = datetime.now(UTC)
    readings = [Reading(GAUGE, stage_m, now - timedelta(seconds=ago_s), now, f"t:{ago_s}") for ago_s in (120, 60)]
    SqlAppender(stores.database).append(Batch(readings=readings))


def settled(stores: Stores) -> int:
    """Deliveries of which it is known what became of them."""
    final = (Outcome.SENT, Outcome.FAILED)
    return sum(count for (_, outcome), count in stores.deliveries.counts().items() if outcome in final)


def duty(url: str) -> People:
    """Staff by mail and by webhook, and residents by mail."""
    addresses = [{"channel": "email", "address": "duty@town.example"}, {"channel": "webhook", "address": url}]
    groups = [group("duty"), group("residents", GroupKind.PUBLIC)]
    routes = [route("duty", rules=["stage"]), route("residents")]
    return people([contact("duty") | {"addresses": addresses}, contact("residents")], groups, routes)


def a_real_city() -> Registry:
    """The stations of the demonstration, in a city that is none."""
    found = load(demonstration("city.toml"))
    city = found.city.model_copy(update={"demonstration": False, "municipal_code": "342050"})
    return found.model_copy(update={"city": city})


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    mailbox = Mailbox()
    with MailServer(mailbox) as mail, WebServer((Answer(200),)) as web:
        file = tmp_path / "mizumori.toml"
        file.write_text(f"[alerts.channels.email]\nport = {mail.port}\n", encoding="utf-8")
        settings = read_settings(file, own_ports(tmp_path / "data"))
        stores = open_stores(settings)
        stores.registry.apply(a_real_city(), CLOCK.now(), "test")
        stores.people.apply(duty(web.url), "test", CLOCK.now())
        stores.close()
        yield Town(settings, mailbox, web)


@pytest.mark.parametrize("allowed", [Allowed(), Allowed(signs=True)])
def test_a_drill_touches_no_real_recipient_and_writes_down_whom_it_would_have_told(
    town: Town, allowed: Allowed
) -> None:
    with town.drill(allowed):
        outbox = town.settings.data_folder / "drill" / OUTBOX
        mail = (outbox / "email.log").read_text(encoding="utf-8")
        assert (outbox / "webhook.log").is_file()
    assert not town.touched
    assert "not sent: duty, email, duty@town.example" in mail
    assert "危険度4" in mail


def test_what_was_said_twice_goes_out_and_says_that_it_is_a_drill_everywhere(town: Town) -> None:
    with town.drill(BOTH) as stores:
        assert {each for _, each in stores.deliveries.counts()} == {Outcome.SENT}
    (mail,) = town.mailbox.mails
    body = mail.get_content()
    assert mail["Subject"].startswith(MARK)
    assert body.startswith(MARK)
    assert MARK in body.rstrip().splitlines()[-1]
    (posted,) = town.web.requests
    assert MARK in posted.document()["subject"]


def test_every_delivery_and_message_of_a_drill_is_marked_in_the_record(town: Town) -> None:
    with town.drill(Allowed()) as stores:
        deliveries = stores.deliveries.of_message(1)
    assert deliveries
    assert all(each.drill and each.subject.startswith(MARK) and each.body.startswith(MARK) for each in deliveries)


def test_what_the_public_would_be_told_is_marked_written_down_and_an_exercise_in_cap(town: Town) -> None:
    environment = {"MIZUMORI_DATA_FOLDER": str(town.settings.data_folder), "MIZUMORI_DRILL__ENABLED": "true"}
    folder = drill_house(town.settings).data_folder
    with town.drill(Allowed()) as stores:
        assert eventually(SqlPublicMessages(stores.database).newest)
        assert main(["public", "approve", "1", "--by", "chief"], environment) == 0
        assert main(["public", "publish", "1", "--by", "chief"], environment) == 0
        assert eventually(lambda: settled(stores) == 3)
        assert PublicSite(drill_house(town.settings), stores, CLOCK).turn()
    (cap,) = (folder / "public" / "feeds" / "cap").glob("*.xml")
    assert "<status>Exercise</status>" in cap.read_text(encoding="utf-8")
    _, _, told = (folder / OUTBOX / "email.log").read_text(encoding="utf-8").partition("→ residents\n")
    assert told.startswith(MARK)
    assert "not sent: residents, email, residents@town.example" in told
    assert not town.touched
    assert not town.settings.public_folder.exists()


def test_the_real_house_sends_unmarked_and_knows_nothing_of_the_drill(town: Town) -> None:
    with town.drill(Allowed()):
        pass
    stores = open_stores(town.settings)
    assert stores.alerts.last_transition_id() == 0
    assert not stores.city().city.drill
    with House(alert_services(town.settings, stores, CLOCK)):
        river_rises(stores)
        assert eventually(lambda: settled(stores) == 2)
    stores.close()
    assert len(town.mailbox.mails) == 1
    assert "訓練" not in str(town.mailbox.mails[0]["Subject"])
    assert "訓練" not in town.mailbox.mails[0].get_content()


def test_a_real_start_refuses_the_folder_of_a_drill_and_the_other_way_round(town: Town) -> None:
    drill = drill_house(town.settings)
    with town.drill(Allowed()):
        pass
    with pytest.raises(SettingsError, match="holds a drill: run mizumori drill"):
        open_stores(town.settings.model_copy(update={"data_folder": drill.data_folder}))
    (drill.data_folder / MARK_FILE).unlink()
    with pytest.raises(SettingsError, match="holds a drill"):
        open_stores(town.settings.model_copy(update={"data_folder": drill.data_folder}))
    with pytest.raises(SettingsError, match="not marked as a drill's"):
        open_stores(drill)
    with pytest.raises(SettingsError, match="not marked as a drill's"):
        open_stores(drill.model_copy(update={"data_folder": town.settings.data_folder}))
    open_stores(town.settings).close()


def test_a_real_database_that_was_moved_into_the_folder_of_a_drill_is_refused(town: Town) -> None:
    stores = open_stores(drill_house(town.settings))
    stores.close()
    moved = drill_house(town.settings).model_copy(update={"database": town.settings.database_url})
    with pytest.raises(SettingsError, match="not marked as a drill's"):
        open_stores(moved)


def test_registry_and_people_are_copied_while_the_real_house_is_only_read(town: Town) -> None:
    file = town.settings.data_folder / "mizumori.db"
    file.chmod(0o444)
    registry, everybody = copied_from(town.settings)
    assert len(registry.gauges) > 30
    assert [each.id for each in everybody.contacts] == ["duty", "residents"]


def test_without_a_real_house_there_is_no_drill(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="run mizumori registry import"):
        copied_from(read_settings(None, {"MIZUMORI_DATA_FOLDER": str(tmp_path / "none")}))


def test_a_drill_takes_over_no_setting_that_leads_to_the_real_house(tmp_path: Path) -> None:
    ca_file = tmp_path / "ca.pem"
    ca_file.touch()
    real = read_settings(
        None,
        {
            "MIZUMORI_DATABASE": f"sqlite:///{tmp_path / 'real.db'}",
            "MIZUMORI_BROKER__EMBEDDED": "false",
            "MIZUMORI_MQTT__HOST": "broker.town.example",
            "MIZUMORI_MQTT__CA_FILE": str(ca_file),
            "MIZUMORI_PAST__KIND": "influxdb",
            "MIZUMORI_PAST__INFLUXDB__URL": "http://past.town.example",
            "MIZUMORI_PUBLIC__FOLDER": "/srv/public",
            "MIZUMORI_DASHBOARD__URL": "https://staff.town.example/",
            "MIZUMORI_PUBLIC__ADDRESS": "https://public.town.example/",
            "MIZUMORI_ALERTS__PUBLIC__LINK": "https://public.town.example/",
            "MIZUMORI_ALERTS__PUBLIC__FEED_URL": "https://public.town.example/feeds",
            "MIZUMORI_ALERTS__DEADMAN__URL": "https://watchdog.town.example/ping",
            "MIZUMORI_ALERTS__DIGEST_S": "30",
        },
    )
    drill = drill_house(real)
    assert "town.example" not in drill.model_dump_json()
    assert "real.db" not in drill.database_url
    assert drill.broker.embedded
    assert drill.past.kind == "sqlite"
    assert drill.public_folder == real.data_folder / "drill" / "public"
    assert drill.mqtt.client_id != real.mqtt.client_id
    assert drill.alerts.channels.mqtt.client_id != real.alerts.channels.mqtt.client_id
    assert drill.alerts.digest_s == 30, "the numbers are those of the real house"


def test_every_port_of_a_drill_is_beside_that_of_the_real_house() -> None:
    real = Settings()
    drill = drill_house(real)
    ports = [
        key for key, _, _ in describe() if key.endswith("port") and not key.startswith(("alerts.channels", "mqtt"))
    ]
    assert "broker.port" in ports
    assert "monitor.port" in ports
    for key in ports:
        assert found(drill, key) == found(real, key) + 100, key
    assert drill_house(read_settings(None, {"MIZUMORI_MONITOR__PORT": "0"})).monitor.port == 0


def found(settings: Settings, key: str) -> Any:
    value: Any = settings
    for part in key.split("."):
        value = getattr(value, part)
    return value


def test_the_second_statement_counts_only_with_the_first_and_only_word_for_word() -> None:
    once = Settings()
    twice = read_settings(None, {"MIZUMORI_DRILL__REAL_RECIPIENTS": "true"})
    assert allowed_by(twice, None, None) == Allowed()
    assert allowed_by(twice, TO_RECIPIENTS, None) == Allowed(recipients=True)
    assert allowed_by(twice, TO_RECIPIENTS, TO_SIGNS) == BOTH
    for settings, recipients, signs, sentence in (
        (once, TO_RECIPIENTS, None, "needs drill.real_recipients = true"),
        (twice, "yes", None, TO_RECIPIENTS),
        (twice, TO_RECIPIENTS, "yes", TO_SIGNS),
        (twice, None, TO_SIGNS, "needs --send-to-real-recipients as well"),
    ):
        with pytest.raises(UsageError, match=sentence):
            allowed_by(settings, recipients, signs)


def test_commands_work_on_the_drill_where_it_is_set(
    town: Town, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    environment = {"MIZUMORI_DATA_FOLDER": str(town.settings.data_folder), "MIZUMORI_DRILL__ENABLED": "true"}
    with town.drill(Allowed()):
        pass
    assert main(["people", "list"], environment) == 0
    assert "contact duty" in capsys.readouterr().out
    for arguments in (["demo"], ["replay", "x.csv", "--registry", "x.toml"]):
        assert main(arguments, environment) == 1
        assert "run mizumori drill" in capsys.readouterr().err
    assert main(["registry", "export"], environment) == 0
    exported = tmp_path / "city.toml"
    exported.write_text(capsys.readouterr().out, encoding="utf-8")
    assert main(["registry", "import", str(exported)], environment) == 0
    assert "nothing changes" in capsys.readouterr().out


def test_a_new_drill_puts_the_last_one_aside(town: Town) -> None:
    folder = drill_house(town.settings).data_folder
    with town.drill(Allowed()):
        pass
    aside = put_aside(folder, CLOCK.now())
    assert aside is not None
    assert (aside / OUTBOX / "email.log").is_file()
    assert not folder.exists()
    assert put_aside(folder, CLOCK.now()) is None
    with town.drill(Allowed()) as stores:
        assert stores.alerts.last_transition_id() == 1


def test_the_command_runs_a_drill_beside_the_real_house_and_stops_cleanly(town: Town) -> None:
    environment = {**own_ports(town.settings.data_folder), **dict(zip(PORTS, ports_with_room_beside(), strict=True))}
    outbox = town.settings.data_folder / "drill" / OUTBOX / "email.log"
    with command("drill", **environment) as running:
        assert eventually(outbox.is_file, within_s=60)
        running.send_signal(signal.SIGINT)
        said, errors = running.communicate(timeout=60)
    assert running.returncode == 0, errors
    assert "【訓練】DRILL. Nothing is sent" in said
    assert "Traceback" not in errors
    assert outbox.read_text(encoding="utf-8").count(MARK) >= 3
    stores = open_stores(drill_house(read_settings(None, environment)))
    with stores.database.connect() as connection:
        assert "訓練を始めた（実際の宛先には送らない）" in list(connection.scalars(select(chronology.c.text)))
    stores.close()
    assert not town.touched


PORTS = [f"MIZUMORI_{each}__PORT" for each in ("BROKER", "DASHBOARD", "PUBLIC", "MONITOR")]


def ports_with_room_beside() -> list[str]:
    """Ports of which the one 100 higher is free as well."""
    found: list[int] = []
    while len(found) < len(PORTS):
        port = free_port()
        with socket.socket() as probe:
            if port not in found and probe.connect_ex(("127.0.0.1", port + 100)) != 0:
                found.append(port)
    return [str(each) for each in found]


def test_channels_are_made_in_one_place_only() -> None:
    root = Path(__file__).parents[2]
    makers = [
        file.relative_to(root).as_posix()
        for room in ("alerts", "dashboard", "deploy", "simulators")
        for file in (root / room).rglob("*.py")
        if "import CHANNELS, ChannelSettings, channels" in (text := file.read_text(encoding="utf-8"))
        or "table import channels" in text
        or "house_channels(" in text
    ]
    assert sorted(makers) == ["deploy/wiring/alerts.py", "deploy/wiring/channels.py"]
