"""A confirmed danger of which something newer is being checked: every page goes on telling of it, and says so."""

from __future__ import annotations

import csv
import io
import json
import re
from itertools import count
from pathlib import Path

import pytest

from dashboard.public.publisher import Publisher
from dashboard.public.settings import PublicSettings
from dashboard.public.words.catalogues import catalogue
from dashboard.public.words.languages import LANGUAGES, Language
from ingest.readings import Quality
from tests.dashboard import fake_city
from tests.dashboard.fakes import FakeLog, FakeRegistryStore
from tests.public.fakes import NOW, SetClock, log_of, one_station
from tests.public.picture_house import house_in
from tests.public.plants import Contents, contents

GOOD, SUSPECT = Quality.GOOD, Quality.SUSPECT
PAGES = ("index.html", "areas/other.html", "stations/bridge.html")
DOUBTED = "8.17"


def published(folder: Path, log: FakeLog, twins: int = 0) -> Contents:
    codes = tuple(language.code for language in LANGUAGES)
    settings = PublicSettings(languages=codes, reviewed=dict.fromkeys(codes, "for the test"))
    store = FakeRegistryStore(one_station(twins=twins))
    Publisher(folder, log, store, SetClock(NOW), settings).publish_if_changed()
    return {name: body for name, body in contents(folder) if not name.endswith((".gz", ".br", "unpacked"))}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Contents:
    log = log_of(("bridge-1", 4.2, 15, GOOD), ("bridge-1", float(DOUBTED), 5, SUSPECT))
    return published(tmp_path_factory.mktemp("site"), log)


def text_of(page: bytes) -> str:
    """What is read; furigana stand in brackets, as in the catalogue."""
    return re.sub(r"<[^>]+>", "", page.decode())


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda each: each.code)
def test_every_page_tells_of_the_danger_as_last_known_and_that_newer_values_are_being_checked(
    site: Contents, language: Language
) -> None:
    words = catalogue(language.code)
    for name in PAGES:
        page = text_of(site[language.folder + name])
        assert words["state.newer_checked"] in page, name
        assert words["state.last_known"] in page, name
        assert words["summary.not_known"] not in page, name
    paper = text_of(site[f"{language.folder}print.html"])
    assert words["state.being_checked"] in paper
    assert "4.20" in paper.replace(",", ".")


def test_the_map_and_the_search_show_it_in_outline(site: Contents) -> None:
    assert b'data-states="e"' in site["index.html"], "hazard 4, last known"
    assert b"h4 past" in site["index.html"]
    assert b"h4 past" in site["areas/other.html"]


def test_the_drawing_of_the_day_says_of_the_time_since_that_it_is_being_checked(site: Contents) -> None:
    page = site["stations/bridge.html"].decode()
    graph = page[page.index('<svg class="graph"') : page.index("</figure>")]
    assert 'class="past"' in graph
    assert catalogue("ja")["graph.being_checked"] in graph
    assert catalogue("ja")["graph.last_known"] not in graph


def test_the_data_have_the_last_known_value_of_a_gauge_that_is_not_silent(site: Contents) -> None:
    (station,) = json.loads(site["data/latest.json"])["stations"]
    (gauge,) = station["gauges"]
    assert station["hazard"] == 4
    told = {key: gauge[key] for key in ("state", "silent", "hazard", "stage_m", "observed_at", "trend")}
    assert told == {
        "state": "last_known",
        "silent": False,
        "hazard": 4,
        "stage_m": 4.2,
        "observed_at": "2026-07-01T10:27:30+09:00",
        "trend": "unknown",
    }
    (row,) = csv.DictReader(io.StringIO(site["data/latest.csv"].decode("utf-8-sig")))
    assert (row["状態コード"], row["段階"], row["水位_m"], row["受信途絶"]) == ("last_known", "4", "4.20", "0")
    (point,) = json.loads(site["data/latest.geojson"])["features"]
    assert (point["properties"]["state"], point["properties"]["hazard"]) == ("last_known", 4)


def test_the_doubted_value_is_in_no_file(site: Contents) -> None:
    assert [name for name, body in site.items() if DOUBTED.encode() in body.replace(b",", b".")] == []


def test_a_spot_further_down_has_a_row_that_says_so_too(tmp_path: Path) -> None:
    dangers = [(f"twin-{n}", 5.1, 5, GOOD) for n in range(1, 10)]
    log = log_of(*dangers, ("bridge-1", 4.2, 15, GOOD), ("bridge-1", 0.1, 5, SUSPECT))
    page = published(tmp_path, log, twins=9)["en/index.html"].decode()
    row = page[page.index('id="spot-bridge"') :]
    assert "Being checked" in row[: row.index("</li>")]


def test_the_page_of_the_cameras_says_so_beside_the_picture(tmp_path: Path) -> None:
    house = house_in(tmp_path)
    house.receive(1)
    house.publish()
    house.log.add(fake_city.reading("bridge-1", 0.1, house.clock.at, SUSPECT))
    house.publish()
    page = (house.site / "cameras.html").read_text()
    assert "いまは不明（最後に分かっている段階：" in page
    assert " · 確認中" in page


def test_when_a_good_reading_comes_it_is_told_alone(tmp_path: Path) -> None:
    for number, stage_m, group in zip(count(), (0.3, 4.6), ("low", "attention"), strict=False):
        rows = (("bridge-1", 4.2, 15, GOOD), ("bridge-1", 8.17, 5, SUSPECT), ("bridge-1", stage_m, 1, GOOD))
        page = published(tmp_path / str(number), log_of(*rows))["index.html"].decode()
        assert f'class="group {group}"' in page
        assert catalogue("ja")["state.newer_checked"] not in page
