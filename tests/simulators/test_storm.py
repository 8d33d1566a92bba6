"""Rain over place and time."""

from datetime import timedelta

from simulators.storm import CORE_AFTER_ORIGIN, Place, Storm, demonstration_storm, places
from tests.simulators.city import ORIGIN, city

CENTRE = Place()


def test_rain_is_heaviest_about_the_core_of_the_storm() -> None:
    storm = demonstration_storm(ORIGIN, 3)
    at_core = storm.rain_mm_per_h(CENTRE, ORIGIN + CORE_AFTER_ORIGIN)
    assert 40 < at_core < 130
    assert at_core > 3 * storm.rain_mm_per_h(CENTRE, ORIGIN - timedelta(hours=2)) > 0


def test_no_rain_falls_between_two_storms() -> None:
    event = demonstration_storm(ORIGIN, 3).event(0)
    assert event.rain_mm_per_h(CENTRE, event.ends_at + timedelta(seconds=1)) == 0
    assert event.rain_mm_per_h(CENTRE, event.begins_at - timedelta(seconds=1)) == 0


def test_a_storm_moves_over_the_city() -> None:
    storm = Storm(ORIGIN, 3)
    minutes = [timedelta(minutes=minute) for minute in range(-60, 60)]

    def heaviest(place: Place) -> timedelta:
        return max(minutes, key=lambda after: storm.rain_mm_per_h(place, ORIGIN + after))

    assert heaviest(Place(east_km=-8)) < heaviest(Place(east_km=8))


def test_the_same_seed_brings_the_same_storm_and_another_seed_another_one() -> None:
    rain = [Storm(ORIGIN, seed).rain_mm_per_h(CENTRE, ORIGIN) for seed in (1, 1, 2)]
    assert rain[0] == rain[1] != rain[2]


def test_storms_never_end() -> None:
    storm = Storm(ORIGIN, 5)
    much_later = ORIGIN + timedelta(days=40)
    rain = [storm.rain_mm_per_h(CENTRE, much_later + timedelta(minutes=10 * step)) for step in range(84)]
    assert max(rain) > 30
    assert min(rain) == 0


def test_the_series_of_an_event_is_its_rain_at_every_step() -> None:
    event = Storm(ORIGIN, 2).event(1)
    series = event.rain_series(CENTRE, 60, 900)
    assert len(series) == 900
    assert series[300] == event.rain_mm_per_h(CENTRE, event.begins_at + timedelta(minutes=300))
    assert series[-1] == 0


def test_places_lie_around_the_centre_of_their_city() -> None:
    found = places(list(city(12).stations.values()))
    assert abs(sum(place.east_km for place in found.values())) < 1e-6
    assert 1 < max(place.north_km for place in found.values()) < 10
