"""A city in which all that the site tells of changes by chance: water, pumps, works, pictures, messages, levels."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from alerts.issued import Announced, IssuedLevel
from alerts.public.records import Step
from alerts.public.scope import Scope
from alerts.records import Maintenance
from dashboard.public import data, pages
from dashboard.public.course import Course24
from dashboard.public.edition import Edition
from dashboard.public.former import Former
from dashboard.public.memo import Memo
from dashboard.public.messages import Chain, Messages, Said
from dashboard.public.messages import Told as Sent
from dashboard.public.pictures import PublicPicture, Told
from dashboard.public.settings import PublicSettings
from dashboard.public.sheets import Sheet
from dashboard.views import board
from deploy.demo import demonstration
from ingest.readings import Quality, Reading
from ingest.registry_files import load
from ingest.stations import Gauge, Quantity, Registry, ThresholdSet
from ingest.store.protocol import Latest
from tests.public.fakes import NOW, edition

QUALITIES = (Quality.GOOD, Quality.GOOD, Quality.GOOD, Quality.GOOD, Quality.SUSPECT, Quality.BAD)
PER_GAUGE = 5
PUBLIC_CAMERAS = 6


@dataclass
class LivelyCity:
    """The demonstration city; ``step`` lets a few things happen, ``edition`` is what is told then."""

    seed: int
    settings: PublicSettings
    at: datetime = NOW
    registry: Registry = field(default_factory=lambda: lively(load(demonstration("city.toml"))))

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._latest: dict[str, Latest] = {}
        self._good: dict[str, list[Reading]] = {}
        self._states: dict[tuple[str, Quantity], Reading] = {}
        self._works: list[Maintenance] = []
        self._issued: list[IssuedLevel] = []
        self._pictures: dict[str, PublicPicture] = {}
        self._chains: dict[int, Chain] = {}
        self._count = 0
        some = next(iter(self.registry.stations.values()))
        self._former = Former(some.model_copy(update={"id": "former", "lat": some.lat + 0.001}), NOW)
        for gauge in self.registry.gauges.values():
            if self._chance.random() < 0.9:
                self._observe(gauge)

    def edition(self, memo: Memo) -> Edition:
        """What is told now, with what was kept."""
        seen = board(
            self.registry, dict(self._latest), dict(self._good), {}, self.at, list(self._works), dict(self._states)
        )
        until = self.at.replace(minute=0, second=0) + timedelta(hours=1)
        courses = {
            each: Course24(until, tuple((row.observed_at, row.value) for row in rows))
            for each, rows in self._good.items()
        }
        return replace(
            edition(seen, settings=self.settings),
            pictures=tuple(self._pictures.values()),
            issued=tuple(self._issued),
            courses=courses,
            messages=Messages(tuple(self._chains.values())),
            former=[self._former],
            memo=memo,
        )

    def sheets(self, memo: Memo) -> dict[str, Sheet]:
        """The pages and the open data, by path."""
        told = self.edition(memo)
        return {each.path: each for each in (*pages.sheets(told), *data.sheets(told))}

    def step(self, passes: timedelta) -> None:
        """Time passes, and up to three things happen."""
        self.at += passes
        happens: list[Callable[[], object]] = [
            *[self._some_gauge] * 5,
            self._some_pumps,
            self._some_work,
            self._some_level,
            self._some_picture,
            self._some_message,
        ]
        for _ in range(self._chance.randrange(4)):
            self._chance.choice(happens)()

    def _some_gauge(self) -> None:
        self._observe(self._chance.choice(list(self.registry.gauges.values())))

    def _observe(self, gauge: Gauge) -> None:
        levels = [stage_m for each in gauge.thresholds for stage_m in each.levels.values()] or [0.3, 1.0]
        calm = self._chance.random() < 0.6
        stage_m = round(self._chance.uniform(0.0, min(levels) * 0.9 if calm else max(levels) * 1.1), 3)
        read = self._reading(gauge.id, stage_m, Quantity.STAGE, self._chance.choice(QUALITIES))
        before = self._latest.get(gauge.id)
        good = read if read.quality is Quality.GOOD else before.good if before else None
        self._latest[gauge.id] = Latest(read, good)
        if good is read:
            self._good[gauge.id] = [*self._good.get(gauge.id, [])[-PER_GAUGE:], read]

    def _reading(self, device: str, value: float, quantity: Quantity, quality: Quality = Quality.GOOD) -> Reading:
        self._count += 1
        at = self.at - timedelta(seconds=self._chance.randrange(60))
        return Reading(device, value, at, at, f"{self._count}", quantity, quality, seq=self._count)

    def _some_pumps(self) -> None:
        for pump in self._chance.sample(sorted(self.registry.pumps), 3):
            runs = self._reading(pump, float(self._chance.random() < 0.5), Quantity.RUNNING)
            self._states[(pump, Quantity.RUNNING)] = runs

    def _some_work(self) -> None:
        station = self._chance.choice(sorted(self.registry.stations))
        work = Maintenance(station, "当番", "点検", self.at - timedelta(minutes=5), self.at + timedelta(hours=1))
        self._works = [work] if self._chance.random() < 0.7 else []

    def _some_level(self) -> None:
        area, station = self._chance.choice(
            [("", ""), (self._chance.choice(sorted(self.registry.areas)), ""), ("", self._some_station())]
        )
        said = Announced(self._chance.randrange(1, 6), "市長", self.at, area, station)
        self._issued = [IssuedLevel(said, "当番", self.at)] if self._chance.random() < 0.7 else []

    def _some_picture(self) -> None:
        camera = self._chance.choice(sorted(self.registry.cameras)[:PUBLIC_CAMERAS])
        file = f"pictures/{camera}"
        shown = PublicPicture(camera, Told.SHOWN, f"{file}.jpg", self.at, 64, 36, f"{file}-s.jpg")
        self._pictures[camera] = shown if self._chance.random() < 0.6 else PublicPicture(camera, Told.NONE)

    def _some_message(self) -> None:
        self._count += 1
        station = self.registry.stations[self._some_station()]
        areas = frozenset({station.area["ja"]} if station.area else ())
        sent = Sent(
            identifier=f"message-{self._count}",
            step=self._chance.choice(list(Step)),
            gravity=self._chance.randrange(1, 6),
            sent_at=self.at,
            expires_at=self.at + timedelta(hours=1),
            said={each: Said(f"見出し{self._count}", "説明", "行動", (), "場所") for each in ("ja", "en")},
        )
        number = self._count % 3 + 1
        self._chains[number] = Chain(number, (sent,), Scope(frozenset({station.id}), areas))

    def _some_station(self) -> str:
        return self._chance.choice(sorted(self.registry.stations))


def lively(registry: Registry) -> Registry:
    """Every third gauge gets other thresholds in the next two days."""
    gauges = {
        gauge.id: gauge if number % 3 else _raised(gauge, NOW + timedelta(hours=1.5 * number))
        for number, gauge in enumerate(registry.gauges.values())
    }
    return registry.model_copy(update={"gauges": gauges})


def _raised(gauge: Gauge, at: datetime) -> Gauge:
    if not gauge.thresholds:
        return gauge
    levels = {hazard: stage_m + 0.2 for hazard, stage_m in gauge.thresholds[-1].levels.items()}
    return gauge.model_copy(update={"thresholds": (*gauge.thresholds, ThresholdSet(valid_from=at, levels=levels))})
