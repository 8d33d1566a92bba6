"""The screen on the wall: nothing dangerous leaves it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import plotly.utils  # type: ignore[import-untyped]
import pytest

from dashboard.staff import overview_callbacks, wall_page
from dashboard.staff.addresses import Page, page_at
from dashboard.staff.facts import OpenAlert, StationFacts
from dashboard.staff.watch import Watch
from tests.dashboard import fake_city
from tests.dashboard.staff_fakes import desk

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
LINE = StationFacts("mizue", 3, "mizue-01", 2.0, None, "unknown", NOW, 1, ())


def said(component: Any) -> str:
    return json.dumps(component, cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False)


def drawn(count: int) -> str:
    return said(wall_page.danger([LINE] * count, fake_city.registry(NOW), Page(place="wall"), NOW))


def test_the_wall_has_an_address_in_both_languages() -> None:
    assert page_at("/en/wall") == Page("en", "wall")
    assert Page(place="wall").path() == "/wall"


def test_every_station_of_hazard_three_or_more_is_on_the_wall_whatever_the_address_filters() -> None:
    watch = Watch(desk(NOW).services)
    shown = said(asyncio.run(overview_callbacks.wall_danger(watch, None, "/wall")))
    assert shown.count('"tile"') == 8
    counted = said(asyncio.run(overview_callbacks.counts(watch, None, "?kind=river&hazard=1", "/wall")))
    assert '"children": "8"' in counted  # of the calm ones, which a filter for rivers would not all show


def test_a_danger_that_falls_stays_while_its_alert_is_in_force() -> None:
    falling = replace(LINE, hazard=2, notified=OpenAlert(4, NOW, unconfirmed=False))
    assert wall_page.in_danger([falling]) == [falling]
    assert wall_page.lesser([falling]) == []


@pytest.mark.parametrize(
    ("count", "size"), [(6, "huge"), (10, "large"), (20, "middle"), (36, "small"), (80, "tiny"), (97, "tiny")]
)
def test_more_stations_stand_closer_and_none_is_left_out_in_silence(count: int, size: str) -> None:
    shown = drawn(count)
    assert f"tiles-{size}" in shown
    assert shown.count('"tile"') == min(count, wall_page.MOST)
    assert ("ほかに危険度3以上が 17 地点" in shown) == (count == 97)


def test_a_calm_city_says_so_and_shows_what_is_nearest_to_danger() -> None:
    low, calm = replace(LINE, hazard=2), replace(LINE, hazard=0)
    shown = said(wall_page.danger([low, calm], fake_city.registry(NOW), Page("en", "wall"), NOW))
    assert "No station has hazard 3 or more" in shown
    assert shown.count('"tile"') == 1


def test_the_wall_always_says_how_many_alerts_wait() -> None:
    assert "確認待ち 2件" in said(wall_page.waiting_line(2, urgent=True, language="ja"))
    assert "waits-urgent" in said(wall_page.waiting_line(2, urgent=True, language="ja"))
    assert "確認待ちなし" in said(wall_page.waiting_line(0, urgent=False, language="ja"))
