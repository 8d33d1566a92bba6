"""The scripts and commands as a new user meets them: what is missing or taken gets one clear sentence."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.__main__ import main
from deploy.settings import Settings
from deploy.wiring.stores import open_stores
from tests.deploy.houses import eventually, own_ports
from tests.parts import PROJECT, absent


def copied(folder: Path) -> Path:
    """The scripts in a folder of their own."""
    for name in ("deploy/run", "deploy/environment.sh", "requirements.lock", "pyproject.toml"):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, target)
    return folder


def script(folder: Path, *, path: str, user: int | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "deploy/run"], cwd=folder, env={"PATH": path}, user=user, capture_output=True, text=True, timeout=60
    )


def only(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence on the error channel; nothing went well."""
    assert done.returncode == 1
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_an_old_python_gets_one_sentence(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    old = tools / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2 && exit 0\nexit 1\n', encoding="utf-8")
    old.chmod(0o755)
    for name in ("dirname", "cat", "cksum"):
        (tools / name).symlink_to(shutil.which(name) or "")
    sentence = only(script(copied(tmp_path / "project"), path=str(tools)))
    assert "Python 3.11 or newer is needed, and this machine has Python 3.9.2" in sentence


def test_a_folder_that_cannot_be_written_gets_one_sentence(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        absent("only root can try the script as somebody who may not write here")
    with readable_by_all(copied(tmp_path / "project")) as folder:
        sentence = only(script(folder, path=os.environ["PATH"], user=65534))
    assert "cannot be written: copy the project to a folder of your own" in sentence


@contextmanager
def readable_by_all(folder: Path) -> Iterator[Path]:
    """A copy below a folder that others may enter, unlike those of the tests."""
    place = Path("/var/tmp") / f"mizumori-test-{os.getpid()}"
    shutil.copytree(folder, place)
    place.chmod(0o755)
    try:
        yield place
    finally:
        shutil.rmtree(place)


@contextmanager
def command(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """The command in a process of its own, which does not outlive the block."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MIZUMORI_")}
    running = subprocess.Popen(
        [sys.executable, "-m", "deploy", *arguments],
        cwd=PROJECT,
        env={**clean, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield running
    finally:
        if running.poll() is None:
            running.kill()
            running.communicate()


@pytest.mark.parametrize("use", ["BROKER", "DASHBOARD", "PUBLIC"])
def test_a_taken_port_gets_one_sentence(use: str, tmp_path: Path) -> None:
    environment = own_ports(tmp_path)
    taken = ("127.0.0.1", int(environment[f"MIZUMORI_{use}__PORT"]))
    with socket.create_server(taken), command("demo", **environment) as running:
        _, errors = running.communicate(timeout=60)
    assert running.returncode == 1
    assert re.fullmatch(rf"mizumori: port \d+ of 127\.0\.0\.1 .* is taken .*MIZUMORI_{use}__PORT.*\n", errors)


def test_a_data_folder_that_cannot_be_made_gets_one_sentence() -> None:
    with command("levels", MIZUMORI_DATA_FOLDER="/proc/mizumori") as running:
        _, errors = running.communicate(timeout=60)
    assert running.returncode == 1
    assert re.fullmatch(
        r"mizumori: the data folder /proc/mizumori cannot be written .*set data_folder or MIZUMORI_DATA_FOLDER\n",
        errors,
    )


def test_run_without_a_registry_says_what_to_do(tmp_path: Path) -> None:
    with command("run", **own_ports(tmp_path)) as running:
        _, errors = running.communicate(timeout=60)
    assert running.returncode == 1
    assert "run mizumori registry import CITY.toml" in errors


def shows_levels(port: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/data/latest.json", timeout=2) as answer:
            return '"state":"level"' in answer.read().decode()
    except (urllib.error.URLError, OSError):
        return False


def test_the_demonstration_shows_levels_stops_cleanly_and_goes_on(tmp_path: Path) -> None:
    environment = own_ports(tmp_path)
    settings = Settings(data_folder=tmp_path)
    kept: list[int] = []
    for _ in range(2):
        with command("demo", **environment) as running:
            assert eventually(lambda: shows_levels(environment["MIZUMORI_PUBLIC__PORT"]), within_s=60)
            running.send_signal(signal.SIGINT)
            said, errors = running.communicate(timeout=60)
        assert running.returncode == 0, errors
        assert f"http://127.0.0.1:{environment['MIZUMORI_DASHBOARD__PORT']}/" in said
        assert "Stopped. The data is kept" in said
        assert "Traceback" not in errors
        stores = open_stores(settings)
        kept.append(stores.log.marks().reading_seq)
        revisions = len(stores.registry.revisions())
        stores.close()
    assert kept[1] >= kept[0] > 0
    assert revisions == 1


CITY = """
[city]
id = "c"
name = { ja = "市" }
[[stations]]
id = "s"
kind = "underpass"
name = { ja = "地下道" }
lat = 34.4
lon = 133.2
[[stations.gauges]]
id = "g"
"""


def test_check_names_every_mistake_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "city.toml"
    file.write_text(CITY.replace('"underpass"', '"tunnel"').replace("lat = 34.4", "lat = 340"), encoding="utf-8")
    assert main(["check", str(file)], {}) == 1
    errors = capsys.readouterr().err
    assert "2 mistakes" in errors
    assert "\ncity.toml:7: " in errors
    assert "\ncity.toml:9: " in errors


def test_check_counts_what_a_good_file_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "city.toml"
    file.write_text(CITY, encoding="utf-8")
    assert main(["check", str(file)], {}) == 0
    assert "1 station, 1 gauge, 0 cameras, 0 pumps, 0 gates; no mistakes" in capsys.readouterr().out


PUMPS = """
[[stations]]
id = "p"
kind = "pump_station"
name = { ja = "ポンプ場" }
lat = 34.4
lon = 133.2
[[stations.gauges]]
id = "p-out"
role = "outer"
bank_m = 2.0
[[stations.pumps]]
id = "p-1"
[[stations.gates]]
id = "p-gate"
"""


def test_pumps_without_an_inner_gauge_are_remarked_wherever_the_registry_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = {"MIZUMORI_DATA_FOLDER": str(tmp_path / "data")}
    file = tmp_path / "city.toml"
    file.write_text(CITY + PUMPS, encoding="utf-8")
    for command_line in (["check"], ["registry", "diff"], ["registry", "import"]):
        assert main([*command_line, str(file)], environment) == 0
        said = capsys.readouterr().out
        assert "mind: station p has pumps and no inner gauge" in said
        assert ("2 stations, 2 gauges, 0 cameras, 1 pump, 1 gate" in said) == (command_line[-1] != "diff")
    file.write_text((CITY + PUMPS).replace('"outer"', '"inner"'), encoding="utf-8")
    for command_line in (["check"], ["registry", "diff"], ["registry", "import"]):
        assert main([*command_line, str(file)], environment) == 0
        assert "mind" not in capsys.readouterr().out


def test_a_registry_is_imported_compared_and_exported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    environment = {"MIZUMORI_DATA_FOLDER": str(tmp_path / "data")}
    file = tmp_path / "city.toml"
    file.write_text(CITY, encoding="utf-8")
    assert main(["registry", "import", str(file)], environment) == 0
    file.write_text(CITY.replace('id = "g"', 'id = "h"'), encoding="utf-8")
    capsys.readouterr()
    assert main(["registry", "diff", str(file)], environment) == 0
    assert capsys.readouterr().out.splitlines() == ["added gauge h", "retired gauge g"]
    assert main(["registry", "import", str(file)], environment) == 0
    capsys.readouterr()
    assert main(["registry", "export"], environment) == 0
    exported = tmp_path / "exported.toml"
    exported.write_text(capsys.readouterr().out, encoding="utf-8")
    assert main(["registry", "diff", str(exported)], environment) == 0
    assert capsys.readouterr().out == "nothing changes\n"
