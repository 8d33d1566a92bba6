"""The pages of the alerts in a real browser, over a real database with the engine behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from alerts.records import Maintenance
from dashboard.staff import alerts_lists
from tests.dashboard.api_house import PEOPLE, TOWN, ApiHouse, api_house, incident_log
from tests.dashboard.staff_fakes import Seat
from tests.dashboard.storm_city import storm, storm_city

PATIENCE_MS = 8_000
DESK, PHONE = {"width": 1366, "height": 768}, {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def seat() -> Seat:
    return Seat(PEOPLE["operator"])


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, seat: Seat) -> Iterator[ApiHouse]:
    with api_house(tmp_path_factory.mktemp("alerts"), gate=seat) as made:
        yield made


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    made = browser.new_page(viewport=DESK)  # type: ignore[arg-type]
    made.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    yield made
    expect.set_options(timeout=5_000)
    made.close()


@pytest.fixture
def registry_kept(house: ApiHouse) -> Iterator[None]:
    """The city of the other tests again afterwards, with nothing of the storm."""
    yield
    for each in incident_log(house.duty).incidents(is_open=True, limit=1000):
        if each.station_id.startswith("s"):
            house.duty.desk.close(each.id, "当番", "試験の終わり")
    house.duty.serve(TOWN)


def rise(house: ApiHouse, stage_m: float) -> None:
    """The water of ``gakuen``, a minute later."""
    house.minute += 1
    house.duty.water(house.minute, stage_m, "gakuen-01")


def test_the_story_of_one_alert(page: Page, house: ApiHouse) -> None:
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    _it_comes_and_is_acknowledged_by_one_click(page, house)
    _what_is_typed_outlives_what_comes(page, house)
    _it_is_silenced_with_a_reason_and_the_silence_is_ended(page, house)
    _it_is_closed_and_says_what_that_means(page, house)
    assert errors == []


def _it_comes_and_is_acknowledged_by_one_click(page: Page, house: ApiHouse) -> None:
    page.goto(str(house.client.base_url) + "/alerts")
    waiting, going_on = page.locator("#incidents-waiting .case"), page.locator("#incidents-open .case")
    expect(waiting).to_have_count(1)
    rise(house, 4.2)
    expect(waiting).to_have_count(2)  # without a reload, the worst first
    expect(waiting.first).to_contain_text("学園川")
    expect(waiting.first.locator(".badge-4")).to_be_visible()
    page.wait_for_timeout(750)  # what moved under the finger does nothing
    waiting.first.get_by_role("button", name="確認する").click()
    expect(going_on).to_contain_text("当番 二郎 が確認（4まで）")
    expect(waiting).to_have_count(1)
    assert house.duty.incident().acknowledged_by == "当番 二郎"


def _what_is_typed_outlives_what_comes(page: Page, house: ApiHouse) -> None:
    page.locator("#incidents-open .case-name").click()
    expect(page.locator("h1")).to_have_text("学園川")
    page.locator(".act-note textarea").fill("道路課に通行止めを")
    rise(house, 5.1)
    expect(page.locator("#case-head .badge-5")).to_be_visible()
    expect(page.locator("#case-head").get_by_role("button", name="確認する")).to_be_visible()  # a rise asks anew
    assert page.locator(".act-note textarea").input_value() == "道路課に通行止めを"
    page.locator(".act-note button").click()
    expect(page.locator("#case-course .is-note")).to_contain_text("道路課に通行止めを")
    assert page.locator(".act-note textarea").input_value() == ""


def _it_is_silenced_with_a_reason_and_the_silence_is_ended(page: Page, house: ApiHouse) -> None:
    page.locator(".act-fold-silence summary").click()
    page.locator(".act-fold-silence textarea").fill("樋門の操作中")
    page.locator(".act-fold-silence select").select_option("120")
    page.locator(".act-fold-silence button").click()
    expect(page.locator("#case-head")).to_contain_text("通知を停止中")
    page.locator("#case-head .back").click()
    row = page.locator("#incidents-silences .mute")
    expect(row).to_contain_text("当番 二郎：樋門の操作中")
    expect(row).to_contain_text("学園川")
    row.get_by_role("button").click()
    page.locator("dialog button", has_text="通知を再開する").click()
    expect(row).to_have_count(0)
    assert [each.kind for each in house.duty.lines("silence")] == ["silence", "silence"]


def _it_is_closed_and_says_what_that_means(page: Page, house: ApiHouse) -> None:
    page.locator("#incidents-waiting .case-name", has_text="学園川").click()
    page.locator(".act-fold-close summary").click()
    expect(page.locator("#case-still")).to_contain_text("今も危険度5")
    page.locator(".act-fold-close textarea").fill("訓練用の水")
    page.locator(".act-fold-close button").click()
    page.locator("dialog button", has_text="終了する").click()
    expect(page.locator("#case-head")).to_contain_text("当番 二郎 が終了：訓練用の水")
    expect(page.locator(".act-assign")).to_be_hidden()
    assert not house.duty.incident().open


STATIONS = alerts_lists.FULL_ROWS + 6


@pytest.mark.usefixtures("registry_kept")
def test_in_a_storm_every_station_is_there_and_is_taken_on_by_hand_and_by_keyboard(page: Page, house: ApiHouse) -> None:
    house.duty.serve(storm_city(STATIONS))
    storm(house.duty.database, STATIONS, house.duty.clock.now())
    page.goto(str(house.client.base_url) + "/alerts")
    rows = page.locator("#incidents-waiting li.case[data-case^=s]")
    expect(rows).to_have_count(STATIONS)
    expect(page.locator("#incidents-waiting li.is-short").first).to_be_visible()
    page.wait_for_timeout(750)
    bridge = page.locator('#incidents-waiting li[data-case="s3"]')
    bridge.get_by_role("button", name="4件を確認する").click()
    expect(page.locator("#alerts-said")).to_contain_text("第4水位観測所：")
    expect(page.locator("#alerts-said")).to_contain_text("水位（危険度2まで）")
    expect(bridge).to_have_count(0)
    expect(page.locator('#incidents-open li[data-case="s3"]')).to_contain_text("当番 二郎 が確認")
    page.wait_for_timeout(750)
    second, third = (rows.nth(number).get_attribute("data-case") for number in (1, 2))
    rows.first.locator(".case-name").focus()
    page.keyboard.press("j")
    expect(rows.nth(1).locator(".case-name")).to_be_focused()
    page.keyboard.press("a")
    expect(page.locator(f'#incidents-waiting li[data-case="{second}"]')).to_have_count(0)
    expect(page.locator(f'#incidents-waiting li[data-case="{third}"] .case-name')).to_be_focused()  # the next one
    assert not [each for each in house.duty.record.waiting() if each.station_id in ("s3", second)]


@pytest.mark.usefixtures("registry_kept")
def test_in_a_drill_every_page_and_its_tab_say_so(page: Page, house: ApiHouse) -> None:
    drill = TOWN.city.model_copy(update={"drill": True})
    house.duty.serve(TOWN.model_copy(update={"city": drill}))
    for path in ("/", "/handover"):
        page.goto(str(house.client.base_url) + path)
        expect(page.locator(".top .drill")).to_have_text("【訓練】")
        expect(page).to_have_title(re.compile("【訓練】"))
        head = page.locator(".top").evaluate("(each) => getComputedStyle(each).backgroundColor")
        assert head == "rgb(11, 93, 59)"


def test_work_on_a_gauge_is_given_another_end_on_the_page(page: Page, house: ApiHouse) -> None:
    now = house.duty.clock.now()
    work = house.duty.mutes.begin_maintenance(Maintenance("fujii", "当番", "清掃", now, now + timedelta(hours=1)))
    page.goto(str(house.client.base_url) + "/alerts")
    page.locator("#incidents-works summary").click()
    page.locator("#incidents-works select").select_option("240")
    page.locator("#incidents-works .act-extend button").click()
    expect(page.locator("#incidents-works .mute-until")).to_contain_text("あと4時間")
    [line] = [each for each in house.duty.lines("maintenance") if each.detail["line"] == "maintenance_extended"]
    assert (line.actor, line.ref_id) == ("当番 二郎", work.id)


def test_on_a_phone_everything_fits_and_can_be_hit_with_a_thumb(page: Page, house: ApiHouse) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    number = house.incident("fujii")
    for address in ("/en/alerts", f"/en/alerts/{number}"):
        page.goto(str(house.client.base_url) + address)
        act = page.get_by_role("button", name="Acknowledge").first
        expect(act).to_be_visible()
        box = act.bounding_box()
        assert box
        assert box["height"] >= 44
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    low = page.evaluate(
        "Array.from(document.querySelectorAll('.page button, .page summary, .page input'))"
        ".filter((each) => each.offsetHeight && each.type !== 'checkbox' && each.offsetHeight < 44).length"
    )
    assert low == 0
    page.set_viewport_size(DESK)  # type: ignore[arg-type]


def test_an_incident_that_is_not_there_is_said_to_be_not_there(page: Page, house: ApiHouse) -> None:
    page.goto(f"{house.client.base_url}/alerts/999")
    expect(page.locator("#case-head")).to_contain_text("事案 999 はありません。")


def test_a_viewer_sees_everything_and_can_press_nothing(page: Page, house: ApiHouse, seat: Seat) -> None:
    number = house.incident("fujii")
    seat.actor = PEOPLE["viewer"]
    page.goto(f"{house.client.base_url}/alerts/{number}")
    expect(page.locator("#case-course .course-item").first).to_be_visible()
    expect(page.locator("#case-head .act-button")).to_be_disabled()
    expect(page.locator(".act-note textarea")).to_be_disabled()
    expect(page.locator(".act-note [data-said]")).to_have_text(
        "閲覧のみのアカウントです。担当者（operator）以上が操作できます。"
    )
    seat.actor = PEOPLE["operator"]


def test_news_at_the_moment_in_which_an_incident_is_left_miss_nothing_that_they_hang_on(
    page: Page, house: ApiHouse
) -> None:
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.goto(str(house.client.base_url) + "/alerts")
    for number in range(4):
        page.locator(".case-name").first.click()
        page.locator("#case-escalate, #case-still").first.wait_for(state="attached")
        page.go_back()
        page.evaluate("n => dash_clientside.set_props('news-incidents', {data: `again-${n}`})", number)
        page.wait_for_timeout(150)
    assert [each for each in errors if "case-acts" in each] == []
