"""Readings and pictures through the API: nothing is lost that matters, and nothing is made up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.api.course import thinned
from ingest.readings import Quality, Reading
from ingest.sight.look import PictureFault
from ingest.stations import Quantity
from ingest.store.past.course import step_of
from ingest.store.past.course import thinned as by_step
from ingest.store.protocol import Course
from tests.alerts.duty import prompt
from tests.alerts.eyes import looked_at
from tests.alerts.night import at
from tests.dashboard.api_house import ApiHouse

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Kept:
    """A history over readings in memory, thinned as the store does it."""

    readings: Sequence[Reading]

    def history(
        self, gauge_id: str, since: datetime, until: datetime, quantity: Quantity = Quantity.STAGE
    ) -> list[Reading]:
        """Those of the range."""
        del gauge_id, quantity
        return sorted((each for each in self.readings if since <= each.observed_at <= until), key=_at)

    def course(
        self, gauge_id: str, since: datetime, until: datetime, steps: int, quantity: Quantity = Quantity.STAGE
    ) -> Course:
        """The range, thinned."""
        step = step_of(since, until, steps)
        return Course(by_step(self.history(gauge_id, since, until, quantity), step), step)


def _at(reading: Reading) -> tuple[datetime, int]:
    return reading.observed_at, reading.seq


@st.composite
def records(draw: st.DrawFn) -> list[Reading]:
    """Readings of up to two years: at any second, of any quality, often the same value."""
    seconds = st.integers(0, 2 * 365 * 86400) | st.integers(0, 7200)
    drawn = draw(st.lists(st.tuples(seconds, st.integers(-20, 20), st.sampled_from(Quality)), max_size=60))
    return [
        Reading("g", value / 4, BEGIN + timedelta(seconds=s), BEGIN, f"{number}", quality=quality, seq=number)
        for number, (s, value, quality) in enumerate(drawn, 1)
    ]


@given(records(), st.integers(10, 200), st.integers(1, 2 * 365 * 86400), st.integers(0, 365 * 86400))
def test_thinning_keeps_every_extreme_the_first_and_the_last_and_makes_nothing_up(
    record: list[Reading], points: int, length_s: int, from_s: int
) -> None:
    since = BEGIN + timedelta(seconds=from_s)
    until = since + timedelta(seconds=length_s)
    within = Kept(record).history("g", since, until)
    found = thinned(Kept(record), "g", since, until, points).readings
    assert list(found) == sorted(found, key=_at)
    assert {each.key for each in found} <= {each.key for each in within}
    assert all(each in within for each in found)
    for quality in Quality:
        all_m, kept_m = ([each.stage_m for each in some if each.quality is quality] for some in (within, found))
        assert (min(all_m, default=None), max(all_m, default=None)) == (
            min(kept_m, default=None),
            max(kept_m, default=None),
        )
    if within:
        assert (found[0].observed_at, found[-1].observed_at) == (within[0].observed_at, within[-1].observed_at)


LONG = Kept(
    [replace(prompt(0, (n * 7) % 13), observed_at=BEGIN + timedelta(minutes=n), key=f"{n}") for n in range(720)]
)


@settings(max_examples=25)
@given(st.integers(10, 500), st.integers(3, 60 * 24 * 30))
def test_an_answer_is_never_much_longer_than_was_asked_for(points: int, minutes: int) -> None:
    found = thinned(LONG, "g", BEGIN, BEGIN + timedelta(minutes=minutes), points).readings
    assert len(found) <= max(points, 120) + 4


@pytest.fixture(scope="module")
def storm(house: ApiHouse) -> ApiHouse:
    """Ten hours of ``gakuen`` before dusk, a reading a minute, with one peak and one reading that is suspect."""
    made = [prompt(minute, 1.0 + (minute % 7) / 100, "gakuen-01") for minute in range(-600, 0)]
    made[300] = replace(made[300], value=2.9)
    made[301] = replace(made[301], value=9.0, quality=Quality.SUSPECT)
    house.duty.receive(*made)
    return house


def test_readings_are_thinned_with_their_peak_and_their_doubts(storm: ApiHouse) -> None:
    asked = {"from": at(-600).isoformat(), "to": at(-1).isoformat(), "points": 20}
    said = storm.get("/stations/gakuen/readings", params=asked).json()
    stages = [(each["stage_m"], each["quality"]) for each in said["readings"]]
    assert len(stages) < 40
    assert (2.9, "good") in stages
    assert (9.0, "suspect") in stages
    times = [datetime.fromisoformat(each["observed_at"]) for each in said["readings"]]
    assert (times[0], times[-1]) == (at(-600), at(-1))
    assert (said["gauge_id"], said["whole"]) == ("gakuen-01", True)


def test_a_plus_in_an_address_that_became_a_blank_is_understood(storm: ApiHouse) -> None:
    since, until = (at(minute).isoformat() for minute in (-600, -590))
    answer = storm.get(f"/stations/gakuen/readings?from={since}&to={until}")
    assert "+00:00" in since
    assert len(answer.json()["readings"]) == 11


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/stations/none/readings", 404, "There is no station “none”."),
        ("/stations/bare/readings", 404, "This station has no gauge."),
        ("/stations/fujii/readings?gauge=x", 404, "This station has no gauge “x”: write one of fujii-01."),
        ("/stations/fujii/readings?points=1", 422, "points must be 10 or more."),
        ("/stations/fujii/readings?from=2026-07-02T00:00:00Z&to=2026-07-01T00:00:00Z", 422, "from must be earlier"),
        ("/stations/fujii/readings?from=1960-07-02T00:00:00Z&to=2026-07-01T00:00:00Z", 422, "At most 20 years"),
        ("/stations/fujii/readings?from=yesterday", 422, "Write from like 2026-07-01T21:00:00+09:00."),
        ("/stations/fujii/readings?from=2026-07-01T00:00:00", 422, "Write from with its offset"),
        ("/cameras/none/stills", 404, "There is no camera “none”."),
        ("/cameras/fujii-cam/stills?limit=501", 422, "limit must be 500 or less."),
    ],
)
def test_what_cannot_be_answered_says_why(house: ApiHouse, path: str, status: int, said: str) -> None:
    answer = house.get(path, headers={"Accept-Language": "en"})
    assert answer.status_code == status
    assert answer.json()["detail"].startswith(said)


def test_pictures_come_with_their_own_time_and_what_is_wrong_with_them(house: ApiHouse) -> None:
    files = [looked_at(house.duty.database, at(minute)) for minute in (-30, -25)]
    files.append(looked_at(house.duty.database, at(-20), PictureFault.FROZEN))
    asked = {"from": at(-60).isoformat(), "to": at(0).isoformat()}
    said = house.get("/cameras/fujii-cam/stills", params=asked).json()["stills"]
    assert [each["src"] for each in said] == [f"/still/{file}" for file in files]
    assert [each["faults"] for each in said] == [[], [], ["frozen"]]
    assert datetime.fromisoformat(said[0]["taken_at"]) == at(-30)
    two = house.get("/cameras/fujii-cam/stills", params={**asked, "limit": 2}).json()["stills"]
    assert [each["src"] for each in two] == [said[0]["src"], said[2]["src"]]
    assert [each["id"] for each in house.get("/cameras").json()["cameras"]] == ["fujii-cam", "gakuen-cam"]
