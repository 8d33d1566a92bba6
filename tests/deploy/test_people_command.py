"""``mizumori people``: what each command says, with files, database and outbox as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.__main__ import main
from deploy.commands import people as command
from deploy.demo import demonstration
from deploy.services import House
from deploy.settings import read_settings
from deploy.wiring.alerts import alert_services
from deploy.wiring.stores import open_stores
from tests.deploy.houses import CLOCK

Capture = pytest.CaptureFixture[str]

FILE = """
[[contacts]]
id = "duty"
name = { ja = "当番" }
addresses = [{ channel = "logfile", address = "LOG" }]

[[groups]]
id = "duty"
name = { ja = "当番" }
kind = "staff"
members = ["duty"]

[[routes]]
id = "everything"
groups = ["duty"]
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A city without people."""
    environment = {"MIZUMORI_DATA_FOLDER": str(tmp_path / "data")}
    assert main(["registry", "import", str(demonstration("city.toml"))], environment) == 0
    return environment


def written(tmp_path: Path, text: str = FILE) -> str:
    file = tmp_path / "people.toml"
    file.write_text(text.replace("LOG", str(tmp_path / "told.log")), encoding="utf-8")
    return str(file)


def test_a_file_is_compared_imported_listed_and_exported(
    environment: dict[str, str], tmp_path: Path, capsys: Capture
) -> None:
    file = written(tmp_path)
    for trial in (["diff", file], ["import", file, "--dry-run"]):
        capsys.readouterr()
        assert main(["people", *trial], environment) == 0
        assert "contact duty added" in capsys.readouterr().out
    assert main(["people", "list"], environment) == 0
    assert "there are no people yet" in capsys.readouterr().out
    assert main(["people", "import", file, "--by", "chief"], environment) == 0
    assert "imported: 1 contact, 1 group, 1 route" in capsys.readouterr().out
    assert main(["people", "list"], environment) == 0
    listed = capsys.readouterr().out
    assert "by chief" in listed
    assert str(tmp_path / "told.log") not in listed
    assert main(["people", "export"], environment) == 0
    again = written(tmp_path, capsys.readouterr().out)
    assert main(["people", "diff", again], environment) == 0
    assert capsys.readouterr().out == "nothing changes\n"


def test_a_trial_of_an_import_says_of_what_nobody_would_be_told(
    environment: dict[str, str], tmp_path: Path, capsys: Capture
) -> None:
    assert main(["people", "import", written(tmp_path, ""), "--dry-run"], environment) == 0
    assert "mind: nobody is told of anything" in capsys.readouterr().out


def test_a_mistake_stops_the_import_and_says_its_line(
    environment: dict[str, str], tmp_path: Path, capsys: Capture
) -> None:
    file = written(tmp_path, FILE.replace('"staff"', '"stuff"'))
    assert main(["people", "import", file], environment) == 1
    said = capsys.readouterr().err
    assert "has 1 mistake" in said
    assert "people.toml:10: group duty: `kind`" in said


def test_check_says_of_what_nobody_would_be_told(environment: dict[str, str], tmp_path: Path, capsys: Capture) -> None:
    assert main(["people", "check"], environment) == 1
    assert "nobody is told of anything" in capsys.readouterr().out
    night = FILE + 'hours = [{ begins = "17:15", ends = "08:30" }]\n'
    assert main(["people", "check", written(tmp_path, night)], environment) == 1
    assert "08:30–17:15" in capsys.readouterr().out
    assert main(["people", "import", written(tmp_path, FILE)], environment) == 0
    assert main(["people", "check"], environment) == 0
    assert "somebody is told of every danger at any hour" in capsys.readouterr().out


def test_a_station_that_is_retired_is_said_and_stops_nothing(
    environment: dict[str, str], tmp_path: Path, capsys: Capture
) -> None:
    file = written(tmp_path, FILE + 'stations = ["pond-setoda"]\n')
    assert main(["people", "import", file], environment) == 0
    smaller = tmp_path / "city.toml"
    text = demonstration("city.toml").read_text(encoding="utf-8")
    smaller.write_text(text.partition('[[stations]]\nid = "pond-setoda"')[0], encoding="utf-8")
    assert main(["registry", "import", str(smaller)], environment) == 0
    assert "mind: people: route everything: `stations` names station `pond-setoda`" in capsys.readouterr().out
    assert main(["people", "check"], environment) == 1
    assert "route everything: `stations` names station `pond-setoda`, and there is none" in capsys.readouterr().out


def test_a_test_message_goes_through_the_outbox_of_the_service(
    environment: dict[str, str], tmp_path: Path, capsys: Capture
) -> None:
    assert main(["people", "import", written(tmp_path)], environment) == 0
    settings = read_settings(None, environment)
    stores = open_stores(settings)
    with House(alert_services(settings, stores, CLOCK)):
        assert main(["people", "test", "duty"], environment) == 0
    stores.close()
    assert "logfile" in capsys.readouterr().out
    sent = (tmp_path / "told.log").read_text(encoding="utf-8")
    assert "【テスト】" in sent
    assert "実際の出来事ではありません" in sent
    assert "訓練" not in sent


def test_without_a_service_a_test_message_says_so_and_is_not_sent_later_than_an_hour(
    environment: dict[str, str], tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "WAIT_S", 0.5)
    assert main(["people", "import", written(tmp_path)], environment) == 0
    assert main(["people", "test", "duty"], environment) == 1
    assert "does mizumori run or mizumori alerts work on this data folder?" in capsys.readouterr().out
    stores = open_stores(read_settings(None, environment))
    (waiting,) = stores.deliveries.of_message(1)
    assert waiting.created_at is not None
    assert waiting.expires_at is not None
    assert (waiting.expires_at - waiting.created_at).total_seconds() == 3600
    stores.close()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["people", "test", "nobody"], "there is no contact nobody: write one of duty"),
        (["people", "test", "duty", "--channel", "email"], "duty has no address on email: write logfile"),
        (["people", "import", "none.toml"], "cannot be read"),
    ],
)
def test_what_is_asked_wrongly_is_told(
    environment: dict[str, str], tmp_path: Path, capsys: Capture, arguments: list[str], sentence: str
) -> None:
    assert main(["people", "import", written(tmp_path)], environment) == 0
    assert main(arguments, environment) == 1
    assert sentence in capsys.readouterr().err
