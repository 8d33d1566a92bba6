"""The shipped Mosquitto with credentials of the real command: what a device may do, and what a thief may not."""

from __future__ import annotations

import re
import socket
import ssl
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.__main__ import main
from deploy.services import House
from deploy.settings import read_settings
from deploy.wiring.ingest import ingest_service
from deploy.wiring.stores import open_stores
from ingest.registry_files import to_toml
from ingest.topics import ALL
from simulators.publisher import Broker, Publisher
from tests.brokers import Mosquitto
from tests.deploy.houses import CLOCK, eventually
from tests.deploy.shipped import CONFIGURATION, Shipped, User, certificate, credentials, tls
from tests.ingest.cities import small_city

OWN = "mizumori/v1/fujii/gauge/fujii-01/reading"
NOT_ALLOWED, BAD_PASSWORD = 135, 134
NOBODY_LISTENS = 16
MANY = 2_500
"""More than a broker queues that was not told to: 1,000, and 1,000 in flight."""


class City:
    """A city of three gauges and a camera, its broker and everybody's password."""

    def __init__(self, folder: Path) -> None:
        self.environment = {"MIZUMORI_DATA_FOLDER": str(folder / "data")}
        self.folder = folder / "broker"
        self.folder.mkdir(mode=0o700)
        (folder / "city.toml").write_text(to_toml(small_city()), encoding="utf-8")
        assert main(["registry", "import", str(folder / "city.toml")], self.environment) == 0
        services = ("--service", "mizumori-ingest", "--service", "lorawan", "--service", "monitor")
        self.passwords = credentials(self.environment, self.folder, "--all", *services)
        self.broker = Shipped(self.folder)

    def user(self, name: str, session: str = "") -> User:
        """Somebody with the right password."""
        return User(self.broker, name, self.passwords[name], session)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    found = City(tmp_path_factory.mktemp("city"))
    yield found
    found.broker.stop()


@pytest.fixture
def own_city(tmp_path: Path) -> Iterator[City]:
    """For tests that change it."""
    found = City(tmp_path)
    yield found
    if found.broker.process.poll() is None:
        found.broker.stop()


def test_a_device_publishes_its_own_topics_and_ingest_gets_them(city: City) -> None:
    with (
        city.user("mizumori-ingest") as ingest,
        city.user("gauge.fujii-01") as gauge,
        city.user("camera.fujii-cam") as camera,
        city.user("lorawan") as lorawan,
    ):
        ingest.listen(*ALL)
        assert gauge.publish(OWN, "reading") == 0
        assert gauge.publish("mizumori/v1/fujii/gauge/fujii-01/senml", "senml") == 0
        assert camera.publish("mizumori/v1/fujii/camera/fujii-cam/still", "still") == 0
        assert lorawan.publish("application/1/device/24e124713b123456/event/up", "chirpstack") == 0
        assert lorawan.publish("v3/city@ttn/devices/fujii-01/up", "things") == 0
        assert ingest.wait_for(5) == [b"reading", b"senml", b"still", b"chirpstack", b"things"]


@pytest.mark.parametrize(
    "topic",
    [
        "mizumori/v1/under/gauge/under-01/reading",
        "mizumori/v1/under/gauge/fujii-01/reading",
        "mizumori/v1/fujii/gauge/fujii-02/reading",
        "mizumori/v1/fujii/camera/fujii-cam/status",
        "mizumori/v1/fujii/camera/fujii-01/status",
        "mizumori/v1/fujii/gauge/fujii-01",
        "application/1/device/24e124713b123456/event/up",
        "elsewhere",
    ],
)
def test_a_stolen_credential_cannot_write_for_another_station_or_device(city: City, topic: str) -> None:
    with city.user("mizumori-ingest") as ingest, city.user("gauge.fujii-01") as thief:
        ingest.listen(*ALL, "elsewhere")
        assert thief.publish(topic, "forged") == NOT_ALLOWED
        assert thief.publish(OWN, "own") == 0
        assert ingest.wait_for(1) == [b"own"]


def test_a_stolen_credential_of_the_network_server_cannot_write_as_a_gauge(city: City) -> None:
    with city.user("lorawan") as thief:
        assert thief.publish(OWN) == NOT_ALLOWED
        assert thief.publish("application/1/device/24e124713b123456/command/down") == NOT_ALLOWED


def test_a_device_hears_nothing_and_the_monitor_only_the_broker_itself(city: City) -> None:
    with (
        city.user("gauge.fujii-02") as thief,
        city.user("monitor") as monitor,
        city.user("mizumori-ingest") as ingest,
        city.user("gauge.fujii-01") as gauge,
    ):
        thief.listen("#", "mizumori/v1/fujii/gauge/fujii-01/reading", "$SYS/#")
        monitor.listen("#", "$SYS/broker/version")
        ingest.listen(*ALL)
        assert gauge.publish(OWN, "secret") == 0
        assert ingest.wait_for(1) == [b"secret"]
        assert [each for each in monitor.wait_for(1) if b"mosquitto version" not in each] == []
        assert thief.payloads == []


def test_ingest_reads_and_writes_nothing(city: City) -> None:
    with city.user("mizumori-ingest") as ingest:
        assert ingest.publish(OWN) == NOT_ALLOWED


def test_without_a_credential_or_with_a_wrong_one_nobody_comes_in(city: City) -> None:
    for name, password in (("", ""), ("gauge.fujii-01", "guessed"), ("gauge.unknown", "guessed")):
        with User(city.broker, name, password) as stranger:
            assert stranger.answer is not None
            assert stranger.answer.value in (NOT_ALLOWED, BAD_PASSWORD)


def test_nothing_but_tls_is_spoken_and_on_one_port_only(city: City) -> None:
    connect = b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01x"
    with socket.create_connection(("127.0.0.1", city.broker.port), 5) as plain:
        plain.sendall(connect)
        assert not _answered(plain)
    assert _listening(city.broker.process.pid) == {city.broker.port}


def _answered(connection: socket.socket) -> bool:
    """Whether the broker says in plain MQTT that it heard a connection begin."""
    try:
        return connection.recv(4)[:1] == b"\x20"
    except ConnectionResetError:
        return False


def _listening(process: int) -> set[int]:
    """The TCP ports on which a process listens, as Linux tells them."""
    own = {each.readlink().name for each in Path(f"/proc/{process}/fd").iterdir() if each.is_symlink()}
    rows = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/{process}/net/{table}").read_text(encoding="ascii").splitlines()[1:]
    ]
    return {int(row[1].rsplit(":", 1)[1], 16) for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in own}


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_tls_older_than_1_2_is_refused(city: City) -> None:
    def connect(newest: ssl.TLSVersion) -> str | None:
        context = tls(city.broker.trusted, newest)
        with (
            socket.create_connection(("127.0.0.1", city.broker.port), 5) as plain,
            context.wrap_socket(plain, server_hostname="127.0.0.1") as secure,
        ):
            return secure.version()

    assert connect(ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
    with pytest.raises(ssl.SSLError, match=r"(?i)version|protocol"):
        connect(ssl.TLSVersion.TLSv1_1)


def test_a_revoked_credential_is_refused_after_a_reload_and_nobody_else_notices(own_city: City) -> None:
    city = own_city
    with city.user("gauge.fujii-01") as lost, city.user("gauge.fujii-02") as other:
        folder = str(city.folder)
        assert main(["credentials", "revoke", "--gauge", "fujii-01", "--folder", folder], city.environment) == 0
        city.broker.reload()
        assert lost.ended.wait(5)
        assert other.publish("mizumori/v1/fujii/gauge/fujii-02/reading") == NOBODY_LISTENS
    with city.user("gauge.fujii-01") as lost:
        assert lost.answer is not None
        assert lost.answer.is_failure


def test_a_rotated_password_takes_the_place_of_the_old_one(own_city: City) -> None:
    city = own_city
    new = credentials(city.environment, city.folder, "--gauge", "fujii-01", "--rotate")
    city.broker.reload()
    with city.user("gauge.fujii-01") as old, User(city.broker, "gauge.fujii-01", new["gauge.fujii-01"]) as rotated:
        assert old.answer is not None
        assert old.answer.is_failure
        assert rotated.publish(OWN) == NOBODY_LISTENS


def test_a_renewed_certificate_is_shown_after_a_reload(own_city: City) -> None:
    address = ("127.0.0.1", own_city.broker.port)
    before = ssl.get_server_certificate(address)
    certificate(own_city.folder)
    assert ssl.get_server_certificate(address) == before
    own_city.broker.reload()
    assert ssl.get_server_certificate(address) not in ("", before)


def test_what_waits_for_ingest_outlives_a_restart_and_what_comes_after_it_waits_too(own_city: City) -> None:
    city = own_city
    with city.user("mizumori-ingest", session="ingest") as ingest:
        ingest.listen(*ALL)
    with city.user("gauge.fujii-01") as gauge:
        assert [gauge.publish(OWN, f"before {index}") for index in range(MANY)] == [0] * MANY
    city.broker.stop()
    city.broker.start()
    with city.user("gauge.fujii-01") as gauge:
        assert gauge.publish(OWN, "after") == 0
    with city.user("mizumori-ingest", session="ingest") as ingest:
        expected = [f"before {index}".encode() for index in range(MANY)] + [b"after"]
        assert ingest.wait_until(b"after") == expected


def test_ingest_comes_in_over_tls_and_gets_what_waited_for_it(own_city: City) -> None:
    city = own_city
    environment = city.environment | {
        "MIZUMORI_BROKER__EMBEDDED": "false",
        "MIZUMORI_MQTT__PORT": str(city.broker.port),
        "MIZUMORI_MQTT__TLS": "true",
        "MIZUMORI_MQTT__CA_FILE": str(city.broker.trusted),
        "MIZUMORI_MQTT__USERNAME": "mizumori-ingest",
        "MIZUMORI_MQTT__PASSWORD": city.passwords["mizumori-ingest"],
    }
    settings = read_settings(None, environment)
    stores = open_stores(settings)

    def stages() -> list[float]:
        return [each.stage_m for each in stores.log.readings_after(0)]

    def sent(stage_m: float) -> bool:
        with city.user("gauge.fujii-01") as gauge, city.user("gauge.fujii-02") as thief:
            assert thief.publish(OWN, '{"stage_m": 9.9}') == NOT_ALLOWED
            assert gauge.publish(OWN, f'{{"stage_m": {stage_m}}}') in (0, NOBODY_LISTENS)
        return True

    with House([ingest_service(settings, stores, CLOCK)]):
        assert eventually(lambda: sent(1.0) and stages())
    before = len(stages())
    assert sent(2.0)
    with House([ingest_service(settings, stores, CLOCK)]):
        assert eventually(lambda: len(stages()) > before)
    assert stages() == [1.0] * before + [2.0]
    assert not stores.log.dead_letters().counts
    stores.close()


def test_mosquitto_fetches_from_the_things_stack_as_the_network_servers_user(own_city: City, tmp_path: Path) -> None:
    """Another Mosquitto stands in for The Things Stack: what is tried is our side of the bridge."""
    city, elsewhere = own_city, Mosquitto(tmp_path / "elsewhere")
    city.broker.stop()
    city.broker.added = f"""
connection the-things-stack
address 127.0.0.1:{elsewhere.port}
local_username lorawan
topic v3/city@ttn/devices/+/up in 1
cleansession false
"""
    city.broker.start()
    try:
        with city.user("mizumori-ingest") as ingest:
            ingest.listen(*ALL)
            network = Publisher(Broker(port=elsewhere.port))
            network.connect()
            assert eventually(lambda: _sent_by(network) and ingest.payloads)
            network.close()
            assert set(ingest.payloads) == {b"up"}
    finally:
        elsewhere.stop()


def _sent_by(network: Publisher) -> bool:
    network.send("v3/city@ttn/devices/fujii-01/up", b"up")
    return True


def test_a_crash_of_the_broker_costs_at_most_what_came_since_its_last_save(own_city: City) -> None:
    """While ingest is away, and just before the next save: the worst moment. Prints what was lost.

    It saves oftener than the shipped one, which would only make the same take longer.
    """
    city, sent_at, autosave_s = own_city, list[float](), 3
    assert shipped("autosave_interval") == 10
    city.broker.stop()
    city.broker.instead = {"autosave_interval": str(autosave_s)}
    saved = city.folder / "data" / "mosquitto.db"
    saved.unlink(missing_ok=True)  # of its end: nobody had subscribed yet
    city.broker.start()
    age_s = autosave_s - 0.5
    with city.user("mizumori-ingest", session="ingest") as ingest:
        ingest.listen(*ALL)
    with city.user("gauge.fujii-01") as gauge:
        while not saved.exists() or time.time() < saved.stat().st_mtime + age_s:
            assert gauge.publish(OWN, str(len(sent_at))) == 0
            sent_at.append(time.monotonic())
            time.sleep(0.01)
        crashed = time.monotonic()
        city.broker.crash()
    city.broker.start()
    with city.user("gauge.fujii-01") as gauge, city.user("mizumori-ingest", session="ingest") as ingest:
        assert gauge.publish(OWN, "end") == 0
        kept = [int(each) for each in ingest.wait_until(b"end")[:-1]]
    assert kept == list(range(len(kept)))
    lost = sent_at[len(kept) :]
    oldest_s = crashed - lost[0] if lost else 0.0
    sys.stdout.write(f"{len(sent_at)} acknowledged, {len(lost)} lost, the oldest {oldest_s:.1f} s before the crash\n")
    assert kept
    assert lost
    assert oldest_s <= autosave_s


def test_the_queue_has_room_for_a_day_of_ten_thousand_gauges_and_a_quarter_more() -> None:
    assert shipped("max_queued_messages") == 10_000 * 24 * 6 * 1.25


def shipped(key: str) -> float:
    """A number in the shipped configuration."""
    found = re.search(rf"^{key} (\d+)$", CONFIGURATION.read_text(encoding="utf-8"), re.MULTILINE)
    assert found
    return float(found[1])
