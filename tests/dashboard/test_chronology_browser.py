"""A night at the chronology in a real browser: one writes, reads on while others write, takes it away, hands over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright
from sqlalchemy import Engine

from alerts.chronology.words import line
from alerts.store.chronology import enter
from dashboard.accounts.actor import Actor, Role
from dashboard.staff.app import create_app
from ingest.store.tables import writing
from tests.dashboard.chronicle_desk import acts_of, chronicle_desk, opened
from tests.dashboard.staff_fakes import Seat, served
from tests.parts import CHROMIUM_ARGS, chromium

DUTY = Actor(1, "duty", "夜勤 当番", Role.OPERATOR)
VIEWER = Actor(2, "hall", "住民課", Role.VIEWER)
APPROVER = Actor(3, "head", "危機管理監", Role.APPROVER)
PATIENCE_MS = 8_000
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1366, "height": 768}


@dataclass(frozen=True)
class Place:
    base: str
    database: Engine
    context: BrowserContext
    seat: Seat

    def visit(self, path: str, size: dict[str, int] = DESK) -> tuple[Page, list[str]]:
        """A page, and what it complains of."""
        page = self.context.new_page()
        page.set_viewport_size({"width": size["width"], "height": size["height"]})
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.goto(self.base + path)
        return page, errors

    def somebody_writes(self, note: str) -> None:
        """Another person, at another screen."""
        with writing(self.database) as connection:
            enter(connection, line(datetime.now(UTC), "note", "entered", {"note": note}, actor="別の人"))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder: Path = tmp_path_factory.mktemp("night")
    path = chromium()
    with opened(folder) as database, sync_playwright() as playwright:
        at = chronicle_desk(database)
        seat = Seat(DUTY)
        app = create_app(replace(at.services, gate=seat), acts_of(at, database))
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGS))
        with served(app.server) as base:
            yield Place(base, database, browser.new_context(), seat)
        browser.close()


def test_an_operator_writes_reads_on_while_others_write_takes_it_away_and_may_not_see_the_audit_log(
    place: Place,
) -> None:
    page, errors = place.visit("/chronology")
    rows = page.locator(".line")
    expect(rows.first).to_be_visible(timeout=PATIENCE_MS)

    page.locator("#chronicle-entry textarea").fill("消防から電話があった")
    page.locator("#chronicle-entry select").select_option("hongo-bridge")
    page.locator("#chronicle-entry input[type=datetime-local]").fill("2026-01-02T03:04")
    page.locator("#chronicle-entry button").click()
    expect(rows.first).to_contain_text("消防から電話があった", timeout=PATIENCE_MS)
    expect(rows.first).to_contain_text("01/02 03:04 のこと（後から記入）")
    expect(rows.first).to_contain_text("夜勤 当番")
    expect(rows.first).to_contain_text("本郷橋")

    page.evaluate("window.scrollTo(0, 200)")
    before, where = rows.all_inner_texts(), rows.nth(9).bounding_box()
    place.somebody_writes("堤防に異状なし")
    bar = page.locator("#chronicle-more")
    expect(bar).to_have_text("↑ 新しい記録 1 件を表示", timeout=PATIENCE_MS)
    assert (rows.all_inner_texts(), rows.nth(9).bounding_box()) == (before, where)
    bar.click()
    expect(rows.first).to_contain_text("堤防に異状なし")
    expect(bar).to_be_hidden()

    page.evaluate("window.kept = true")
    page.locator("#chronicle-filter select[name=station]").select_option("hongo-bridge")
    page.locator("#chronicle-filter select[name=kind]").select_option("acts")
    page.locator("#chronicle-filter button").click()
    expect(rows).to_have_count(1)
    assert page.url.endswith("/chronology?station=hongo-bridge&kind=acts")
    assert page.evaluate("window.kept")  # the page was not loaded anew
    expect(page.locator("#chronicle-filter select[name=station]")).to_have_value("hongo-bridge")
    with page.expect_download() as taken:
        page.locator(".export-link", has_text="CSV").click()
    text = taken.value.path().read_text("utf-8")
    assert text.startswith("\ufeff番号")
    assert "消防から電話があった" in text
    assert len(text.strip().splitlines()) == 2
    page.locator("#chronicle-filter .back").click()
    expect(rows.nth(9)).to_be_visible(timeout=PATIENCE_MS)
    page.locator(".kind-link", has_text="自動で追う").click()
    place.somebody_writes("見ているだけで出る")
    expect(rows.first).to_contain_text("見ているだけで出る", timeout=PATIENCE_MS)

    expect(page.locator(".kind-link", has_text="引継ぎ")).to_be_visible()
    expect(page.locator(".kind-link", has_text="操作の記録")).to_have_count(0)
    assert errors == []
    answer = page.goto(f"{place.base}/audit")
    assert answer
    assert answer.status == 403
    page.close()


def test_a_viewer_reads_that_operators_write_and_an_approver_finds_the_audit_log(place: Place) -> None:
    place.seat.actor = VIEWER
    for path, form in (("/chronology", "#chronicle-entry"), ("/handover", "#handover-write")):
        page, errors = place.visit(path)
        said = page.locator(f"{form} [data-said]")
        expect(said).to_have_text(
            "閲覧のみのアカウントです。担当者（operator）以上が操作できます。", timeout=PATIENCE_MS
        )
        expect(page.locator(f"{form} textarea")).to_be_disabled()
        expect(page.locator(f"{form} button")).to_be_disabled()
        assert errors == []
        page.close()
    place.seat.actor = APPROVER
    page, errors = place.visit("/chronology")
    page.locator(".kind-link", has_text="操作の記録").click()
    expect(page.locator("#audit")).to_be_visible(timeout=PATIENCE_MS)
    assert errors == []
    page.close()
    place.seat.actor = DUTY


def test_a_watch_is_handed_over_and_the_sheet_is_all_that_is_printed(place: Place) -> None:
    page, errors = place.visit("/handover")
    expect(page.locator(".sheet-standing tbody tr").first).to_contain_text("旭橋", timeout=PATIENCE_MS)
    page.locator("#handover-write input[name=to]").fill("日勤 当番")
    page.locator("#handover-write textarea").fill("旭橋の水位計を見に行くこと")
    page.locator("#handover-write button").click()
    expect(page.locator("#handover-write [data-said]")).to_have_text("クロノロジーに書きました。", timeout=PATIENCE_MS)
    page.emulate_media(media="print")
    for hidden in (".top", ".handover-top", ".handover-write"):
        expect(page.locator(hidden)).to_be_hidden()
    expect(page.locator(".sign-here")).to_be_visible()
    page.emulate_media(media="screen")
    page.goto(f"{place.base}/chronology?kind=handover")
    row = page.locator(".line")
    expect(row).to_have_count(1, timeout=PATIENCE_MS)
    expect(row).to_contain_text("当直を日勤 当番へ引き継いだ")
    expect(row).to_contain_text("続いている事案 7、うち途絶・未確認 2、確認待ち 5")
    expect(row).to_contain_text("旭橋の水位計を見に行くこと")
    assert errors == []
    page.close()


@pytest.mark.parametrize(("path", "there"), [("/en/chronology", ".line"), ("/handover", ".sheet-part")])
def test_the_pages_fit_a_phone(place: Place, path: str, there: str) -> None:
    page, errors = place.visit(path, PHONE)
    expect(page.locator(there).first).to_be_visible(timeout=PATIENCE_MS)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert errors == []
    page.close()
