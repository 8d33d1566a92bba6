"""Credentials in bulk: the files of the broker, what is handed out, and that Mosquitto agrees."""

from __future__ import annotations

import base64
import random
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploy.__main__ import main
from deploy.credentials import ALPHABET, Device, Folder, access_list, device, devices, hashed, is_device, password
from ingest.registry_files import to_toml
from ingest.stations import Gate, Gauge, Pump, Registry
from tests.deploy.shipped import Shipped, User, credentials
from tests.ingest.cities import small_city
from tests.ingest.registries import registries
from tests.parts import program

MANY = 10_000


class Office:
    """A data folder with a registry, and the broker's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "broker"
        self.environment = {"MIZUMORI_DATA_FOLDER": str(folder)}
        self._file = folder / "city.toml"
        self.take(small_city())

    def take(self, registry: Registry) -> None:
        """Import a registry."""
        self._file.write_text(to_toml(registry), encoding="utf-8")
        assert main(["registry", "import", str(self._file)], self.environment) == 0

    def run(self, *arguments: str) -> int:
        """One of the commands."""
        return main(["credentials", *arguments], self.environment)


@pytest.fixture
def office(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Office:
    found = Office(tmp_path)
    capsys.readouterr()
    return found


def test_a_hash_is_the_one_that_mosquitto_makes(tmp_path: Path) -> None:
    file, secret = tmp_path / "passwords", "水 守 - secret"
    subprocess.run([program("mosquitto_passwd"), "-c", "-b", str(file), "somebody", secret], check=True)
    user, theirs = file.read_text(encoding="utf-8").strip().split(":")
    salt = base64.b64decode(theirs.split("$")[3])
    assert (user, theirs) == ("somebody", hashed(secret, salt))


def test_everybody_gets_a_password_of_their_own_once(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    assert office.run("issue", "--all") == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "user,password,kind,id,station,topics"
    assert [each.split(",")[0] for each in shown[1:]] == [
        *("gauge.fujii-01", "gauge.fujii-02", "gauge.under-01", "camera.fujii-cam")
    ]
    assert shown[1].endswith(",gauge,fujii-01,fujii,mizumori/v1/fujii/gauge/fujii-01/+")
    secrets = {each.split(",")[1] for each in shown[1:]}
    assert len(secrets) == 4
    assert all(len(each) == 26 and set(each) <= set(ALPHABET) for each in secrets)
    kept = "".join(file.read_text(errors="replace") for file in _files(office.folder.parent))
    assert not any(each in kept for each in secrets)


def _files(folder: Path) -> list[Path]:
    found = [each for each in folder.rglob("*") if each.is_file()]
    assert any(each.suffix == ".db" for each in found)
    return found


def test_the_files_are_for_the_broker_alone(office: Office) -> None:
    credentials(office.environment, office.folder.parent, "--all")
    office.run("issue", "--all")
    for name in ("passwords", "acl"):
        assert stat.S_IMODE((office.folder / name).stat().st_mode) == 0o600
    (handed_out,) = office.folder.parent.glob("handed-out-*")
    assert stat.S_IMODE(handed_out.stat().st_mode) == 0o600
    assert {each.name for each in office.folder.iterdir()} == {"passwords", "acl"}


def test_a_second_issue_leaves_the_passwords_and_only_a_rotation_changes_them(office: Office) -> None:
    folder = Folder(office.folder)
    office.run("issue", "--all")
    first = folder.users()
    office.run("issue", "--all", "--service", "mizumori-ingest")
    assert {user: each for user, each in folder.users().items() if user in first} == first
    office.run("issue", "--station", "fujii", "--rotate")
    changed = {user for user, each in folder.users().items() if each != first.get(user)}
    assert changed == {"gauge.fujii-01", "gauge.fujii-02", "camera.fujii-cam", "mizumori-ingest"}


def test_a_camera_that_moves_to_another_station_takes_its_password_along(office: Office) -> None:
    office.run("issue", "--all")
    before = Folder(office.folder).users()
    city = small_city()
    moved = city.cameras["fujii-cam"].model_copy(update={"station_id": "under"})
    office.take(city.model_copy(update={"cameras": {**city.cameras, "fujii-cam": moved}}))
    office.run("issue", "--all")
    assert Folder(office.folder).users() == before
    rights = (office.folder / "acl").read_text(encoding="utf-8")
    assert "user camera.fujii-cam\ntopic write mizumori/v1/under/camera/fujii-cam/+\n" in rights


def test_the_credential_of_a_retired_device_opens_nothing_and_can_be_revoked(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    office.run("issue", "--all", "--service", "mizumori-ingest")
    city = small_city()
    office.take(city.model_copy(update={"gauges": {"fujii-01": city.gauges["fujii-01"]}, "stations": _only_fujii()}))
    office.run("issue", "--all")
    assert "fujii-02" not in (office.folder / "acl").read_text(encoding="utf-8")
    capsys.readouterr()
    assert office.run("list") == 0
    assert "gauge.fujii-02  (not in the registry: it may do nothing)" in capsys.readouterr().out
    assert office.run("revoke", "--retired") == 0
    assert set(Folder(office.folder).users()) == {"gauge.fujii-01", "camera.fujii-cam", "mizumori-ingest"}


def _only_fujii() -> dict[str, object]:
    return {"fujii": small_city().stations["fujii"]}


def test_users_and_rights_of_the_operator_are_left_alone(office: Office) -> None:
    office.run("issue", "--gauge", "fujii-01")
    passwords = office.folder / "passwords"
    passwords.write_text(passwords.read_text(encoding="utf-8") + "bridge:$7$101$x$y\n", encoding="utf-8")
    (office.folder / "acl.own").write_text("user bridge\ntopic readwrite other/#\n", encoding="utf-8")
    office.run("issue", "--all")
    assert Folder(office.folder).users()["bridge"] == "$7$101$x$y"
    assert (office.folder / "acl").read_text(encoding="utf-8").endswith("user bridge\ntopic readwrite other/#\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("issue",),
            "say for whom: --all, --station ID, --gauge ID, --camera ID, --pump ID, --gate ID or --service NAME",
        ),
        (("issue", "--gauge", "fuji-01"), "the registry has no gauge fuji-01 with a device; did you mean fujii-01?"),
        (("revoke", "--station", "nowhere"), "the registry has no station nowhere with a device; mizumori registry"),
        (("issue", "--all", "--csv", "{file}"), "is there already: name a new file for the passwords"),
        (("issue", "--all", "--csv", "{file}/x.csv"), "x.csv cannot be written (Not a directory): name another file"),
    ],
)
def test_a_mistake_is_told_and_changes_nothing(
    office: Office, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], sentence: str
) -> None:
    there = office.folder.parent / "there.csv"
    there.write_text("precious", encoding="utf-8")
    assert office.run(*(each.format(file=there) for each in arguments)) == 1
    assert sentence in capsys.readouterr().err
    assert there.read_text(encoding="utf-8") == "precious"
    assert not (office.folder / "passwords").exists()


def test_ten_thousand_credentials_are_made_while_one_waits_and_the_broker_knows_each(tmp_path: Path) -> None:
    city, chance = small_city(), random.Random(1)
    gauges = {f"g-{n:05d}": Gauge(id=f"g-{n:05d}", station_id="fujii") for n in range(MANY)}
    known = devices(city.model_copy(update={"gauges": gauges, "cameras": {}}))
    begun = time.monotonic()
    secrets = {user: password(chance.choice) for user in known}
    Folder(tmp_path).write({user: hashed(each, chance.randbytes(12)) for user, each in secrets.items()}, known)
    took_s = time.monotonic() - begun
    sys.stdout.write(f"{MANY} credentials in {took_s:.1f} s\n")
    broker = Shipped(tmp_path)
    try:
        for name in ("g-00000", "g-09999"):
            with User(broker, f"gauge.{name}", secrets[f"gauge.{name}"]) as gauge:
                assert gauge.publish(f"mizumori/v1/fujii/gauge/{name}/reading") == 16
    finally:
        broker.stop()
    assert took_s < 30


@settings(suppress_health_check=[HealthCheck.too_slow])  # the first registry waits for what all of them share
@given(registries())
def test_no_device_has_a_right_to_a_topic_of_another(registry: Registry) -> None:
    known = devices(registry)
    counted = (len(registry.gauges), len(registry.cameras), len(registry.pumps), len(registry.gates))
    assert len(known) == sum(counted)
    topics = [line for line in access_list(known, known).splitlines() if line.startswith("topic ")]
    assert len(set(topics)) == len(topics) == len(known)
    assert all(line.startswith("topic write mizumori/v1/") and "#" not in line for line in topics)


@given(st.text(max_size=20), st.binary(min_size=12, max_size=12))
def test_a_hash_fits_into_a_line_of_the_password_file(secret: str, salt: bytes) -> None:
    kind, iterations, *rest = hashed(secret, salt).split("$")[1:]
    assert (kind, iterations, len(rest)) == ("7", "101", 2)
    assert base64.b64decode(rest[0]) == salt
    assert len(base64.b64decode(rest[1])) == 64


def test_a_pump_and_a_gate_are_users_that_may_write_their_state_and_nothing_else() -> None:
    known = {each.user: each for each in (device(Pump(id="p1", station_id="s")), device(Gate(id="g1", station_id="s")))}
    said = access_list(known, known)
    assert "user pump.p1\ntopic write mizumori/v1/s/pump/p1/+\n" in said
    assert "user gate.g1\ntopic write mizumori/v1/s/gate/g1/+\n" in said
    assert all(map(is_device, known))


def test_a_gauge_and_a_camera_of_one_name_are_two_users() -> None:
    known = {each.user: each for each in (Device("gauge.a", "gauge", "a", "s"), Device("camera.a", "camera", "a", "s"))}
    assert "user gauge.a\ntopic write mizumori/v1/s/gauge/a/+\n" in access_list(known, known)
    assert "user camera.a\ntopic write mizumori/v1/s/camera/a/+\n" in access_list(known, known)
