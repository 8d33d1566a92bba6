"""A message that comes again says how things are by now, and not how they were when it was told first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy import select

from alerts.dispatch.dispatch import NoLinks, Surroundings
from alerts.engine.present import of_clock, of_reading
from alerts.engine.settings import AlertSettings
from alerts.incidents.course import Policy
from alerts.incidents.escalator import Escalator
from alerts.messages.told import Context
from alerts.people import Directory
from alerts.rules.course import Course, Sample
from alerts.store.tables import deliveries
from ingest.readings import Reading
from tests.alerts.duty import prompt
from tests.alerts.night import GAUGE, REGISTRY, at, transition
from tests.alerts.test_pump_alerts import PumpHouse
from tests.alerts.town import contact, group, people, route
from tests.pumping import REGISTRY as PUMPING
from tests.pumping import running, stage

ESCALATION = [
    {"min_level": 3, "steps": [{"after_s": 900}]},
    {"min_level": 4, "steps": [{"after_s": 900}], "repeat_s": 600},
]
SETTINGS = AlertSettings.model_validate({"escalation": ESCALATION})
ON_CALL = Directory(
    people(
        [contact("duty"), contact("phone", "sms", language="en")],
        [group("duty"), group("phones", members=["phone"])],
        [route("all", "duty", "phones", min_level=1)],
    )
)


@dataclass
class Watch(PumpHouse):
    """A pump station, and whoever is called again."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.ledger._policy = Policy(SETTINGS.escalation)
        keys = count()
        around = Surroundings(
            lambda: ON_CALL,
            lambda: Context(self.registry(), self.clock.now()),
            NoLinks(),
            lambda: f"key-{next(keys)}",
        )
        self.escalator = Escalator(self.database, Policy(SETTINGS.escalation), around, by_now=self.engine.by_now)

    def go(self, minutes: Sequence[int], *said: Reading) -> None:
        """Looks at some minutes: what was observed since the one before is heard, and whoever is due is called."""
        since = at(-1)
        for minute in minutes:
            self.receive(*(each for each in said if since < each.observed_at <= at(minute)))
            since = self.clock.at = at(minute)
            self.engine.turn()
            self.tick()
            self.escalator.turn(at(minute))

    def calls(self) -> Iterator[tuple[str, str]]:
        """Subject and body of every call."""
        with self.database.connect() as connection:
            rows = connection.execute(select(deliveries).order_by(deliveries.c.id)).all()
        return ((row.subject, row.body) for row in rows)


LOOKS = (0, 5, 7, 20, 22)
"""Minutes: the pump stops at the second, is told at the third, and others are called at the last."""


@pytest.fixture
def watch(database: Database) -> Watch:
    made = Watch(database)
    made.clock.at = at(0)
    made.serve(PUMPING)
    return made


def test_a_call_about_an_idle_pump_says_the_stage_by_now_and_how_long_it_has_stood_still(watch: Watch) -> None:
    """It stops at minute 5 in 1.25 m, is told at minute 7, and nobody answers while the water rises to 1.42 m."""
    minutes = range(24)
    water = [stage(minute, round(1.2 + 0.01 * minute, 3)) for minute in minutes]
    watch.go(LOOKS, *water, *(running(minute, float(minute < 5)) for minute in minutes))
    (subject, body), (_, short) = watch.calls()
    assert "内水位 1.42 m 18:22" in subject
    assert "いまの状況（7月1日 18:22）: 内水位 1.42 m、1時間あたり 0.60 m 上昇" in body
    assert "水位が高いのに動いていない時間: 17分（7月1日 18:05 から）" in body
    assert "内水位: 1.42 m（7月1日 18:22）" in body
    assert "気づいた時刻: 7月1日 18:07" in body
    assert "1.27" not in body  # what it was when it was told first
    assert "inner 1.42m" in short


def test_a_call_about_a_pump_that_has_just_started_says_so(watch: Watch) -> None:
    minutes = range(24)
    water = [stage(minute, 1.3) for minute in minutes]
    watch.go(LOOKS, *water, *(running(minute, float(minute < 5 or minute >= 20)) for minute in minutes))
    (_, body), _ = watch.calls()
    assert "7月1日 18:20からは、その状態ではありません。続けば終了します。" in body
    assert "動いていない時間" not in body


def test_a_call_about_a_river_says_the_stage_by_now(watch: Watch) -> None:
    watch.serve(REGISTRY)
    watch.go((0, 15), *(prompt(minute, 3.2 + 0.02 * minute) for minute in range(0, 31, 5)))
    (subject, body), (_, short) = watch.calls()
    assert "（いま 3.50 m 18:15）" in subject
    assert "いまの状況（7月1日 18:15）: 水位 3.50 m、1時間あたり 1.20 m 上昇" in body
    assert "水位: 3.20 m" in body  # what it was told by, with its own time
    assert "now 3.50m 18:15JST" in short


def test_nothing_newer_is_no_present_figure() -> None:
    told = transition()
    assert of_reading(told, Course()) == told
    assert of_reading(told, Course((Sample(told.observed_at, 4.2),))) == told
    newer = of_reading(told, Course((Sample(told.observed_at + timedelta(minutes=5), 4.4),)))
    assert (newer.detail["now_m"], "now_m_per_h" in newer.detail) == (4.4, False)
    assert of_clock(told, None, None, at(60)) == told
    assert told.subject_id == GAUGE.id
