"""A station at which nothing is observed any more: its address goes on to tell that, and no level."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.public import pages
from dashboard.public.publisher import Publisher
from ingest.readings import Quality
from ingest.stations import Registry, Station, StationKind
from ingest.store.protocol import Discontinued
from tests.dashboard.fakes import FakeRegistryStore
from tests.public.fakes import NOW, SetClock, board_of, edition, log_of, one_station

OLD = Station(id="old-bridge", kind=StationKind.RIVER, name={"ja": "旧橋", "en": "Old Bridge"}, lat=34.5, lon=133.5)
AT = NOW - timedelta(days=400)
ENDED = Discontinued(OLD, ("old-bridge-1",), AT)
PAGE = "stations/old-bridge.html"


def site(folder: Path, registry: Registry, *discontinued: Discontinued, heard: bool = True) -> Publisher:
    rows = [("bridge-1", 0.5, 1.0, Quality.GOOD)]
    log = log_of(*rows, *([("old-bridge-1", 4.2, 60.0 * 24 * 400, Quality.GOOD)] if heard else []))
    return Publisher(folder, log, FakeRegistryStore(registry), SetClock(), discontinued=lambda: discontinued)


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        ("", ("この地点の観測は終わりました", "2025年5月27日", "危険がないという意味ではありません")),
        ("easy/", ("もう", "2025年5月27日", "という")),
        ("en/", ("Observation here has ended", "27 May 2025", "does not mean that there is no danger")),
    ],
)
def test_its_page_says_since_when_and_that_nothing_is_known(tmp_path: Path, folder: str, said: tuple[str, ...]) -> None:
    assert site(tmp_path, one_station(), ENDED).publish_if_changed()
    page = (tmp_path / folder / PAGE).read_text()
    for words in said:
        assert words in page
    assert "4.2" not in page
    assert not any(f'class="{shape}"' in page for shape in ("h0", "h1", "h2", "h3", "h4", "h5"))


def test_the_list_and_the_data_know_nothing_of_it(tmp_path: Path) -> None:
    site(tmp_path, one_station(), ENDED).publish_if_changed()
    told = [each for each in tmp_path.rglob("*") if each.is_file() and b"old-bridge" in each.read_bytes()]
    names = {each.name.removesuffix(".gz").removesuffix(".br") for each in told}
    assert names == {"old-bridge.html"}


def test_one_of_which_nothing_was_ever_told_has_no_page(tmp_path: Path) -> None:
    """A slip in a registry that was put right at once, for example."""
    site(tmp_path, one_station(), ENDED, heard=False).publish_if_changed()
    assert not (tmp_path / PAGE).exists()


def test_where_it_is_observed_again_its_page_tells_of_the_water() -> None:
    told = replace(edition(board_of(one_station(), log_of())), discontinued=[replace(ENDED, station=told_now())])
    paths = [sheet.path for sheet in pages.sheets(told)]
    assert paths.count("stations/bridge.html") == 1
    assert len(paths) == len(set(paths))


def told_now() -> Station:
    return one_station().stations["bridge"]
