from __future__ import annotations

import re

from dashboard.public.areas import OTHER
from dashboard.public.edition import Edition
from dashboard.public.pages import area, station
from dashboard.public.words.languages import JA
from ingest.readings import Quality
from ingest.registry_files import remarks
from ingest.stations import Registry
from tests.public.fakes import board_of, edition, log_of, one_station

FIRST, SECOND = {"ja": "中央", "en": "Centre"}, {"ja": "中央", "en": "Chuo"}


def spelt_in_two_ways(twins: int = 1) -> Registry:
    """The bridge and its first twin lie in one area, and only its Japanese name is the same at both."""
    plain = one_station(twins=twins)
    names = {"bridge": FIRST, "twin-1": SECOND}
    placed = [each.model_copy(update={"area": names.get(each.id)}) for each in plain.stations.values()]
    return Registry.of(plain.city, [*placed, *plain.gauges.values()])


def told(registry: Registry, bridge_m: float, twin_m: float) -> Edition:
    log = log_of(("bridge-1", bridge_m, 5, Quality.GOOD), ("twin-1", twin_m, 5, Quality.GOOD))
    return edition(board_of(registry, log))


def test_the_name_and_the_address_of_an_area_are_the_same_whichever_of_its_waters_is_the_worse() -> None:
    one, other = told(spelt_in_two_ways(), 4.2, 0.1), told(spelt_in_two_ways(), 0.2, 4.1)
    assert [each.spots[0].station.id for each in (*one.areas, *other.areas)] == ["bridge", "twin-1"]
    assert [(each.slug, each.name) for each in one.areas] == [(each.slug, each.name) for each in other.areas]


def test_every_page_of_a_station_leads_to_a_page_of_its_area_that_there_is() -> None:
    of = told(spelt_in_two_ways(twins=2), 0.2, 4.1)
    pages = {each.path for each in area.sheets(of, JA)}
    led = [re.findall(rb'href="\.\./(areas/[^"]+)"', each.render()) for each in station.sheets(of, JA)]
    assert len(pages) == 2
    assert f"areas/{OTHER}.html" in pages
    assert {path.decode() for paths in led for path in paths} == pages


def test_an_area_that_is_spelt_in_two_ways_is_named_with_the_station_where_the_other_one_stands() -> None:
    [sentence] = remarks(spelt_in_two_ways())
    assert "中央" in sentence
    assert 'en = "Centre"' in sentence
    assert 'station twin-1, which has ja = "中央", en = "Chuo"' in sentence
    assert list(remarks(one_station(twins=1))) == []
