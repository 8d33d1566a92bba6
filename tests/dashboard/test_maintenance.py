"""Work on a gauge on the screens: the public sees no level, whatever it says; staff see it marked."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from alerts.records import Maintenance
from dashboard.figures import GraphWords, hydrograph
from dashboard.public.publisher import Publisher
from dashboard.public.spots import PublicGauge, State, spots
from dashboard.staff.facts import flags
from dashboard.staff.station import gauge_table
from dashboard.views import Board, board
from ingest.readings import Quality
from ingest.store.protocol import Course
from tests.dashboard.fakes import FakeLog, FakeRegistryStore
from tests.public.fakes import NOW, SetClock, edition, log_of, one_station, overview

GOOD = Quality.GOOD


def work(begin: float = -60, end: float = 60, *gauge_ids: str) -> Maintenance:
    """Work on the bridge's gauges, in minutes from now."""
    begins_at, ends_at = NOW + timedelta(minutes=begin), NOW + timedelta(minutes=end)
    return Maintenance("bridge", "業者", "センサー交換", begins_at, ends_at, gauge_ids, id=3)


def seen(log: FakeLog, *works: Maintenance, gauges: int = 1) -> Board:
    """The board with this work."""
    return board(one_station(gauges=gauges), log.latest(), {}, {}, NOW, works)


def told(log: FakeLog, *works: Maintenance, gauges: int = 1) -> tuple[PublicGauge, ...]:
    (spot,) = spots(seen(log, *works, gauges=gauges))
    return spot.gauges


def test_the_public_sees_no_level_of_a_gauge_that_is_worked_on_neither_a_new_one_nor_the_old() -> None:
    for stage_m in (0.5, 7.37):
        (gauge,) = told(log_of(("bridge-1", 0.4, 90, GOOD), ("bridge-1", stage_m, 5, GOOD)), work())
        assert (gauge.state, gauge.hazard, gauge.stage_m, gauge.observed_at) == (State.MAINTENANCE, None, None, None)
    html = overview(edition(seen(log_of(("bridge-1", 7.37, 5, GOOD)), work())), "ja")
    assert "点検中" in html
    assert "7.37" not in html
    english = overview(edition(seen(log_of(("bridge-1", 7.37, 5, GOOD)), work())), "en")
    assert "under maintenance and being checked" in english


def test_the_low_level_of_another_gauge_does_not_stand_for_a_station_and_its_danger_is_told() -> None:
    log = log_of(("bridge-1", 0.5, 5, GOOD), ("bridge-2", 0.5, 5, GOOD))
    assert [each.state for each in told(log, work(-60, 60, "bridge-1"), gauges=2)] == [State.MAINTENANCE]
    log = log_of(("bridge-1", 0.5, 5, GOOD), ("bridge-2", 4.5, 5, GOOD))
    assert [each.state for each in told(log, work(-60, 60, "bridge-1"), gauges=2)] == [State.LEVEL, State.MAINTENANCE]


def test_what_was_observed_during_work_is_no_level_after_it_until_something_newer_comes() -> None:
    ended = work(-60, -3)
    (gauge,) = told(log_of(("bridge-1", 7.37, 5, GOOD)), ended)
    assert gauge.state is State.BEING_CHECKED
    (gauge,) = told(log_of(("bridge-1", 7.37, 5, GOOD), ("bridge-1", 0.6, 1, GOOD)), ended)
    assert (gauge.state, gauge.stage_m) == (State.LEVEL, 0.6)


@pytest.mark.parametrize(("held_m", "during", "after"), [(3.0, (15, 13, 11), (8, 5, 2)), (0.0, (40, 30, 20), (9, 1))])
def test_what_was_observed_during_work_makes_no_trend_after_it(
    held_m: float, during: tuple[float, ...], after: tuple[float, ...]
) -> None:
    held = [("bridge-1", held_m, minutes, GOOD) for minutes in during]
    log = log_of(*held, *(("bridge-1", 0.4, minutes, GOOD) for minutes in after))
    recent = log.recent(NOW - timedelta(hours=1))
    for works, trends in (([work(-60, -10)], {"unknown"}), ([work(-600, -90)], {"rising", "falling"})):
        seen_now = board(one_station(), log.latest(), recent, {}, NOW, works)
        (spot,) = spots(seen_now)
        assert (spot.worst.state, spot.worst.stage_m) == (State.LEVEL, 0.4)
        assert spot.worst.trend in trends
        assert seen_now.stations[0].gauges[0].trend in {"rising", "falling"}, "staff see what it is"


def test_planned_work_and_work_elsewhere_hide_nothing() -> None:
    log = log_of(("bridge-1", 4.5, 5, GOOD))
    elsewhere = Maintenance("twin-1", "業者", "点検", NOW - timedelta(hours=1), NOW + timedelta(hours=1))
    for each in (work(10, 60), work(-60, 60, "bridge-2"), elsewhere):
        (gauge,) = told(log, each)
        assert gauge.state is State.LEVEL


def test_staff_see_the_value_with_a_mark() -> None:
    (view,) = seen(log_of(("bridge-1", 4.5, 5, GOOD)), work()).stations
    assert (view.hazard, flags(view)) == (4, ("maintenance",))
    table = str(gauge_table(view, "ja", NOW))
    assert "4.50" in table
    assert "作業中" in table
    (after,) = seen(log_of(("bridge-1", 4.5, 5, GOOD)), work(-60, -3)).stations
    assert flags(after) == ("held_over",)


def test_the_hydrograph_shades_the_work_within_its_span() -> None:
    (view,) = seen(log_of(("bridge-1", 4.5, 5, GOOD)), work()).stations
    words = GraphWords("", "", "", "", "", {}, "作業中")
    since = NOW - timedelta(hours=6)
    spans = [(NOW - timedelta(hours=1), NOW + timedelta(hours=1)), (NOW - timedelta(days=2), NOW - timedelta(days=1))]
    figure = hydrograph(view.gauges[0], Course([], timedelta(minutes=1)), since, NOW, words, works=spans)
    shaded = [each for each in figure.layout.shapes if each.yref == "y domain"]
    assert [(each.x0.hour, each.x1.hour, each.x1.minute) for each in shaded] == [(9, 10, 42)]
    assert "作業中" in [each.text for each in figure.layout.annotations]


class Works:
    """A log of work that a test writes."""

    def __init__(self) -> None:
        self.known: list[Maintenance] = []

    def maintenance(self, since: object) -> list[Maintenance]:
        del since
        return self.known


def test_the_page_is_published_at_once_when_work_begins_and_ends(tmp_path: Path) -> None:
    clock, works = SetClock(), Works()
    log = log_of(("bridge-1", 4.5, 5, GOOD))
    publisher = Publisher(tmp_path, log, FakeRegistryStore(one_station()), clock, maintenance=works)
    assert publisher.publish_if_changed()
    assert not publisher.publish_if_changed()
    works.known = [work(0, 10)]
    assert publisher.publish_if_changed()
    assert "点検中" in (tmp_path / "index.html").read_text()
    assert not publisher.publish_if_changed()
    clock.at += timedelta(minutes=10)
    log.add(log_of(("bridge-1", 4.6, -10, GOOD)).latest()["bridge-1"].reading)
    assert publisher.publish_if_changed()
    assert "点検中" not in (tmp_path / "index.html").read_text()
