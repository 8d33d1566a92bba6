"""What is kept from one publication to the next never shows: files are those that would be made afresh."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from dashboard.public.memo import Memo
from dashboard.public.pages import notice_board
from dashboard.public.settings import PublicSettings
from dashboard.public.signs import order
from dashboard.public.words.languages import LANGUAGES
from ingest.clock import JST
from ingest.readings import Quality
from ingest.stations import Registry
from tests.dashboard import fake_city
from tests.public.fakes import NOW, Site, board_of, edition, log_of, one_station
from tests.public.lively_city import LivelyCity

Made = TypeVar("Made")
STEPS = 14
FEW = PublicSettings(most_listed=4, address="https://levels.city.example/")
"""A list that most spots of the city are not on."""
VIETNAMESE = PublicSettings(languages=("ja", "easy", "en", "vi"), reviewed={"vi": "by a speaker"})
LISTS = {"all": VIETNAMESE, "few": FEW}


class Forgetful(Memo):
    """A memo that keeps nothing."""

    def of(self, name: Hashable, facts: object, make: Callable[[], Made]) -> Made:
        self._kept.clear()
        return super().of(name, facts, make)

    def same(self, name: Hashable, found: Made) -> Made:
        self._kept.clear()
        return super().same(name, found)


@pytest.mark.parametrize("settings", LISTS.values(), ids=list(LISTS))
@pytest.mark.parametrize("passes", [timedelta(0), timedelta(minutes=67)], ids=["at-once", "through-midnight"])
def test_every_file_is_the_one_that_is_made_afresh_and_of_equal_facts_the_same(
    passes: timedelta, settings: PublicSettings
) -> None:
    city, memo = LivelyCity(7, settings), Memo()
    before: dict[str, tuple[object, bytes]] = {}
    compared, same = 0, 0
    for _ in range(STEPS):
        kept, afresh = city.sheets(memo), city.sheets(Forgetful())
        assert kept.keys() == afresh.keys()
        now: dict[str, tuple[object, bytes]] = {}
        for path, sheet in kept.items():
            known = before.get(path)
            is_same = known is not None and known[0] == sheet.facts
            assert sheet.facts == afresh[path].facts, path
            if is_same and passes:
                now[path] = (sheet.facts, b"")  # another time stands in it
                continue
            body = sheet.render()
            assert body == afresh[path].render(), path
            assert not (is_same and known) or body == known[1], f"{path} changed, and its facts did not"
            now[path], compared, same = (sheet.facts, body), compared + 1, same + is_same
        before = now
        city.step(passes)
    assert compared > 5 * STEPS
    assert bool(same) == (not passes)


def test_where_midnight_passes_every_page_that_prints_times_is_made_anew() -> None:
    """And nothing else happens: a time of today is one of yesterday then."""
    city, memo = LivelyCity(3, FEW), Memo()
    city.at = datetime(2026, 7, 1, 23, 59, 59, tzinfo=JST)
    before = city.sheets(memo)
    city.at += timedelta(seconds=1)
    now = city.sheets(memo)
    same = {re.sub(r"^(easy|en)/", "", path) for path in now if now[path].facts == before[path].facts}
    assert same == {
        *("places.html", "places.json", "levels.html", "404.html", "robots.txt"),
        *(path for path in same if path.startswith("data/")),
    }


def test_the_notice_board_changes_with_a_spot_that_it_lists_and_with_the_count_of_those_below() -> None:
    registry, memo = one_station(twins=20), Memo()
    stages = {f"twin-{number}": 4.5 - number * 0.02 for number in range(1, 21)}

    def facts() -> object:
        log = log_of(*((each, stage_m, 1, Quality.GOOD) for each, stage_m in stages.items()))
        told = replace(edition(board_of(registry, log)), memo=memo)
        return next(each.facts for each in notice_board.sheets(told, LANGUAGES[0]))

    first = facts()
    stages["twin-20"] = 4.11
    assert facts() == first, "too far below to be listed"
    stages["twin-20"] = 3.5
    counted = facts()
    assert counted != first
    stages["twin-2"] -= 0.01
    assert facts() != counted


def test_a_spot_that_is_not_listed_and_keeps_its_sign_leaves_the_overview_as_it_is(tmp_path: Path) -> None:
    site = Site(tmp_path / "site", FEW)
    site.publish()
    listed = site.page()
    gauge = next(each for each in _registry().gauges.values() if f'spot-{each.station_id}"' not in listed)
    stage_m = site.log.latest()[gauge.id].reading.value + 0.01
    site.log.add(fake_city.reading(gauge.id, stage_m, NOW))
    site.clock.at += timedelta(seconds=5)
    assert site.publish()
    assert site.page() == listed
    assert f"{stage_m:.2f}" in site.page(f"stations/{gauge.station_id}.html")


def test_an_import_between_two_looks_at_the_registry_leaves_nothing_of_the_old_one(tmp_path: Path) -> None:
    """Its revision was looked at before it, and the registry after it."""
    site, afresh = Site(tmp_path / "site"), Site(tmp_path / "afresh")
    site.publish()
    old = _registry()
    first = next(iter(old.stations))
    items: list[Any] = [*old.stations.values(), *old.gauges.values(), *old.cameras.values()]
    left = [each for each in items if getattr(each, "station_id", each.id) != first]
    new = Registry.of(old.city, left, {"ja": {"river": {1: "ようすを見る"}}})
    for each in (site, afresh):
        each.store.current = new
        each.log.add(fake_city.reading("mizue-01", 1.2, NOW))
        each.clock.at = NOW + timedelta(seconds=5)
        assert each.publish()
    assert f'data-states-of="{order(new)}"' in site.page()
    assert json.loads(site.page("places.json"))["of"] == order(new)
    files = [each.relative_to(tmp_path / "afresh") for each in (tmp_path / "afresh").rglob("*") if each.is_file()]
    assert len(files) > 100
    for file in files:
        assert (tmp_path / "site" / file).read_bytes() == (tmp_path / "afresh" / file).read_bytes(), file


def _registry() -> Registry:
    return fake_city.registry(NOW)
