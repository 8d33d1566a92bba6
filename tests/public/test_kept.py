"""What is kept from one publication to the next never shows: files are those that would be made afresh."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from alerts.records import Maintenance
from dashboard.public import data, pages
from dashboard.public.edition import Edition
from dashboard.public.memo import Memo
from dashboard.public.settings import PublicSettings
from dashboard.public.sheets import Sheet
from dashboard.views import board
from ingest.readings import Quality
from tests.dashboard import fake_city
from tests.dashboard.fakes import FakeLog, storm
from tests.public.fakes import NOW, Site, edition

STEPS = 30
QUALITIES = (Quality.GOOD, Quality.GOOD, Quality.GOOD, Quality.SUSPECT, Quality.BAD)
FEW = PublicSettings(most_listed=4)
"""A list that most spots of the city are not on."""


def city(log: FakeLog, at: datetime, works: list[Maintenance], settings: PublicSettings) -> Edition:
    registry = fake_city.registry(NOW)
    recent = log.recent(at - timedelta(minutes=60))
    return edition(board(registry, log.latest(), recent, log.cameras(), at, works), settings=settings)


def sheets(of: Edition) -> list[Sheet]:
    return [*pages.sheets(of), *data.sheets(of)]


def course(chance: random.Random, step: timedelta) -> Iterator[tuple[FakeLog, datetime, list[Maintenance]]]:
    """A storm that goes on: a few readings at each step, work on gauges, silences; through midnight where time goes."""
    log, at, works = storm(NOW), NOW, list[Maintenance]()
    gauges = sorted(fake_city.registry(NOW).gauges)
    for _ in range(STEPS):
        yield log, at, works
        at += step
        for gauge_id in chance.sample(gauges, chance.randrange(3)):
            stage_m = round(chance.uniform(0.0, 6.0), 3)
            log.add(fake_city.reading(gauge_id, stage_m, at - timedelta(minutes=1), chance.choice(QUALITIES)))
        if chance.random() < 0.2:
            station = chance.choice(sorted(fake_city.registry(NOW).stations))
            works = [Maintenance(station, "当番", "点検", at, at + timedelta(hours=2))]


@pytest.mark.parametrize("settings", [PublicSettings(), FEW], ids=["all", "few"])
@pytest.mark.parametrize("seed", [1, 2])
def test_every_file_is_the_one_that_is_made_afresh(seed: int, settings: PublicSettings) -> None:
    memo, changed = Memo(), 0
    before: dict[str, bytes] = {}
    for log, at, works in course(random.Random(seed), timedelta(minutes=37)):
        kept = {each.path: each.render() for each in sheets(replace(city(log, at, works, settings), memo=memo))}
        assert kept == {each.path: each.render() for each in sheets(city(log, at, works, settings))}
        changed += kept != before
        before = kept
    assert changed == STEPS


@pytest.mark.parametrize("settings", [PublicSettings(), FEW], ids=["all", "few"])
@pytest.mark.parametrize("seed", [3, 4])
def test_a_file_whose_facts_are_as_before_would_say_the_same(seed: int, settings: PublicSettings) -> None:
    memo, same, other = Memo(), 0, 0
    before: dict[str, tuple[object, bytes]] = {}
    for log, at, works in course(random.Random(seed), timedelta(0)):
        now = sheets(replace(city(log, at, works, settings), memo=memo))
        made = {each.path: (each.facts, each.render()) for each in now}
        for path, (facts, body) in made.items():
            known = before.get(path)
            if known and known[0] == facts:
                assert body == known[1], path
                same += 1
            elif known:
                other += 1
        before = made
    assert same > STEPS
    assert other > STEPS


def test_a_spot_that_is_not_listed_and_keeps_its_sign_leaves_the_overview_as_it_is(tmp_path: Path) -> None:
    site = Site(tmp_path / "site", FEW)
    site.publish()
    listed = site.page()
    registry = fake_city.registry(NOW)
    gauge = next(each for each in registry.gauges.values() if f'spot-{each.station_id}"' not in listed)
    stage_m = site.log.latest()[gauge.id].reading.value + 0.01
    site.log.add(fake_city.reading(gauge.id, stage_m, NOW))
    site.clock.at += timedelta(seconds=5)
    assert site.publish()
    assert site.page() == listed
    assert f"{stage_m:.2f}" in site.page(f"stations/{gauge.station_id}.html")
