from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from geojson_pydantic import Feature, FeatureCollection, Point

from alerts.records import Maintenance
from dashboard.public import data
from dashboard.public.archive import rows
from dashboard.public.data import latest, latest_table
from dashboard.public.data.model import Latest, schema
from dashboard.public.edition import Edition
from dashboard.public.pages import data as data_page
from dashboard.public.pages.data import OF_ARCHIVE, OF_LATEST
from dashboard.public.settings import DataSettings, PublicSettings
from dashboard.public.spots import State
from dashboard.public.words.languages import ON_BY_DEFAULT
from dashboard.views import board
from ingest.readings import Quality
from ingest.stations import City, Gauge, Registry, ThresholdSet
from tests.dashboard import fake_city
from tests.dashboard.fakes import FAULTY, NEVER, SILENT, UNCONFIRMED, storm
from tests.public.fakes import NOW, SetClock, Site, board_of, edition, log_of, one_station

WORKED_ON = "mizue"
JST_TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+09:00$")
FOREIGN = "https://levels.example.jp/"


@cache
def stormy() -> Edition:
    """A city in a storm, with a gauge in every state that there is."""
    registry, log = fake_city.registry(NOW), storm(NOW)
    unjudged = registry.gauges["matsu-pond-01"].model_copy(update={"id": "matsu-pond-02", "thresholds": ()})
    registry = registry.model_copy(update={"gauges": {**registry.gauges, unjudged.id: unjudged}})
    log.add(fake_city.reading(unjudged.id, 0.8, NOW))
    work = Maintenance(WORKED_ON, "当番", "秘密の理由", NOW - timedelta(hours=1), NOW + timedelta(hours=1))
    seen = board(registry, log.latest(), log.recent(NOW - timedelta(minutes=30)), log.cameras(), NOW, [work])
    return edition(seen)


def told(of: Edition) -> dict[str, bytes]:
    return {sheet.path: sheet.render() for sheet in data.sheets(of)}


def latest_of(of: Edition) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told(of)["data/latest.json"])
    return found


def table_of(of: Edition) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(told(of)["data/latest.csv"].decode("utf-8-sig"), newline="")))


def gauges_of(of: Edition) -> dict[str, dict[str, Any]]:
    return {gauge["id"]: gauge for station in latest_of(of)["stations"] for gauge in station["gauges"]}


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


def ids(node: object) -> set[str]:
    """Every address in a JSON-LD document."""
    if isinstance(node, dict):
        own = {node["@id"]} if "@id" in node else set()
        return own | {each for key, value in node.items() if key != "@context" for each in ids(value)}
    return {each for value in node for each in ids(value)} if isinstance(node, list) else set()


def catalogue_of(of: Edition) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told(of)["data/catalog.jsonld"])
    return found


def test_the_catalogue_entry_names_each_dataset_with_what_a_catalogue_asks_for() -> None:
    entry = catalogue_of(replace(stormy(), since=NOW.date()))
    assert entry["@type"] == "dcat:Catalog"
    assert [each["dct:identifier"].rsplit("-", 1)[1] for each in entry["dcat:dataset"]] == [
        *("latest", "daily", "history", "messages"),
    ]
    for each in entry["dcat:dataset"]:
        for asked in ("dct:title", "dct:description", "dct:publisher", "dct:accrualPeriodicity", "dct:spatial"):
            assert each[asked], (each["@id"], asked)
        assert {text["@language"] for text in each["dct:title"]} == {"ja", "en"}
        assert each["dcat:distribution"]
        for file in each["dcat:distribution"]:
            assert file["dct:license"] == {"@id": "https://creativecommons.org/licenses/by/4.0/"}
            assert file["dcat:mediaType"]["@id"].startswith("https://www.iana.org/assignments/media-types/")
    daily = entry["dcat:dataset"][1]
    assert daily["dct:temporal"]["dcat:startDate"]["@value"] == "2026-07-01"
    assert entry["dct:spatial"]["dcat:bbox"]["@value"].startswith("POLYGON((133.")


def test_every_prefix_of_the_catalogue_entry_is_explained_in_it() -> None:
    entry = catalogue_of(stormy())
    names = {each.split(":")[0] for each in re.findall(r'"(\w+:\w+)":', json.dumps(entry))}
    assert names <= set(entry["@context"]) == names | {"xsd", "vcard"}


def test_the_addresses_of_the_catalogue_entry_are_relative_until_the_city_says_where_its_site_is() -> None:
    of_files = {each for each in ids(catalogue_of(stormy())) if "data/" in each and "//" not in each}
    assert {each.startswith("../data/") for each in of_files} == {True}
    placed = replace(stormy(), settings=PublicSettings(address=FOREIGN))
    assert {each.replace(FOREIGN, "../") for each in ids(catalogue_of(placed)) if each.startswith(FOREIGN)} >= of_files
    assert not any(each.startswith("../") for each in ids(catalogue_of(placed)))


def test_the_city_chooses_its_licence_whom_to_name_and_where_to_ask() -> None:
    chosen = DataSettings(licence="pdl-1.0", attribution={"ja": "尾道市 防災"}, contact="mailto:data@city.example.jp")
    found = replace(stormy(), settings=PublicSettings(data=chosen))
    assert latest_of(found)["licence"].endswith("public_data_license_v1.0")
    assert latest_of(found)["attribution"] == {"ja": "尾道市 防災"}
    assert "mailto:data@city.example.jp" in ids(catalogue_of(found))
    page = pages_of(found)["data.html"]
    assert "公共データ利用規約（第1.0版）" in page
    assert "出典：" in page
    assert "尾道市" in page


def test_without_an_archive_neither_the_page_nor_the_catalogue_speaks_of_one() -> None:
    without = replace(stormy(), settings=PublicSettings(data=DataSettings(archive=False)))
    assert [each["@id"].rsplit("#")[1] for each in catalogue_of(without)["dcat:dataset"]] == ["latest", "messages"]
    for page in pages_of(without).values():
        assert "history.csv.gz" not in page
        assert "data/daily" not in page


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"licence": "mine"}, "'cc-by-4.0' or 'pdl-1.0'"),
        ({"contact": "somebody"}, "pattern"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(given: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        DataSettings.model_validate(given)


def pages_of(of: Edition) -> dict[str, str]:
    return {sheet.path: sheet.render().decode() for each in ON_BY_DEFAULT for sheet in data_page.sheets(of, each)}


def test_every_column_of_the_files_is_explained_and_no_other() -> None:
    assert tuple(name for each in OF_LATEST for name in each.columns) == latest_table.COLUMNS
    assert tuple(name for each in OF_ARCHIVE for name in each.columns) == rows.COLUMNS


@pytest.mark.parametrize("path", ["data.html", "easy/data.html", "en/data.html"])
def test_the_page_links_every_file_and_the_history_of_every_station_that_reports(path: str) -> None:
    page = pages_of(stormy())[path]
    links = set(re.findall(r'href="([^"#]+)"', page))
    root = "../" * path.count("/")
    files = [each for each in told(stormy()) if not each.endswith(".html")]
    assert {f"{root}{each}" for each in files} <= links
    assert f"{root}data/daily/2026-07-01.csv" in links
    for station in stormy().board.registry.stations:
        assert f"{root}data/stations/{station}/history.csv.gz" in links
    assert 'rel="license" href="https://creativecommons.org/licenses/by/4.0/"' in page


def test_a_station_without_a_gauge_has_no_history_to_link() -> None:
    registry = one_station(twins=1)
    gauges: list[Gauge] = [each for each in registry.gauges.values() if each.station_id == "bridge"]
    found = pages_of(edition(board_of(Registry.of(registry.city, [*registry.stations.values(), *gauges]), log_of())))
    assert "stations/bridge/" in found["data.html"]
    assert "stations/twin-1/" not in found["data.html"]


def test_where_one_station_changed_the_files_are_those_that_are_made_afresh() -> None:
    registry, log = fake_city.registry(NOW), storm(NOW)
    told(edition(board_of(registry, log)))
    log.add(fake_city.reading("mizue-01", 2.91, NOW))
    found = told(edition(board_of(registry, log)))
    latest.PIECES = latest.Pieces()
    assert told(edition(board_of(registry, log))) == found
    assert b'"stage_m":2.91' in found["data/latest.json"]


@pytest.mark.parametrize("change", [{"drill": True}, {"name": {"ja": "別の市"}}, {"municipal_code": "342050"}])
def test_what_concerns_the_whole_city_changes_the_part_of_every_station(change: dict[str, Any]) -> None:
    registry, log = one_station(), log_of(("bridge-1", 1.5, 1, Quality.GOOD))
    told(edition(board_of(registry, log)))
    other = registry.model_copy(update={"city": registry.city.model_copy(update=change)})
    found = told(edition(board_of(other, log)))
    latest.PIECES = latest.Pieces()
    assert told(edition(board_of(other, log))) == found


def test_a_new_label_of_the_city_is_told_at_once() -> None:
    registry, log = one_station(), log_of(("bridge-1", 1.5, 1, Quality.GOOD))
    told(edition(board_of(registry, log)))
    named = registry.model_copy(update={"labels": {"ja": {"river": {1: "ようすを見る"}}}})
    assert table_of(edition(board_of(named, log)))[0]["段階名"] == "ようすを見る"


def test_a_name_with_commas_quotes_and_line_ends_reads_back_whole() -> None:
    name = '大橋,"下流"\n右岸\u2028x'
    found = edition(board_of(one_station({"ja": name}), log_of(("bridge-1", 1.5, 1, Quality.GOOD))))
    assert [row["地点名"] for row in table_of(found)] == [name]
    assert latest_of(found)["stations"][0]["name"]["ja"] == name
