"""A station at which nothing is observed any more: its address goes on to tell that, and no level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.issued import Announced, IssuedLevel
from dashboard.public import pages
from dashboard.public.edition import Edition
from dashboard.public.former import MOST, Former, former
from dashboard.public.publisher import Publisher
from ingest.readings import Quality
from ingest.stations import Station, StationKind
from ingest.store.protocol import Discontinued, Latest
from tests.dashboard import fake_city
from tests.dashboard.fakes import FakeRegistryStore
from tests.public.fakes import NOW, SetClock, board_of, edition, log_of, one_station

OLD = Station(id="old-bridge", kind=StationKind.RIVER, name={"ja": "旧橋", "en": "Old Bridge"}, lat=34.501, lon=133.5)
AT = datetime(2025, 5, 26, 15, 30, tzinfo=UTC)
"""Half past midnight of the day after in Japan."""
ENDED = Discontinued(OLD, ("old-bridge-1", "old-bridge-2"))
PAGE = "stations/old-bridge.html"


def site(
    folder: Path, *discontinued: Discontinued, heard: bool = True, issued: Sequence[IssuedLevel] = ()
) -> Publisher:
    log = log_of(("bridge-1", 0.5, 1.0, Quality.GOOD))
    if heard:
        log.add(fake_city.reading("old-bridge-1", 4.2, AT))
        log.add(fake_city.reading("old-bridge-2", 4.1, AT - timedelta(days=300)))
    store = FakeRegistryStore(one_station())
    return Publisher(folder, log, store, SetClock(), issued=lambda: list(issued), discontinued=lambda: discontinued)


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        (
            "",
            (
                "観測は終わりました",
                "最後の観測は2025年5月27日です",
                "安全という意味ではありません",
                "大橋",
            ),
        ),
        ("easy/", ("もう", "2025年5月27日", "という")),
        ("en/", ("no longer observed", "27 May 2025", "does not mean that it is safe", "Big Bridge")),
    ],
)
def test_its_page_says_since_when_that_nothing_is_known_and_where_to_look(
    tmp_path: Path, folder: str, said: tuple[str, ...]
) -> None:
    assert site(tmp_path, ENDED).publish_if_changed()
    page = (tmp_path / folder / PAGE).read_text()
    for words in said:
        assert words in page
    assert 'href="bridge.html"' in page
    assert "4.2" not in page
    assert 'id="old"' in page, "it tells of what the city issued, so it says when it is old"
    assert 'class="now"' in page
    assert not any(f'class="{shape}"' in page for shape in ("h0", "h1", "h2", "h3", "h4", "h5"))


def test_what_the_city_issued_for_the_place_is_said_there_too(tmp_path: Path) -> None:
    level = IssuedLevel(Announced(5, "市長", NOW), "desk", NOW)
    publisher = site(tmp_path, ENDED, issued=[level])
    publisher.publish_if_changed()
    assert "警戒レベル5" in (tmp_path / PAGE).read_text()


def test_the_list_and_the_data_know_nothing_of_it(tmp_path: Path) -> None:
    site(tmp_path, ENDED).publish_if_changed()
    told = [each for each in tmp_path.rglob("*") if each.is_file() and b"old-bridge" in each.read_bytes()]
    names = {each.name.removesuffix(".gz").removesuffix(".br") for each in told}
    assert names == {"old-bridge.html"}


def test_one_of_which_nothing_was_ever_told_has_no_page(tmp_path: Path) -> None:
    """A slip in a registry that was put right at once, for example."""
    site(tmp_path, ENDED, heard=False).publish_if_changed()
    assert not (tmp_path / PAGE).exists()


def test_where_it_is_observed_again_its_page_tells_of_the_water() -> None:
    again = Former(one_station().stations["bridge"], AT)
    told = replace(edition(board_of(one_station(), log_of())), former=[again])
    paths = [sheet.path for sheet in pages.sheets(told)]
    assert paths.count("stations/bridge.html") == 1
    assert len(paths) == len(set(paths))


def test_of_a_wrong_import_of_thousands_those_have_a_page_that_were_observed_last() -> None:
    many = [Discontinued(OLD.model_copy(update={"id": f"s{each}"}), (f"g{each}",)) for each in range(1000)]
    read = {f"g{each}": fake_city.reading(f"g{each}", 1.0, AT + timedelta(seconds=each)) for each in range(1000)}
    found = former(many, {name: Latest(each, each) for name, each in read.items()})
    assert [each.station.id for each in found] == [f"s{999 - each}" for each in range(MOST)]


def test_a_place_in_another_part_of_the_city_is_not_near(tmp_path: Path) -> None:
    far = replace(ENDED, station=OLD.model_copy(update={"lat": 34.53}))
    site(tmp_path, far).publish_if_changed()
    assert 'href="bridge.html"' not in (tmp_path / PAGE).read_text()


def test_it_leads_to_its_area_where_something_is_observed_there() -> None:
    north, registry = {"ja": "北町", "en": "North"}, one_station()
    bridge = registry.stations["bridge"].model_copy(update={"area": north})
    there = registry.model_copy(update={"stations": {"bridge": bridge}})
    page_of = {
        area["ja"]: _page(edition(board_of(there, log_of())), OLD.model_copy(update={"area": area}))
        for area in (north, {"ja": "南町"})
    }
    assert '<a href="../areas/' in page_of["北町"]
    assert "../areas/" not in page_of["南町"]


def _page(told: Edition, station: Station) -> str:
    found = {each.path: each for each in pages.sheets(replace(told, former=[Former(station, AT)]))}
    return found[PAGE].render().decode()
