"""How old the page of residents is: said by the health, the numbers, the doctor and staff, whoever is to blame."""

from __future__ import annotations

import json
import logging
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dashboard.staff import system_words
from dashboard.system_findings import Kind, SystemFinding
from deploy.__main__ import main
from deploy.monitor.publication_probe import NONE_YET_S, PublicationProbe, check_site_folder
from deploy.monitor.signs import State
from deploy.schedule import Job
from deploy.services import House
from deploy.settings import read_settings
from deploy.wiring.clockwork import machine_time, schedule
from deploy.wiring.pulse import parts_of
from deploy.wiring.site import PublicationWatch, PublicSite
from deploy.wiring.stores import open_stores
from ingest.health.problems import Severity
from ingest.pulse import Fault, Part
from tests.brokers import free_port
from tests.deploy.houses import CLOCK, eventually
from tests.deploy.test_doctor import Capture, a_system, examined
from tests.ingest.cities import small_city

NOON = datetime(2026, 7, 1, 3, 0, tzinfo=UTC)


def stamped(folder: Path, at: datetime, speed: float = 1.0) -> Path:
    """A site with this stamp."""
    folder.mkdir(parents=True, exist_ok=True)
    told = {"published_at": at.isoformat(), "stale_after_s": 300.0, "clock_speed": speed}
    (folder / "freshness.json").write_text(json.dumps(told))
    return folder


def probe(folder: Path, now: datetime = NOON, monotonic_s: list[float] | None = None) -> PublicationProbe:
    """Asked at ``now`` in a city that has something to tell."""
    passing = iter(monotonic_s or [])
    return PublicationProbe(folder, lambda: True, lambda: now, lambda: next(passing))


@pytest.mark.parametrize(
    ("age_s", "state"), [(0, State.OK), (300, State.OK), (301, State.FAILED), (90_000, State.FAILED)]
)
def test_a_publication_has_failed_as_soon_as_residents_are_told_that_it_is_old(
    tmp_path: Path, age_s: float, state: State
) -> None:
    asked = probe(stamped(tmp_path, NOON - timedelta(seconds=age_s)))
    [check] = asked.checks()
    [sample] = asked.samples()
    assert (check.state, sample.name, sample.value) == (state, "public_published_age_seconds", age_s)


def test_the_age_of_a_replay_is_in_real_seconds(tmp_path: Path) -> None:
    stamped(tmp_path, NOON - timedelta(days=900), speed=60)
    os.utime(tmp_path / "freshness.json", (NOON.timestamp() - 20, NOON.timestamp() - 20))
    assert [each.value for each in probe(tmp_path).samples()] == [20]


def test_a_city_without_a_page_is_a_fault_after_a_minute_and_none_before_its_import(tmp_path: Path) -> None:
    asked = probe(tmp_path, monotonic_s=[100.0, 100.0 + NONE_YET_S, 101.0 + NONE_YET_S])
    assert [check.state for _ in range(3) for check in asked.checks()] == [State.OK, State.OK, State.FAILED]
    nobody = PublicationProbe(tmp_path, lambda: False, machine_time)
    assert "before the first import" in next(iter(nobody.checks())).sentence
    assert list(asked.samples()) == []


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("ja", "住民向けページは06:10のままです（5分前）"),
        ("en", "residents still see the levels of 06:10 (5 min ago)"),
    ],
)
def test_staff_read_since_when_residents_see_old_levels(tmp_path: Path, language: str, sentence: str) -> None:
    at = datetime(2026, 6, 30, 21, 10, tzinfo=UTC)
    [check] = probe(stamped(tmp_path, at), now=at + timedelta(seconds=315)).checks()
    assert check.fault is Fault.PUBLICATION_OLD
    finding = SystemFinding(Severity.DOWN, Kind.PART, "publisher", check.fault, dict(check.figures))
    assert sentence in system_words.fault(finding, language)


def test_a_page_that_cannot_be_written_ages_in_the_sign_of_life_of_its_publisher(tmp_path: Path) -> None:
    settings = read_settings(None, {"MIZUMORI_DATA_FOLDER": str(tmp_path)})
    stores = open_stores(settings)
    stores.registry.apply(small_city(), CLOCK.now(), "test")
    assert PublicSite(settings, stores, CLOCK).turn()
    [alive, _] = parts_of(settings, stores, [watch := PublicationWatch(settings, stores)])
    assert (alive.part, list(alive.probes)) == (Part.PUBLISHER, [watch.probe])
    assert [each.state for each in watch.probe.checks()] == [State.OK]
    stamped(settings.public_folder, machine_time() - timedelta(minutes=6))
    assert [each.state for each in watch.probe.checks()] == [State.FAILED]
    stores.close()


def test_the_doctor_says_since_when_residents_see_old_levels_also_where_nothing_runs(
    tmp_path: Path, capsys: Capture
) -> None:
    system = a_system(tmp_path, free_port())
    folder = read_settings(None, system).public_folder
    at = machine_time() - timedelta(minutes=6)
    stamped(folder, at)
    ended, states, sentences = examined(system, capsys)
    assert (ended, states["public page"]) == (1, "failed")
    assert "residents see the levels of" in sentences["public page"]
    assert "start the service" in sentences["public page"]
    stamped(folder, machine_time())
    assert examined(system, capsys)[1]["public page"] == "ok"


def test_the_doctor_does_not_call_it_working_where_nothing_runs(tmp_path: Path, capsys: Capture) -> None:
    system = {each: value for each, value in a_system(tmp_path, 1).items() if "MQTT" not in each}
    system |= {"MIZUMORI_BROKER__EMBEDDED": "true", "MIZUMORI_BROKER__PORT": str(free_port())}
    ended, states, _ = examined(system, capsys)
    assert (ended, states["services"]) == (0, "degraded")
    main(["doctor"], system)
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "Nothing is received, told or published before the services are started."


def test_the_doctor_tries_the_folder_of_the_site(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert list(check_site_folder(tmp_path / "to" / "be" / "made")) == []
    assert not (tmp_path / "to").exists()
    [check] = check_site_folder(tmp_path / "file" / "site")
    assert check.state is State.FAILED
    assert check.sentence.startswith(
        f"no page can be written to {tmp_path / 'file' / 'site'}: {tmp_path / 'file'} cannot"
    )
    assert [each.state for each in check_site_folder(Path("/proc/levels"))] == [State.FAILED]


def test_a_failure_of_the_system_is_one_line_of_the_log_and_its_end_another(caplog: pytest.LogCaptureFixture) -> None:
    refused = [True]

    def work() -> None:
        if refused[0]:
            raise PermissionError(1, "Operation not permitted", f"/srv/site/.{len(caplog.records)}.part")

    with House([jobs := schedule([Job("public-page", 0.05, work)])]):
        assert eventually(lambda: jobs.beats()["public-page"].failures >= 3)
        refused[0] = False
        assert eventually(lambda: len(caplog.records) >= 2)
    first, second = [each for each in caplog.records if each.levelno >= logging.WARNING]
    assert "public-page failed ([Errno 1] Operation not permitted" in first.getMessage()
    assert first.exc_info is None
    assert second.getMessage() == "public-page succeeds again"
