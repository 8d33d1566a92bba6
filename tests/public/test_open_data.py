from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from geojson_pydantic import Feature, FeatureCollection, Point

from dashboard.public import data
from dashboard.public.data import latest_table
from dashboard.public.data.model import Latest, schema
from dashboard.public.memo import Memo
from dashboard.public.spots import State
from ingest.readings import Quality
from ingest.stations import City, Registry, ThresholdSet
from tests.dashboard import fake_city
from tests.dashboard.fakes import FAULTY, NEVER, SILENT, UNCONFIRMED, storm
from tests.public.fakes import NOW, SetClock, Site, board_of, edition, log_of, one_station
from tests.public.open_data import JST_TIME, WORKED_ON, gauges_of, latest_of, stormy, table_of, told


def test_the_storm_has_a_gauge_in_every_state() -> None:
    assert {each["state"] for each in gauges_of(stormy()).values()} == {each.value for each in State}


def test_the_published_schema_is_one_and_the_document_keeps_it() -> None:
    published = json.loads(told(stormy())["data/latest.schema.json"])
    jsonschema.Draft202012Validator.check_schema(published)
    jsonschema.Draft202012Validator(published).validate(latest_of(stormy()))
    assert latest_of(stormy())["$schema"] == "latest.schema.json"


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("stations", 0, "gauges", 0, "hazard"), 6),
        (("stations", 0, "gauges", 0, "state"), "fine"),
        (("stations", 0, "gauges", 0, "observed_at"), "2026-07-01T01:40:00Z"),
        (("stations", 0, "kind"), "lake"),
        (("provisional",), False),
        (("note",), "of staff"),
    ],
)
def test_the_schema_refuses_what_the_document_never_says(path: tuple[Any, ...], wrong: object) -> None:
    document = place = latest_of(stormy())
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = wrong
    assert not jsonschema.Draft202012Validator(schema()).is_valid(document)


def test_every_field_of_the_schema_says_what_it_is() -> None:
    fields = [field for part in (schema(), *schema()["$defs"].values()) for field in part.get("properties", {}).items()]
    assert len(fields) > 30
    assert [name for name, field in fields if not field.get("description")] == []


def test_the_document_is_read_back_as_what_it_was_made_of() -> None:
    read = Latest.model_validate({key: each for key, each in latest_of(stormy()).items() if key != "$schema"})
    assert read.model_dump_json(by_alias=True).encode() + b"\n" == told(stormy())["data/latest.json"]


@pytest.mark.parametrize(
    ("gauge", "state"),
    [(UNCONFIRMED, "being_checked"), (FAULTY, "being_checked"), (WORKED_ON, "maintenance"), (NEVER, "no_data")],
)
def test_what_is_not_known_has_no_value_in_any_form(gauge: str, state: str) -> None:
    found = gauges_of(stormy())[f"{gauge}-01"]
    assert found["state"] == state
    assert [found[each] for each in ("stage_m", "hazard", "hazard_label", "observed_at")] == [None] * 4
    [row] = [each for each in table_of(stormy()) if each["水位計ID"] == f"{gauge}-01"]
    assert row["状態コード"] == state
    assert {row[each] for each in ("水位_m", "段階", "段階名", "観測日時")} == {""}
    features = json.loads(told(stormy())["data/latest.geojson"])["features"]
    [properties] = [each["properties"] for each in features if each["id"] == f"{gauge}-01"]
    assert (properties["state"], properties["stage_m"], properties["hazard"]) == (state, None, None)


def test_a_silent_gauge_gives_its_last_value_as_such() -> None:
    found = gauges_of(stormy())[f"{SILENT}-01"]
    assert (found["state"], found["silent"], found["trend"]) == ("last_known", True, "unknown")
    assert found["stage_m"] is not None


def test_no_form_holds_what_staff_wrote_or_what_is_held() -> None:
    for path, body in told(stormy()).items():
        assert "秘密の理由" not in body.decode(), path
        assert "当番" not in body.decode(), path
        assert "327.67" not in body.decode(), path


def test_all_times_are_of_japan_with_their_offset() -> None:
    times = [each["observed_at"] for each in gauges_of(stormy()).values() if each["observed_at"]]
    times += [latest_of(stormy())["published_at"]]
    times += [row[each] for row in table_of(stormy()) for each in ("観測日時", "作成日時") if row[each]]
    assert len(times) > 60
    assert [each for each in times if not JST_TIME.match(each)] == []


def test_the_table_has_a_row_for_each_gauge_of_the_document_with_the_same_values() -> None:
    table = {row["水位計ID"]: row for row in table_of(stormy())}
    assert list(table) == list(gauges_of(stormy()))
    for gauge_id, gauge in gauges_of(stormy()).items():
        row = table[gauge_id]
        assert tuple(row) == latest_table.COLUMNS
        assert row["水位_m"] == ("" if gauge["stage_m"] is None else f"{gauge['stage_m']:.2f}")
        assert row["段階"] == ("" if gauge["hazard"] is None else str(gauge["hazard"]))
        assert row["観測日時"] == (gauge["observed_at"] or "")
        assert row["受信途絶"] == str(int(gauge["silent"]))
        levels = {str(each["hazard"]): each["stage_m"] for each in gauge["thresholds"]}
        assert {str(n): float(row[f"基準水位{n}_m"]) for n in range(1, 6) if row[f"基準水位{n}_m"]} == levels


def test_the_hazard_is_named_as_on_the_page() -> None:
    worst = latest_of(stormy())["stations"][0]["gauges"][0]
    assert worst["hazard"] == 5
    assert set(worst["hazard_label"]) == {"ja", "en"}
    assert table_of(stormy())[0]["段階名"] == worst["hazard_label"]["ja"]


def test_the_points_are_geojson_with_longitude_first() -> None:
    body = told(stormy())["data/latest.geojson"]
    read = FeatureCollection[Feature[Point, dict[str, Any]]].model_validate_json(body)
    assert len(read.features) == len(gauges_of(stormy()))
    for feature in read.features:
        assert feature.geometry
        assert feature.properties
        assert 133 < feature.geometry.coordinates[0] < 134
        assert 34 < feature.geometry.coordinates[1] < 35
        assert feature.properties["provisional"] is True
    assert "crs" not in json.loads(body)


def test_the_thresholds_are_those_of_the_day_and_change_though_nothing_else_does() -> None:
    registry = one_station()
    begins = NOW + timedelta(minutes=2)
    sets = (*registry.gauges["bridge-1"].thresholds, ThresholdSet(valid_from=begins, levels={3: 0.5}))
    gauge = registry.gauges["bridge-1"].model_copy(update={"thresholds": sets})
    registry = Registry.of(registry.city, [*registry.stations.values(), gauge])
    log = log_of(("bridge-1", 1.5, 1, Quality.GOOD))
    before, after = (edition(board_of(registry, log, at)) for at in (NOW, begins))
    assert [each["stage_m"] for each in gauges_of(before)["bridge-1"]["thresholds"]] == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert [(each["hazard"], each["stage_m"]) for each in gauges_of(after)["bridge-1"]["thresholds"]] == [(3, 0.5)]
    facts = [{sheet.path: sheet.facts for sheet in data.sheets(each)} for each in (before, after)]
    assert facts[0]["data/latest.json"] != facts[1]["data/latest.json"]


def test_the_municipal_code_the_marks_and_the_licence_stand_in_every_form() -> None:
    city = City(id="onomichi", name={"ja": "尾道市"}, municipal_code="342050", drill=True)
    registry = one_station().model_copy(update={"city": city})
    found = told(edition(board_of(registry, log_of(("bridge-1", 1.5, 1, Quality.GOOD)))))
    document, geo = json.loads(found["data/latest.json"]), json.loads(found["data/latest.geojson"])
    assert document["city"]["municipal_code"] == geo["municipal_code"] == "342050"
    assert geo["features"][0]["properties"]["municipal_code"] == "342050"
    assert document["drill"] is geo["drill"] is geo["features"][0]["properties"]["drill"] is True
    assert document["licence"] == geo["licence"] == "https://creativecommons.org/licenses/by/4.0/"
    row = found["data/latest.csv"].decode("utf-8-sig").splitlines()[1].split(",")
    assert (row[0], row[1]) == ("342050", "尾道市")
    assert "暫定値（訓練）" in row


def test_publishing_the_same_again_gives_the_same_bytes_and_equal_facts() -> None:
    registry, log = fake_city.registry(NOW), storm(NOW)
    one, other = (edition(board_of(registry, log)) for _ in range(2))
    assert told(one) == told(other)
    assert [(each.path, each.facts) for each in data.sheets(one)] == [
        (each.path, each.facts) for each in data.sheets(other)
    ]


def test_an_unchanged_minute_writes_the_catalogue_and_the_schema_no_more(tmp_path: Path) -> None:
    site = Site(tmp_path / "site", clock=SetClock(NOW))
    site.publish()
    before = {each.name: each.stat().st_mtime_ns for each in (tmp_path / "site/data").iterdir()}
    site.clock.at += timedelta(seconds=61)
    assert site.publish()
    after = {each.name: each.stat().st_mtime_ns for each in (tmp_path / "site/data").iterdir()}
    assert {name for name in after if after[name] != before[name]} == {
        f"latest.{kind}{form}" for kind in ("json", "csv", "geojson") for form in ("", ".gz", ".br")
    }


def test_where_one_station_changed_the_files_are_those_that_are_made_afresh() -> None:
    registry, log = fake_city.registry(NOW), storm(NOW)
    memo = Memo()
    told(replace(edition(board_of(registry, log)), memo=memo))
    log.add(fake_city.reading("mizue-01", 2.91, NOW))
    found = told(replace(edition(board_of(registry, log)), memo=memo))
    assert told(edition(board_of(registry, log))) == found
    assert b'"stage_m":2.91' in found["data/latest.json"]


@pytest.mark.parametrize("change", [{"drill": True}, {"name": {"ja": "別の市"}}, {"municipal_code": "342050"}, {}])
def test_what_concerns_the_whole_city_changes_the_part_of_every_station(tmp_path: Path, change: dict[str, Any]) -> None:
    first, afresh = Site(tmp_path / "first"), Site(tmp_path / "afresh")
    first.publish()
    registry = first.store.registry()
    assert registry
    city, labels = registry.city.model_copy(update=change), {"ja": {"river": {1: "ようすを見る"}}}
    for site in (first, afresh):
        site.store.current = registry.model_copy(update={"city": city} if change else {"labels": labels})
        site.log.add(fake_city.reading("mizue-01", 2.91, NOW))
        site.publish()
    names = ("latest.json", "latest.csv", "latest.geojson")
    assert [first.page(f"data/{each}") for each in names] == [afresh.page(f"data/{each}") for each in names]


def test_a_name_with_commas_quotes_and_line_ends_reads_back_whole() -> None:
    name = '大橋,"下流"\n右岸\u2028x'
    found = edition(board_of(one_station({"ja": name}), log_of(("bridge-1", 1.5, 1, Quality.GOOD))))
    assert [row["地点名"] for row in table_of(found)] == [name]
    assert latest_of(found)["stations"][0]["name"]["ja"] == name
