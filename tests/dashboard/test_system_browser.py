"""The page of the system's own health in a real browser: all well, and several faults at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from dashboard.staff.app import create_app
from ingest.pulse import Part
from tests.dashboard.staff_fakes import served
from tests.dashboard.system_desk import FakeSystem, system_desk

DESK, PHONE = ViewportSize(width=1366, height=768), ViewportSize(width=360, height=740)
PATIENCE_MS = 20_000


@pytest.fixture(scope="module")
def sick() -> Iterator[tuple[str, FakeSystem]]:
    _desk, fake, services = system_desk(ill=True)
    with served(create_app(services).server) as address:
        yield address, fake


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    made = browser.new_page()
    yield made
    made.close()


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_several_faults_are_told_worst_first_on_a_desk_and_on_a_phone_and_marked_in_the_head(
    page: Page, sick: tuple[str, FakeSystem]
) -> None:
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.set_viewport_size(DESK)
    page.goto(f"{sick[0]}/en/health")
    sentence = page.locator(".system-sentence")
    expect(sentence).to_contain_text("System faults: 7. Ingest: has had no connection", timeout=PATIENCE_MS)
    expect(sentence).to_have_attribute("role", "alert")
    rows = page.locator(".panel-services tbody tr")
    expect(rows.nth(1)).to_contain_text("has stopped (srv (412) gives no sign of life)")
    expect(rows.nth(1)).to_contain_text("1,204 (6 min)")
    expect(page.locator(".panel-channels tbody tr").first).to_contain_text("HTTP 401: invalid token")
    expect(page.locator(".panel-letters tbody tr")).to_contain_text("212 or more")
    assert fits(page)
    page.set_viewport_size(PHONE)
    mark = page.locator(".sick-link")
    expect(mark).to_have_text("System faults 7")
    box = mark.bounding_box()
    assert fits(page)
    assert box
    assert box["x"] + box["width"] <= PHONE["width"], "the mark is seen without scrolling sideways"
    assert errors == []


def test_the_sound_takes_no_room_of_the_citys_name_on_a_phone(page: Page, sick: tuple[str, FakeSystem]) -> None:
    page.set_viewport_size(PHONE)
    page.goto(f"{sick[0]}/en/health")
    page.locator("#sound button").first.click()
    expect(page.locator("#sound .blocked, #sound [aria-pressed=true]").first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("#brand b")).to_be_visible()
    left, right, seen_until, ways_until, sound_from = page.evaluate(
        """() => {
            const box = (chosen) => document.querySelector(chosen).getBoundingClientRect();
            const name = box("#brand b"), seen = box("#brand");
            return [name.left, name.right, seen.right, box(".tools").right, box("#sound").left];
        }"""
    )
    assert right - left > 60
    assert right <= seen_until
    assert ways_until <= sound_from
    assert fits(page)


def test_a_reason_leads_to_its_newest_messages_without_their_secrets(page: Page, sick: tuple[str, FakeSystem]) -> None:
    page.set_viewport_size(DESK)
    page.goto(f"{sick[0]}/health?r=malformed")
    letters = page.locator(".panel-newest-letters")
    expect(letters).to_contain_text('"token": "…"', timeout=PATIENCE_MS)
    expect(letters).not_to_contain_text("abc123")


def test_what_a_person_seeks_among_the_cameras_is_found_and_what_is_typed_stays(
    page: Page, sick: tuple[str, FakeSystem]
) -> None:
    page.goto(f"{sick[0]}/en/health?d=cameras")
    rows = page.locator(".panel-devices-of-tab tbody tr")
    expect(rows.first.locator(".severity")).to_have_text("Fault", timeout=PATIENCE_MS)
    every = rows.count()
    name = str(rows.last.locator(".device-name").inner_text())
    page.locator(".search-form input[type=search]").fill(name)
    page.locator(".search-form button").click()
    expect(rows.first).to_contain_text(name)
    assert rows.count() < every
    expect(page.locator(".search-form input[type=search]")).to_have_value(name)
    assert fits(page)


def test_a_service_that_dies_while_somebody_looks_is_told_without_a_reload(page: Page) -> None:
    _desk, fake, services = system_desk()
    with served(create_app(services).server) as base:
        page.set_viewport_size(PHONE)
        page.goto(f"{base}/health")
        sentence = page.locator(".system-sentence")
        expect(sentence).to_contain_text("システムは正常です", timeout=PATIENCE_MS)
        expect(page.locator(".panel-findings")).to_have_count(0)
        expect(page.locator(".sick-link")).to_have_count(0)
        assert fits(page)
        dead = [replace(each, process="srv/1 9 9") if each.part is Part.EYES else each for each in fake.facts.pulses]
        fake.facts = replace(fake.facts, pulses=dead, gone=frozenset({"srv/1 9 9"}))
        expect(sentence).to_contain_text("画像の判定：止まっています", timeout=PATIENCE_MS)
        expect(page.locator(".sick-link")).to_have_text("システム異常 1")
