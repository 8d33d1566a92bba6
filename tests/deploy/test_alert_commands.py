"""``mizumori alert`` and ``mizumori chronology``, as people call them."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.store.chronology import SqlChronology, Wanted
from deploy.__main__ import main
from deploy.commands.context import UsageError
from deploy.commands.times import length, moment
from deploy.settings import read_settings
from deploy.wiring.alerts import engine_of
from deploy.wiring.desk import record_settings
from deploy.wiring.stores import Stores, open_stores
from ingest.clock import JST
from ingest.store.appender import SqlAppender
from ingest.store.protocol import Batch
from tests.alerts.duty import WATCHED
from tests.alerts.night import reading
from tests.deploy.houses import CLOCK

NOW = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)


class Town:
    """A data folder whose river stands at a stage; ``say`` is a command with what it said."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.environment = {"MIZUMORI_DATA_FOLDER": str(folder)}
        self.capsys = capsys
        self.settings = read_settings(None, self.environment)
        stores = open_stores(self.settings)
        stores.registry.apply(WATCHED, CLOCK.now() - timedelta(days=2), "test")
        self.water(stores, 4.2)
        stores.close()

    def water(self, stores: Stores, stage_m: float) -> None:
        now = CLOCK.now()
        seen = replace(reading(0, stage_m, key=now.isoformat()), observed_at=now, received_at=now)
        SqlAppender(stores.database).append(Batch(readings=[seen]))
        engine_of(stores, self.settings.alerts, CLOCK).turn()

    def say(self, *words: str, ends: int = 0) -> str:
        self.capsys.readouterr()
        assert main(words, self.environment) == ends
        said = self.capsys.readouterr()
        return said.err if ends else said.out


@pytest.fixture
def town(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Town:
    return Town(tmp_path, capsys)


def test_an_incident_is_listed_taken_noted_assigned_and_closed(town: Town) -> None:
    listed = town.say("alert", "list")
    assert "WAITS" in listed
    assert "藤井川" in listed
    assert town.say("alert", "ack", "1", "--by", "当番") == "incident 1: acknowledged at 4 by 当番\n"
    town.say("alert", "note", "1", "現地へ", "--by", "当番")
    town.say("alert", "assign", "1", "河川課", "--by", "当番")
    shown = town.say("alert", "show", "1")
    for each in ("taken", "当番: 危険度4で確認した", "当番: 現地へ", "担当を河川課とした", "平常 → 危険度4"):
        assert each in shown
    closed = town.say("alert", "close", "1", "--by", "当番", "--reason", "誤検知")
    assert "fujii-01 is still above the threshold: the next reading raises it again" in closed
    assert "no open incident" in town.say("alert", "list")
    (first,) = json.loads(town.say("alert", "list", "--all", "--json"))
    assert (first["closed_by"], first["close_reason"]) == ("当番", "誤検知")


def test_what_cannot_be_done_says_what_to_do_instead(town: Town) -> None:
    assert "there is no incident 99: mizumori alert list --all" in town.say(
        "alert", "ack", "99", "--by", "当番", ends=1
    )
    assert "no station nowhere" in town.say("alert", "list", "--station", "nowhere", ends=1)
    assert "say who does it" in town.say("alert", "ack", "1", "--by", " ", ends=1)
    silence = ("alert", "silence", "add", "--reason", "r", "--by", "b")
    assert "for example 90min, 12h or 3d" in town.say(*silence, "--for", "2 hours", ends=1)
    assert "24 h at most" in town.say(*silence, "--for", "2d", ends=1)
    assert "write one of battery" in town.say(*silence, "--for", "2h", "--rule", "flood", ends=1)
    assert "there is no silence 5" in town.say("alert", "silence", "end", "5", "--by", "b", ends=1)
    work = ("alert", "maintenance", "add", "nowhere", "--for", "2h", "--reason", "r", "--by", "b")
    assert "no station nowhere" in town.say(*work, ends=1)


def test_a_silence_says_what_it_does_not_mute(town: Town) -> None:
    said = town.say("alert", "silence", "add", "--for", "2h", "--station", "fujii", "--reason", "操作", "--by", "当番")
    assert "hazard 4 and 5 break it" in said
    assert "incident 1 (Stage, fujii, 4) is told all the same" in said
    assert "in force" in town.say("alert", "silence", "list")
    town.say("alert", "silence", "end", "1", "--by", "当番")
    assert town.say("alert", "silence", "list") == "no silence\n"


def test_maintenance_is_begun_extended_and_ended_and_the_levels_say_so(town: Town) -> None:
    begin = ("alert", "maintenance", "add", "fujii", "--gauge", "fujii-01", "--for", "2h", "--reason", "交換")
    said = town.say(*begin, "--by", "業者")
    assert "the public sees no level of it" in said
    assert " work " in town.say("levels")
    assert "goes on until" in town.say("alert", "maintenance", "extend", "1", "--for", "3d", "--by", "業者")
    town.say("alert", "maintenance", "end", "1", "--by", "業者")
    assert town.say("alert", "maintenance", "list") == "no work goes on\n"
    (record, *_) = json.loads(town.say("levels", "--json"))
    assert record["maintenance"] is False


def test_the_chronology_is_exported_whole_and_in_part(town: Town, tmp_path: Path) -> None:
    town.say("alert", "ack", "1", "--by", "当番")
    town.say("chronology", "add", "消防から電話", "--by", "当番", "--station", "fujii")
    file = tmp_path / "out.csv"
    assert town.say("chronology", "export", "--output", str(file)).endswith(" lines\n")
    data = file.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert [each["内容"] for each in rows if each["kind_id"] == "acknowledged"] == ["危険度4で確認した"]
    html = tmp_path / "out.html"
    narrowed = ("--kind", "note", "--station", "fujii", "--format", "html", "--language", "en", "--output", str(html))
    town.say("chronology", "export", *narrowed)
    assert "Only: Note, Fujii river" in html.read_text()
    assert "消防から電話" in html.read_text()
    assert "危険度" not in html.read_text()
    assert "mizumori alert list --all" in town.say("chronology", "export", "--incident", "99", ends=1)
    assert "write one of transition" in town.say("chronology", "export", "--kind", "x", ends=1)
    assert "write a time like" in town.say("chronology", "export", "--from", "昨日", ends=1)
    assert "cannot be written" in town.say("chronology", "export", "--output", "/nowhere/x.csv", ends=1)


def test_a_change_of_settings_is_entered_at_the_next_start_without_secrets(town: Town) -> None:
    stores = open_stores(town.settings)
    record_settings(town.settings, stores, NOW)
    record_settings(town.settings, stores, NOW)
    more = {"MIZUMORI_ALERTS__DIGEST_S": "30", "MIZUMORI_MQTT__PASSWORD": "hidden-word", "MIZUMORI_LOG_LEVEL": "debug"}
    record_settings(read_settings(None, {**town.environment, **more}), stores, NOW)
    first, second = SqlChronology(stores.database).whole(Wanted(kinds=["setting"]))
    stores.close()
    assert first.detail["line"] == "settings_first"
    assert second.detail["changes"] == ["alerts.digest_s: 60.0 → 30.0", "log_level: info → debug"]
    assert "hidden-word" not in json.dumps([dict(first.detail), dict(second.detail)])


def test_an_import_of_the_registry_is_entered_and_one_that_changes_nothing_is_not(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "city.toml"
    file.write_text(town.say("registry", "export"), "utf-8")
    town.say("registry", "import", str(file))
    stores = open_stores(town.settings)
    before = SqlChronology(stores.database).count(Wanted(kinds=["registry"]))
    file.write_text(file.read_text("utf-8").replace("Fujii river", "Fujii River"), "utf-8")
    town.say("registry", "import", str(file))
    (line, *_) = SqlChronology(stores.database).newest(Wanted(kinds=["registry"]))
    assert SqlChronology(stores.database).count(Wanted(kinds=["registry"])) == before + 1
    stores.close()
    assert "fujii" in line.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-07-01T18:00", datetime(2026, 7, 1, 18, tzinfo=JST)),
        ("2026-07-01", datetime(2026, 7, 1, tzinfo=JST)),
        ("9:05", datetime(2026, 7, 1, 9, 5, tzinfo=JST)),
        ("2026-07-01T09:00Z", datetime(2026, 7, 1, 9, tzinfo=UTC)),
    ],
)
def test_times_are_those_of_japan_unless_they_say_otherwise(text: str, expected: datetime) -> None:
    assert moment(text, NOW, "--from") == expected


def test_lengths_need_their_unit() -> None:
    assert length("90min", "--for") == timedelta(minutes=90)
    assert length("1.5h", "--for") == timedelta(minutes=90)
    for wrong in ("90", "0h", "-1h", "2h30"):
        with pytest.raises(UsageError, match="write a number with min, h or d"):
            length(wrong, "--for")
