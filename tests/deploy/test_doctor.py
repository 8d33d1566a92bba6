"""What the doctor finds, with the real thing broken each time."""

from __future__ import annotations

import json
import socket
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts.people import GroupKind
from deploy.__main__ import main
from deploy.doctor.clocks import check_synchronised
from deploy.doctor.outside import broker_check, check_port
from deploy.monitor.server import Monitor
from deploy.monitor.signs import State
from deploy.services import House
from deploy.settings import read_settings
from deploy.wiring.monitor import common_probes, probes_of
from deploy.wiring.past import open_past
from deploy.wiring.stores import open_stores
from ingest.mqtt_trial import Trial
from ingest.readings import Reading
from ingest.store.appender import SqlAppender
from ingest.store.protocol import Batch
from tests.alerts.town import contact, group, people, route
from tests.brokers import Mosquitto, free_port
from tests.deploy.houses import CLOCK, eventually
from tests.deploy.ingests import environment_of, running_ingest
from tests.ingest.cities import small_city

NO_OTHERS = {"MIZUMORI_MONITOR__ALERTS_PORT": "0", "MIZUMORI_MONITOR__DASHBOARD_PORT": "0"}
Capture = pytest.CaptureFixture[str]


def examined(environment: Mapping[str, str], capsys: Capture) -> tuple[int, dict[str, str], dict[str, str]]:
    """The exit code, and the status and the sentence of every check."""
    capsys.readouterr()
    ended = main(["doctor", "--json"], environment)
    checks: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["checks"]
    return ended, {each["name"]: each["status"] for each in checks}, {each["name"]: each["sentence"] for each in checks}


def a_system(folder: Path, broker_port: int, received_ago: timedelta = timedelta(seconds=5)) -> dict[str, str]:
    """A system that is set up and stopped; its settings."""
    ports = {f"MIZUMORI_{name}PORT": str(free_port()) for name in ("DASHBOARD__", "PUBLIC__", "MONITOR__")}
    environment = {**environment_of(folder / "data", broker_port), **ports, **NO_OTHERS}
    settings = read_settings(None, environment)
    stores = open_stores(settings)
    open_past(settings, stores).stop()
    stores.registry.apply(small_city(), CLOCK.now(), "test")
    at = CLOCK.now() - received_ago
    SqlAppender(stores.database).append(Batch(readings=[Reading("fujii-01", 1.0, at, at, "t:1")]))
    stores.close()
    return environment


@pytest.fixture
def system(tmp_path: Path) -> dict[str, str]:
    """A stopped system without a broker."""
    return a_system(tmp_path, free_port())


def test_a_system_that_is_well_and_runs_has_nothing_to_complain_of(tmp_path: Path, capsys: Capture) -> None:
    port = str(free_port())
    more = {"MIZUMORI_MONITOR__PORT": port, **NO_OTHERS}
    with running_ingest(tmp_path, more=more) as ingest:
        ingest.stores.people.apply(people([contact("duty")], [group("duty")], [route("duty")]), "test", CLOCK.now())
        open_past(ingest.settings, ingest.stores).stop()
        probes = [*common_probes(ingest.settings, ingest.stores), *probes_of(ingest.services)]
        with House([Monitor("ingest", "0.1.0", probes, "127.0.0.1", int(port))]):
            ingest.publish(1.0)
            assert eventually(lambda: ingest.stores.log.marks().reading_seq == 1)
            ended, states, sentences = examined(ingest.environment, capsys)
            assert {name: sentences[name] for name, each in states.items() if each == "failed"} == {}
            weak = {name for name, each in states.items() if each == "degraded"}
            assert weak <= {"disk", "time service", "services: disk"}, sentences
            assert ended == 0
            assert "can be reached and gives us our topics" in sentences["broker"]
            assert sentences["registry"] == "2 stations, 3 gauges, 1 camera, 0 pumps, 0 gates"
            ingest.broker.stop()
            assert eventually(lambda: "broker" in examined(ingest.environment, capsys)[1])
            ended, states, sentences = examined(ingest.environment, capsys)
            assert (ended, states["broker"]) == (1, "failed")
            assert "cannot be reached (Connection refused): start the broker" in sentences["broker"]
            assert "no connection to" in sentences["services: broker"]


def test_a_broker_that_does_not_let_us_in_is_told_from_one_that_is_away(tmp_path: Path, capsys: Capture) -> None:
    broker = Mosquitto(tmp_path / "broker", "allow_anonymous false\n")
    try:
        ended, states, sentences = examined(a_system(tmp_path, broker.port), capsys)
    finally:
        broker.stop()
    assert (ended, states["broker"]) == (1, "failed")
    assert "does not let us in (Not authorized): look at username, password" in sentences["broker"]


def test_a_subscription_that_is_refused_asks_for_the_right() -> None:
    """By its words alone: Mosquitto confirms every subscription, and then sends nothing of what is not allowed."""
    check = broker_check(Trial(reached=True, admitted=True, said="Not authorized"), "broker:1883", "ingest")
    assert check.state is State.FAILED
    assert "give the user ingest read rights" in check.sentence


def test_something_that_is_no_broker_is_told_from_one(tmp_path: Path, capsys: Capture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        _, states, sentences = examined(a_system(tmp_path, silent.getsockname()[1]), capsys)
    assert states["broker"] == "failed"
    assert "is it an MQTT broker?" in sentences["broker"]


def test_a_folder_that_cannot_be_written_is_said(capsys: Capture) -> None:
    ended, states, sentences = examined({"MIZUMORI_DATA_FOLDER": "/proc"}, capsys)
    assert (ended, states["folder"]) == (1, "failed")
    assert "/proc cannot be written" in sentences["folder"]


def test_a_locked_database_is_said_and_the_other_checks_go_on(system: dict[str, str], capsys: Capture) -> None:
    with closing(sqlite3.connect(present(system), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        _, states, sentences = examined(system, capsys)
    assert states["present"] == "degraded"
    assert "has been locked by another program" in sentences["present"]
    assert states["registry"] == "ok"


def test_a_damaged_database_is_found_by_its_pages(system: dict[str, str], capsys: Capture) -> None:
    file = present(system)
    with closing(sqlite3.connect(file)) as database:
        ((page, size),) = database.execute(
            "SELECT rootpage, page_size FROM sqlite_master, pragma_page_size WHERE name = 'readings'"
        ).fetchall()
    data = bytearray(file.read_bytes())
    data[(page - 1) * size + 8 : page * size] = b"\xff" * (size - 8)
    file.write_bytes(data)
    ended, states, sentences = examined(system, capsys)
    assert (ended, states["present integrity"]) == (1, "failed")
    assert "stop all services and restore a backup" in sentences["present integrity"]


def test_a_file_that_is_no_database_is_said(system: dict[str, str], capsys: Capture) -> None:
    present(system).write_bytes(b"hello" * 2000)
    ended, states, sentences = examined(system, capsys)
    assert (ended, states["present"]) == (1, "failed")
    assert "is damaged" in sentences["present"]


@pytest.mark.parametrize(("ago_min", "status"), [(2, "ok"), (5, "degraded"), (60, "failed")])
def test_silence_is_measured_by_the_fastest_gauge(tmp_path: Path, capsys: Capture, ago_min: int, status: str) -> None:
    environment = a_system(tmp_path, free_port(), received_ago=timedelta(minutes=ago_min))
    _, states, sentences = examined(environment, capsys)
    assert states["messages"] == status
    assert "the fastest gauge reports every 60 s" in sentences["messages"]


def test_a_clock_that_was_set_back_is_seen_from_what_was_written_before(tmp_path: Path, capsys: Capture) -> None:
    environment = a_system(tmp_path, free_port(), received_ago=timedelta(hours=-1))
    ended, states, sentences = examined(environment, capsys)
    assert (ended, states["clock"]) == (1, "failed")
    assert "behind what was written here: set it" in sentences["clock"]


def test_where_the_clock_cannot_be_judged_the_doctor_says_so() -> None:
    assert check_synchronised(None).state is State.DEGRADED
    assert "does not tell" in check_synchronised(None).sentence
    assert check_synchronised(True).state is State.OK


@pytest.mark.parametrize(
    ("statement", "status", "sentence"),
    [
        ("UPDATE alembic_version SET version_num = '9001'", "failed", "use the newer version"),
        ("UPDATE alembic_version SET version_num = '0001'", "degraded", "the next start brings it to"),
    ],
)
def test_a_schema_that_does_not_fit_is_said_and_not_changed(
    system: dict[str, str], capsys: Capture, statement: str, status: str, sentence: str
) -> None:
    with closing(sqlite3.connect(present(system))) as database:
        database.execute(statement)
        database.commit()
    _, states, sentences = examined(system, capsys)
    assert states["present schema"] == status
    assert sentence in sentences["present schema"]
    with closing(sqlite3.connect(present(system))) as database:
        ((revision,),) = database.execute("SELECT version_num FROM alembic_version").fetchall()
    assert revision in statement


def test_a_system_without_a_city_or_without_people_to_tell_says_so(tmp_path: Path, capsys: Capture) -> None:
    environment = environment_of(tmp_path, free_port())
    open_stores(read_settings(None, environment)).close()
    _, states, sentences = examined(environment, capsys)
    assert (states["registry"], states["people"], states["messages"]) == ("failed", "degraded", "degraded")
    assert "mizumori registry import" in sentences["registry"]


def test_what_public_messages_lack_is_said(system: dict[str, str], capsys: Capture) -> None:
    assert "public" not in examined(system, capsys)[1]
    stores = open_stores(read_settings(None, system))
    public = people([contact("resident")], [group("residents", GroupKind.PUBLIC, ["resident"])], [route("residents")])
    stores.people.apply(public, "test", CLOCK.now())
    stores.close()
    _, states, sentences = examined(system, capsys)
    assert states["public"] == "degraded"
    assert "alerts.public.desk is empty" in sentences["public"]


def test_refused_messages_of_the_last_day_are_pointed_at(tmp_path: Path, capsys: Capture) -> None:
    with running_ingest(tmp_path) as ingest:
        ingest.device.send("mizumori/v1/fujii/gauge/nowhere/reading", b"{}")
        assert eventually(lambda: ingest.stores.log.dead_letters().counts == {"unknown_device": 1})
        _, states, sentences = examined(ingest.environment, capsys)
    assert states["dead letters"] == "degraded"
    assert "most of them of mizumori/v1/fujii/gauge/nowhere/reading" in sentences["dead letters"]


def test_an_influxdb_that_does_not_answer_is_a_failure_of_the_past(system: dict[str, str], capsys: Capture) -> None:
    influx = {"MIZUMORI_PAST__KIND": "influxdb", "MIZUMORI_PAST__INFLUXDB__URL": f"http://127.0.0.1:{free_port()}"}
    _, states, sentences = examined({**system, **influx}, capsys)
    assert states["past"] == "failed"
    assert "does not serve us" in sentences["past"]
    assert states["clock beside server"] == "degraded"


def test_a_port_that_is_taken_names_the_setting_that_changes_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        check = check_port("monitor.alerts_port", *taken.getsockname())
    assert check.state is State.FAILED
    assert "is taken by another program: end it, or set MIZUMORI_MONITOR__ALERTS_PORT" in check.sentence


def test_a_settings_file_whose_passwords_everybody_may_read_is_said(
    tmp_path: Path, system: dict[str, str], capsys: Capture
) -> None:
    file = tmp_path / "mizumori.toml"
    file.write_text('[alerts.channels.email]\npassword = "secret"\n', encoding="utf-8")
    file.chmod(0o644)
    _, states, sentences = examined({**system, "MIZUMORI_SETTINGS": str(file)}, capsys)
    assert (states["settings"], "chmod 640" in sentences["settings"]) == ("degraded", True)
    assert "secret" not in json.dumps(sentences)
    file.chmod(0o640)
    assert examined({**system, "MIZUMORI_SETTINGS": str(file)}, capsys)[1]["settings"] == "ok"


def test_on_the_screen_every_line_has_its_mark(system: dict[str, str], capsys: Capture) -> None:
    capsys.readouterr()
    assert main(["doctor"], system) == 1
    lines = capsys.readouterr().out.splitlines()
    assert {line[0] for line in lines[:-1]} == {"✓", "!", "✗"}
    assert lines[-1] == "Something does not work: see the lines with a cross."


def present(environment: Mapping[str, str]) -> Path:
    """The file of the present."""
    return Path(environment["MIZUMORI_DATA_FOLDER"]) / "mizumori.db"
