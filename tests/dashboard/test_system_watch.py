"""The house's own health cannot be read: the water is still seen, and what cannot be read is told itself."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.api.health import said
from dashboard.staff import system_page, system_words
from dashboard.staff.addresses import Page
from dashboard.staff.services import StaffServices
from dashboard.staff.system_watch import LOOK_EVERY_S, SystemWatch
from dashboard.staff.watch import Watch
from dashboard.system import SystemFacts
from ingest.pulse import Fault
from tests.dashboard.system_desk import FakeSystem, system_desk

NOW = datetime(2026, 7, 1, 3, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=7)


class Breaking(FakeSystem):
    """Can be read until ``broken`` says why not."""

    broken: str = ""

    def look(self, now: datetime) -> SystemFacts:
        """Raises what a database raises."""
        if self.broken:
            raise OSError(self.broken)
        return super().look(now)


def breaking() -> tuple[StaffServices, Breaking]:
    _desk, fake, services = system_desk(NOW)
    system = Breaking(fake.facts)
    return replace(services, system=system), system


def test_the_water_is_seen_though_the_health_of_the_system_cannot_be_read() -> None:
    services, system = breaking()
    system.broken = "no such table: pulses"
    watch = Watch(services)
    picture = asyncio.run(watch.latest())
    assert picture.readable
    assert picture.board is not None
    assert picture.system is not None
    assert [each.fault for each in picture.system.findings] == [Fault.HEALTH_UNREAD]
    sentence = system_words.sentence(picture.system, 0, "en")
    assert sentence == "System faults: 1. The system's own health cannot be read (no such table: pulses)."
    assert system_page.sick_link(picture.system, Page("ja")) != []
    assert not json.loads(said(picture, picture.system, "en").model_dump_json())["well"]


def test_what_was_last_read_stays_with_its_time_and_the_trouble_is_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    services, system = breaking()
    now_s = [0.0]
    watch = SystemWatch(services, lambda: now_s[0])
    before = watch.look((), NOW)
    system.broken = "disk I/O error"
    for minutes in (7, 8):
        now_s[0] += LOOK_EVERY_S
        broken = watch.look((), NOW + timedelta(minutes=minutes))
    assert (broken.at, broken.parts, broken.sick) == (NOW, before.parts, 1)
    assert (broken.findings[0].fault, broken.findings[0].since) == (Fault.HEALTH_UNREAD, LATER)
    assert caplog.text.count("disk I/O error") == 1
    system.broken = ""
    now_s[0] += LOOK_EVERY_S
    assert watch.look((), LATER).findings == ()
