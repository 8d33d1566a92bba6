"""The story of one night, in the browsers of those who are on duty: a storm rises, and what becomes of it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from ingest.stations import Registry
from simulators.faults import CameraFault, FaultPlan, GaugeFault
from simulators.storm import Storm
from tests.story.night import ORIGIN, Night, night, only
from tests.story.scene import eventually
from tests.story.screens import Screen, browsing, screen_of

RIVER, RIVER_JA = "mitsugi-ichi", "御調川 市"
SILENT, SILENT_JA = "fujii-minari", "藤井川 三成"
FROZEN = "mitsugi-ichi-cam"
OPERATOR, APPROVER, RULE = "当番 デモ", "承認 デモ", ""
WRITTEN = "御調川の水位が上がっています。川に近づかないでください。"
OVER = {"ja": "危険は収まりました", "en": "the danger is over"}
FREEZES_AT, FALLS_SILENT_AT = ORIGIN + timedelta(minutes=2), ORIGIN + timedelta(minutes=8)
STEPS = (
    ("transition", RIVER, "", "水位"),
    ("acknowledged", RIVER, OPERATOR, "確認した"),
    ("public", RIVER, OPERATOR, "起案"),
    ("public", RIVER, APPROVER, "承認"),
    ("public", RIVER, APPROVER, "発信"),
    ("transition", RIVER, "", "画像"),
    ("transition", SILENT, "", "通信途絶"),
    ("public", RIVER, APPROVER, "解除"),
)
"""Of the chronology: what it is, where, who did it, and words of it; in this order, with others between them."""


def two_faults(city: Registry, storm: Storm) -> FaultPlan:
    """A camera that shows the same from some time on, and a gauge that says nothing more."""
    del city, storm
    return FaultPlan(
        gauges={f"{SILENT}-stage": GaugeFault(silent_from=FALLS_SILENT_AT)},
        cameras={FROZEN: CameraFault(since=FREEZES_AT, picture="frozen")},
    )


@pytest.fixture
def river(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    begins_at, city = ORIGIN - timedelta(minutes=45), only(RIVER, SILENT, "under-kurihara", "pond-mitsugi")
    with night(tmp_path_factory.mktemp("night"), begins_at, faults=two_faults, change=city) as made:
        yield made


@pytest.fixture
def browser() -> Iterator[Browser]:
    with browsing() as made:
        yield made


def test_the_story_of_one_night(river: Night, browser: Browser) -> None:
    operator, approver = screen_of(browser, river, "operator"), screen_of(browser, river, "approver")
    operator.open("/")
    approver.open("/alerts")
    _a_storm_rises_and_an_alert_comes_to_both(river, operator.page, approver.page)
    _it_is_acknowledged_by_one_and_seen_by_the_other(operator.page, approver.page)
    message = _the_public_is_told(river, operator, approver)
    _a_camera_freezes_and_is_told(river, operator)
    _a_gauge_falls_silent_and_its_danger_stays(river, operator)
    _the_water_falls_and_a_person_gives_the_all_clear(river, approver, message)
    _the_chronology_has_it_all(approver)
    assert operator.faults == []
    assert approver.faults == []


def _a_storm_rises_and_an_alert_comes_to_both(river: Night, operator: Page, approver: Page) -> None:
    expect(operator.locator(".waiting li")).to_have_count(0)
    river.go_on(44)
    river.go_on(2, [FROZEN])
    expect(operator.locator(".waiting li", has_text=RIVER_JA).first).to_be_visible()
    expect(approver.locator("#incidents-waiting .case", has_text=RIVER_JA).first).to_be_visible()


def _it_is_acknowledged_by_one_and_seen_by_the_other(operator: Page, approver: Page) -> None:
    operator.wait_for_timeout(750)  # what moved under the finger does nothing
    alert = operator.locator(".waiting li", has_text=RIVER_JA).filter(has_text="水位")
    alert.get_by_role("button", name="確認する").click()
    expect(alert).to_have_count(0)
    taken = approver.locator("#incidents-open .case", has_text=RIVER_JA).filter(has_text="水位")
    expect(taken.first).to_contain_text(f"{OPERATOR} が確認")


def _the_public_is_told(river: Night, operator: Screen, approver: Screen) -> str:
    page = operator.open("/messages/new")
    page.locator("select[name=stations]").select_option(RIVER)
    page.locator("[name=headline_ja]").fill(WRITTEN)
    expect(page.locator("[data-slot='ja.long']")).to_contain_text(WRITTEN)
    press(page, "案として保存")
    page.wait_for_url(re.compile(r"/messages/\d+$"))
    address = page.url.removeprefix(river.staff)
    assert not mails(river, WRITTEN, "resident-ja"), "nobody has approved it yet"
    _approved_and_published(approver.open(address), WRITTEN)
    eventually(lambda: mails(river, WRITTEN, "resident-ja"))
    assert "氾濫注意水位に到達" in on_the_public_page(river, RIVER)
    return address


def _a_camera_freezes_and_is_told(river: Night, operator: Screen) -> None:
    page = operator.open("/cameras")
    river.go_on(5, [FROZEN])
    picture = page.locator("figure", has_text=RIVER_JA)
    expect(picture).to_contain_text("画像が固まっています", timeout=30_000)
    river.go_on_until(lambda: mails(river, "固ま"), at_most=20, step=1)


def _a_gauge_falls_silent_and_its_danger_stays(river: Night, operator: Screen) -> None:
    page = operator.open("/alerts")
    told = page.locator(".case", has_text=SILENT_JA).filter(has_text="水位計の通信途絶").first
    river.go_on_until(told.is_visible, at_most=60)
    river.go_on_until(lambda: mails(river, "途絶"), at_most=20, step=1)
    river.go_on_until(lambda: hazard(river, RIVER) == 0, at_most=480, step=20)
    stays = page.locator(".case", has_text=SILENT_JA).filter(has_text="途絶（最後の値）")
    expect(stays.first.locator(".badge-3").first).to_be_visible()
    assert "避難判断水位に到達" in on_the_public_page(river, SILENT)


def _the_water_falls_and_a_person_gives_the_all_clear(river: Night, approver: Screen, message: str) -> None:
    assert not mails(river, OVER["ja"], "resident-ja"), "no rule gives it"
    page = approver.open(message)
    page.locator("summary", has_text="解除").click()
    page.get_by_role("button", name="解除の案を作る", exact=True).click()
    page.wait_for_url(lambda url: url.endswith(message) is False)
    _approved_and_published(page, "解除")
    eventually(lambda: mails(river, OVER["ja"], "resident-ja") and mails(river, OVER["en"], "resident-en"))


def _the_chronology_has_it_all(approver: Screen) -> None:
    page = approver.open("/chronology?order=oldest")
    with page.expect_download() as taken:
        page.locator(".export-link", has_text="CSV").click()
    rows = csv.DictReader(taken.value.path().read_text("utf-8-sig").splitlines())
    told = [(each["kind_id"], each["station_id"], each["記録者"], each["内容"]) for each in rows]
    later = iter(told)
    for kind, station_id, actor, words in STEPS:
        found = any((kind, station_id, actor) == (each[0], each[1], each[2]) and words in each[3] for each in later)
        assert found, f"{(kind, station_id, actor, words)} is not there, or not in order: {told}"


def _approved_and_published(page: Page, text: str) -> None:
    press(page, "承認する", text)
    press(page, "住民に発信する", text)


def press(page: Page, button: str, asked: str = "") -> None:
    """Press a button, read the question in the dialog, and say yes."""
    page.get_by_role("button", name=button, exact=True).click()
    if asked:
        dialog = page.locator("dialog[open]")
        expect(dialog).to_contain_text(asked)
        dialog.get_by_role("button", name=button, exact=True).click()


def hazard(river: Night, station_id: str) -> int | None:
    """What a station shows now."""
    with river.signed_in("viewer") as viewer:
        found: int | None = viewer.get(f"/api/v1/stations/{station_id}").json()["hazard"]
    return found


def on_the_public_page(river: Night, station_id: str) -> str:
    """What the public page says of a place."""
    page = httpx.get(f"{river.public}/").text
    _, _, after = page.partition(f'<li id="spot-{station_id}">')
    return after.partition("</li>")[0]


def mails(river: Night, text: str, to: str = "duty") -> int:
    """How many mails with such words somebody got."""
    both = zip(river.mailbox.mails, river.mailbox.recipients, strict=False)
    return sum(text in _read(mail) for mail, [address] in both if address == f"{to}@town.example")


def _read(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return f"{mail['Subject']} {body.get_content() if body else ''}"
