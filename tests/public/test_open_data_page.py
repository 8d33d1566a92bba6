"""What catalogues and people are told of the open data."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from dashboard.public.archive import rows
from dashboard.public.data import latest_table
from dashboard.public.edition import Edition
from dashboard.public.pages import data as data_page
from dashboard.public.pages.data import OF_ARCHIVE, OF_LATEST
from dashboard.public.settings import DataSettings, PublicSettings
from dashboard.public.words.languages import ON_BY_DEFAULT
from ingest.stations import Gauge, Registry
from tests.public.fakes import NOW, board_of, edition, log_of, one_station
from tests.public.open_data import FOREIGN, latest_of, stormy, told


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
        ({"contact": "somebody"}, "write https://city.example/contact"),
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
