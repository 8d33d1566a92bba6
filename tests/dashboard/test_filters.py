"""What is chosen of the city, as laws, and that nothing dangerous is hidden in silence."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from dashboard import filters
from dashboard.filters import DIMENSIONS, STATES, Choice, choice_in, shown
from dashboard.staff.watch import Watch
from dashboard.views import Board
from ingest.stations import Registry, StationKind
from tests.dashboard.staff_fakes import desk

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
AREAS = ("旧市街", "因島 & 向島", "a=b?c#d")
DEPARTMENTS = ("下水道課", "土木課")


def divided(registry: Registry) -> Registry:
    """The city with areas and departments, and with stations that have none."""
    stations = {
        station.id: station.model_copy(
            update={
                "area": {"ja": AREAS[number % 4]} if number % 4 < len(AREAS) else None,
                "department": {"ja": DEPARTMENTS[number % 3]} if number % 3 < len(DEPARTMENTS) else None,
            }
        )
        for number, station in enumerate(registry.stations.values())
    }
    return registry.model_copy(update={"stations": stations})


def seen() -> Board:
    at_desk = desk(NOW)
    assert at_desk.registry.current
    at_desk.registry.current = divided(at_desk.registry.current)
    found = Watch(at_desk.services).look().board
    assert found
    return found


SEEN = seen()
choices = st.builds(
    Choice,
    kind=st.frozensets(st.sampled_from([str(kind) for kind in StationKind])),
    area=st.frozensets(st.sampled_from(AREAS)),
    department=st.frozensets(st.sampled_from(DEPARTMENTS)),
    hazard=st.frozensets(st.sampled_from(STATES)),
    calm=st.booleans(),
)


def ids(choice: Choice) -> set[str]:
    return {view.station.id for view in shown(SEEN, choice)}


@given(choices)
def test_the_address_says_exactly_what_is_chosen(choice: Choice) -> None:
    assert choice_in(choice.search(), SEEN.registry) == choice


@given(choices)
def test_what_no_dimension_chooses_is_everything_and_each_choice_only_narrows(choice: Choice) -> None:
    assert ids(choice.without(*DIMENSIONS)) == {view.station.id for view in SEEN.stations}
    for dimension in DIMENSIONS:
        assert ids(choice) <= ids(choice.without(dimension))


@given(choices, choices)
def test_dimensions_hold_together(one: Choice, other: Choice) -> None:
    kind_of_one = other.without("kind").turned("kind", "river")
    assert ids(kind_of_one) == ids(other.without("kind")) & ids(Choice(kind=frozenset({"river"})))
    assert ids(one) == set.intersection(*(ids(one.without(*set(DIMENSIONS) - {each})) for each in DIMENSIONS))


@given(choices, st.sampled_from(STATES))
def test_a_second_click_takes_a_choice_back(choice: Choice, state: str) -> None:
    assert choice.turned("hazard", state).turned("hazard", state) == choice


@given(choices)
def test_what_a_filter_hides_of_high_hazard_is_counted(choice: Choice) -> None:
    high = {view.station.id for view in SEEN.stations if (view.hazard or 0) >= 3}
    assert filters.left_out(SEEN, choice) == len(high - ids(choice))


@given(choices)
def test_the_order_stays_worst_first(choice: Choice) -> None:
    order = [view.station.id for view in SEEN.stations]
    found = [view.station.id for view in shown(SEEN, choice)]
    assert found == [each for each in order if each in set(found)]


def test_a_word_that_is_no_area_shows_too_much_rather_than_nothing() -> None:
    assert choice_in("?area=Atlantis&kind=volcano&hazard=9", SEEN.registry) == Choice()
    assert choice_in("?area=Atlantis&hazard=4", SEEN.registry) == Choice(hazard=frozenset({"4"}))


def test_a_silent_station_is_found_by_its_silence_and_by_its_hazard() -> None:
    silent = ids(Choice(hazard=frozenset({"silent"})))
    assert "asahi-bridge" in silent
    assert "asahi-bridge" in ids(Choice(hazard=frozenset({"3"})))
    assert "hongo-bridge" not in silent
