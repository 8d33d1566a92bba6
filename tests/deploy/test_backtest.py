"""``mizumori backtest``: the report of a recorded night, the same as the night itself would have been."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy.__main__ import main
from ingest.stations import City, Gauge, Registry, Station, StationKind, ThresholdSet
from simulators.replay import Row
from tests.alerts.night import DUSK, LEVELS, at
from tests.floods import kotogawa
from tests.floods.recording import Recording
from tests.floods.reference import late, rule, seen, steps
from tests.parts import data_folder

RIVER = Station(id="fujii", kind=StationKind.RIVER, name={"ja": "藤井川", "en": "Fujii river"}, lat=34.4, lon=133.2)
GAUGE = Gauge(
    id="fujii-01",
    station_id="fujii",
    interval_s=600,
    thresholds=(ThresholdSet(valid_from=DUSK - timedelta(days=365), levels=dict(LEVELS)),),
)
REGISTRY = Registry.of(City(id="town", name={"ja": "町", "en": "Town"}), [RIVER, GAUGE])
BARE = ("--hysteresis", "0", "--hold", "0")


def night(*stages_m: float, every_min: float = 10) -> Recording:
    """A reading every ten minutes."""
    rows = tuple(Row(at(number * every_min), GAUGE.id, stage_m) for number, stage_m in enumerate(stages_m))
    return Recording(rows, REGISTRY)


def report(recording: Recording, folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    table, city = recording.write(folder)
    assert main(["backtest", str(table), "--registry", str(city), "--json", *options], {}) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def levels(found: dict[str, Any], rule_name: str = "stage") -> list[tuple[int, int]]:
    return [
        (each["from"], each["to"])
        for each in found["transitions"]
        if each["rule"] == rule_name and each["from"] != each["to"]
    ]


def rising(*, peak_m: float) -> Sequence[float]:
    up = [0.2 * step for step in range(int(peak_m / 0.2) + 1)]
    return [*up, *reversed(up)]


def test_every_transition_is_listed_with_gauge_time_rule_and_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = report(night(0.5, 0.9, 1.3, 0.9, 0.5), tmp_path, capsys, *BARE)
    rise, fall = [each for each in found["transitions"] if each["rule"] == "stage"]
    assert {name: rise[name] for name in ("gauge", "at", "rule", "from", "to", "reason")} == {
        "gauge": "fujii-01",
        "at": "2026-07-01T18:20:00+09:00",
        "rule": "stage",
        "from": 0,
        "to": 1,
        "reason": "rise",
    }
    assert (fall["from"], fall["to"], fall["reason"]) == (1, 0, "fall")


def test_the_summary_counts_what_the_lists_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = report(night(*rising(peak_m=4.4)), tmp_path, capsys)
    summary = found["summary"]
    assert summary["readings"] == len(rising(peak_m=4.4))
    assert summary["transitions"] == len(found["transitions"])
    assert summary["messages"] == len(found["messages"])
    assert summary["rises_by_level"] == {"1": 1, "2": 1, "3": 1, "4": 1, "5": 0}
    assert summary["highest_by_gauge"] == {"fujii-01": 4}


def test_it_says_how_long_before_a_hazard_people_were_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = report(night(*rising(peak_m=4.4)), tmp_path, capsys, *BARE)
    leads = {each["hazard"]: each for each in found["leads"]}
    first = min(each["at"] for each in found["messages"])
    assert {each["told_at"] for each in leads.values()} == {first}
    assert leads[4]["lead_min"] == leads[3]["lead_min"] + 50


def test_what_was_held_is_listed_with_what_became_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = report(night(0.5, 0.5, 0.5, 4.5, 0.5, 0.5, 0.5), tmp_path, capsys)
    (held,) = found["held"]
    assert (held["stage_m"], held["quality"], held["became"]) == (4.5, "suspect", "refuted")
    assert found["summary"]["held_became"] == {"refuted": 1}


def test_the_messages_are_those_that_a_recipient_would_get(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    people = tmp_path / "people.toml"
    people.write_text(
        """
        [[contacts]]
        id = "grave"
        name = { ja = "課長" }
        addresses = [{ channel = "email", address = "grave@town.example" }]
        [[groups]]
        id = "grave"
        name = { ja = "課長" }
        kind = "staff"
        members = ["grave"]
        [[routes]]
        id = "grave"
        groups = ["grave"]
        min_level = 4
        """,
        encoding="utf-8",
    )
    found = report(night(*rising(peak_m=4.4)), tmp_path / "night", capsys, *BARE, "--people", str(people))
    assert {each["recipient"] for each in found["messages"]} == {"grave"}
    subjects = [each["subject"] for each in found["messages"] if "外挿" not in each["subject"]]
    assert [each.partition("】")[0] for each in subjects] == ["【危険度4", "【水位低下 危険度4→3"]


def test_a_gauge_that_stops_above_a_threshold_is_never_said_to_be_clear(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = night(0.5, 1.0, 2.0, 3.0, 4.2)
    other = Gauge(**{**GAUGE.model_dump(), "id": "other-01"})
    rows = (*first.rows, *(Row(at(10 * number), "other-01", 0.5) for number in range(60)))
    registry = Registry.of(REGISTRY.city, [RIVER, GAUGE, other])
    found = report(Recording(rows, registry), tmp_path, capsys)
    assert not any(each["to"] < each["from"] for each in found["transitions"] if each["rule"] == "stage")
    silent = [each for each in found["transitions"] if each["reason"] == "unverified" and each["rule"] == "stage"]
    assert [(each["gauge"], each["from"], each["to"], each["at"]) for each in silent] == [
        ("fujii-01", 4, 4, "2026-07-01T19:10:01+09:00")
    ]


def test_noise_around_a_threshold_for_six_hours_and_an_hour_below_is_one_fire_and_one_clear(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    noise = [3.0 + (0.02 if number % 2 else -0.02) * ((number * 7) % 5) / 4 for number in range(36)]
    quiet = [2.5, 2.2, 2.0, 1.7, 1.5, 1.5]
    found = report(night(*(1.5, 2.0, 2.5), *noise, *quiet), tmp_path, capsys)
    assert [each for each in levels(found) if 3 in each] == [(2, 3), (3, 2)]


def test_two_runs_say_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recording = night(*rising(peak_m=4.4))
    assert report(recording, tmp_path / "one", capsys) == report(recording, tmp_path / "two", capsys)


def test_without_json_it_is_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, city = night(*rising(peak_m=4.4)).write(tmp_path)
    assert main(["backtest", str(table), "--registry", str(city)], {}) == 0
    said = capsys.readouterr().out
    assert "hazard 4: told" in said
    assert f"1 gauges, {len(rising(peak_m=4.4))} readings, 0 refused" in said


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--registry", "{city}", "--hold", "-1"], "--hold is a number from 0 on"),
        (["--registry", "{city}", "--people", "nowhere.toml"], "nowhere.toml"),
        (["--registry", "nowhere.toml"], "nowhere.toml"),
    ],
)
def test_a_mistake_is_said_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], sentence: str
) -> None:
    table, city = night(0.5).write(tmp_path)
    filled = [each.format(city=city) for each in options]
    assert main(["backtest", str(table), *filled], {}) != 0
    assert sentence in capsys.readouterr().err


def test_a_gauge_that_the_registry_does_not_know_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, city = night(0.5).write(tmp_path)
    strange = replace(night(0.5).rows[0], gauge_id="stranger")
    other, _ = Recording((strange,), REGISTRY).write(tmp_path / "other")
    assert main(["backtest", str(other), "--registry", str(city)], {}) != 0
    assert "stranger" in capsys.readouterr().err
    assert table.exists()


def test_kotogawa_changes_as_its_thresholds_say(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recording = kotogawa.recording(data_folder())
    found = report(recording, tmp_path, capsys, *BARE)
    rows = [seen(row) for row in recording.arriving()]
    expected = steps([each for each in rows if each not in late(rows)], rule(recording.levels(kotogawa.GAUGE)))
    assert levels(found) == [(each.before, each.after) for each in expected]
