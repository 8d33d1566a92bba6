"""The panels of a station's page."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alerts.incidents.seen import NoIncidents, Standing
from alerts.people import Directory
from alerts.records import STAGE, Incident
from dashboard.accounts.actor import Actor, Role
from dashboard.staff import station_callbacks
from dashboard.staff.reader import RememberReader
from dashboard.staff.services import StaffServices
from dashboard.staff.station_choice import Choice, choice_in
from dashboard.staff.station_past import PastEvents
from dashboard.staff.watch import Watch
from ingest.readings import Quality
from tests.alerts.town import contact, group, people, route
from tests.dashboard import fakes
from tests.dashboard.fake_city import reading
from tests.dashboard.staff_fakes import Desk, desk
from tests.dashboard.test_past_events import flood
from tests.dashboard.test_staff_callbacks import words

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
BRIDGE = "/station/hongo-bridge"


class SomeIncidents(NoIncidents):
    """Incidents that the test put there."""

    def __init__(self, *found: Incident) -> None:
        self._found = found

    def standing(self, now: datetime, ended_since: datetime) -> Standing:
        """All of them stand."""
        del now, ended_since
        return Standing(open=self._found)


class SomePeople:
    """One duty desk with a private number."""

    def directory(self) -> Directory:
        """That one."""
        desk_ = contact("duty", telephone="0000-00-0001", private=True)
        return Directory(people([desk_], [group("duty")], [route("duty")]))


@pytest.fixture
def at_desk() -> Desk:
    return desk(NOW)


def drawn(work: Any) -> str:
    return words(asyncio.run(work))


def read_by(role: Role | None, services: StaffServices) -> str:
    """The contacts as the callback draws them for a reader."""
    said: list[str] = []

    async def app(*_: Any) -> None:
        said.append(words(await station_callbacks.contacts(Watch(services), services, None, BRIDGE)))

    actor = Actor(1, "somebody", "Somebody", role) if role else None
    scope: dict[str, Any] = {"type": "websocket", "state": {"actor": actor}}
    asyncio.run(RememberReader(app)(scope, None, None))  # type: ignore[arg-type]
    return said[0]


def test_an_open_incident_of_the_station_leads_to_its_acts(at_desk: Desk) -> None:
    mine = Incident("hongo-bridge", STAGE, NOW - timedelta(minutes=40), 4, 4, id=17)
    other = Incident("mizue", STAGE, NOW, 5, 5, id=18)
    services = replace(at_desk.services, incidents=SomeIncidents(mine, other))
    said = drawn(station_callbacks.station_incidents(Watch(services), None, f"/en{BRIDGE}"))
    assert "/en/alerts/17" in said
    assert "waiting for acknowledgement" in said
    assert "/alerts/18" not in said
    none = station_callbacks.station_incidents(Watch(at_desk.services), None, BRIDGE)
    assert "対応中の案件はありません" in drawn(none)


def test_a_private_number_is_for_operators_and_not_for_who_may_only_look(at_desk: Desk) -> None:
    services = replace(at_desk.services, people=SomePeople())
    assert "tel:0000000001" in read_by(Role.OPERATOR, services)
    for reader in (Role.VIEWER, None):
        said = read_by(reader, services)
        assert "0000" not in said
        assert "操作者以上" in said


def test_the_devices_of_the_station_say_when_they_were_heard(at_desk: Desk) -> None:
    said = drawn(station_callbacks.devices(Watch(at_desk.services), None, BRIDGE))
    assert "最終受信" in said
    assert "分前" in said
    silent = drawn(station_callbacks.devices(Watch(at_desk.services), None, f"/station/{fakes.SILENT}"))
    assert '"wrong"' in silent


def test_the_table_has_every_reading_with_its_quality_and_only_where_it_is_asked_for(at_desk: Desk) -> None:
    at_desk.log.add(reading("hongo-bridge-01", 655.35, NOW - timedelta(minutes=4), Quality.BAD))
    watch = Watch(at_desk.services)
    said = drawn(station_callbacks.readings(watch, at_desk.services, "?h=6&t=1", BRIDGE))
    assert "655.35" in said
    assert '"異常"' in said
    assert said.count('"Tr"') > 36
    assert asyncio.run(station_callbacks.readings(watch, at_desk.services, "?h=6", BRIDGE)) == []


def test_a_past_flood_is_offered_and_laid_over_the_hydrograph(at_desk: Desk) -> None:
    for each in flood(400, 3.9):
        at_desk.log.add(each)
    watch, past = Watch(at_desk.services), PastEvents(at_desk.services.history)
    offered = drawn(station_callbacks.past_events(watch, past, None, "?h=24", BRIDGE))
    assert "2025/05/27 3.90 m" in offered
    assert "?h=24&e=20250527T1200" in offered
    over = drawn(station_callbacks.graphs(watch, at_desk.services, past, None, "?h=24&e=20250527T1200", BRIDGE))
    assert "過去 2025/05/27 3.90 m（上がり始めを合わせて表示）" in over
    without = drawn(station_callbacks.graphs(watch, at_desk.services, past, None, "?h=24", BRIDGE))
    assert "上がり始め" not in without


@pytest.mark.parametrize("choice", [Choice(), Choice(24, "20250527T1200", True), Choice(8760, table=True)])
def test_an_address_keeps_what_was_chosen(choice: Choice) -> None:
    assert choice_in(choice.search()) == choice


def test_an_address_that_nobody_wrote_chooses_the_usual() -> None:
    assert choice_in("?h=-1&e=20251327T1200&t=yes") == Choice()
    assert choice_in("?e=<script>") == Choice()


def test_the_cross_section_says_that_it_was_not_surveyed(at_desk: Desk) -> None:
    said = drawn(station_callbacks.sections(Watch(at_desk.services), None, f"/en{BRIDGE}"))
    assert said.count("not surveyed") == 2
