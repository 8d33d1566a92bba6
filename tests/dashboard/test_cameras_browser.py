"""Cameras in a real browser: the wall, looking back, and live views that are asked for, closed, and fail in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dashboard.staff.app import create_app
from ingest.devices import Live
from tests.brokers import free_port
from tests.dashboard.camera_desk import COVERED, FROZEN, WELL, camera_desk, crowded_desk
from tests.dashboard.live_camera import LiveCamera, live_camera
from tests.dashboard.pump_desk import IDLE, pump_desk
from tests.dashboard.staff_fakes import Desk, served

DESK, PHONE = (1366, 768), (360, 740)
PATIENCE_MS = 20_000
# Also what is drawn for a moment only, while the page comes together, must not make it scroll sideways.
WIDEST = """
window.widest = 0;
const look = () => {
    const root = document.documentElement;
    if (root) window.widest = Math.max(window.widest, root.scrollWidth - window.innerWidth);
    requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


@pytest.fixture(scope="module")
def camera() -> Iterator[LiveCamera]:
    with live_camera() as made:
        yield made


@pytest.fixture(scope="module")
def at_desk(camera: LiveCamera) -> Desk:
    return camera_desk(
        live={
            FROZEN: Live(kind="mjpeg", url=f"{camera.base}/video.mjpg"),
            WELL: Live(kind="hls", url=f"{camera.base}/live/index.m3u8"),
            COVERED: Live(kind="mjpeg", url=f"http://127.0.0.1:{free_port()}/video.mjpg"),
        }
    )


@pytest.fixture(scope="module")
def base(at_desk: Desk) -> Iterator[str]:
    with served(create_app(at_desk.services).server) as address:
        yield address


@dataclass
class Visit:
    """A browser's page, with what it complained of and whom it asked."""

    page: Page
    base: str
    errors: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def open(self, address: str, ready: str) -> None:
        self.page.goto(self.base + address)
        self.page.wait_for_selector(ready, timeout=PATIENCE_MS)

    def hosts(self) -> set[str]:
        return {each.split("/")[2] for each in self.asked if each.startswith(("http", "ws"))}


@pytest.fixture
def size() -> tuple[int, int]:
    return DESK


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One for all, so that what the pages are made of is fetched and read once."""
    made = browser.new_context()
    yield made
    made.close()


@pytest.fixture
def visit(context: BrowserContext, base: str, size: tuple[int, int]) -> Iterator[Visit]:
    made = Visit(context.new_page(), base)
    made.page.set_viewport_size({"width": size[0], "height": size[1]})
    made.page.on("console", lambda said: made.errors.append(said.text) if said.type == "error" else None)
    made.page.on("pageerror", lambda error: made.errors.append(str(error)))
    made.page.on("request", lambda asked: made.asked.append(asked.url))
    yield made
    made.page.close()


@pytest.mark.parametrize("size", [DESK, PHONE], indirect=False)
@pytest.mark.parametrize("address", ["/cameras", "/en/cameras?s=trouble", "/en/station/hongo-bridge"])
def test_cameras_open_without_error_or_other_host_and_fit(visit: Visit, address: str) -> None:
    visit.page.add_init_script(WIDEST)
    visit.open(address, ".still .band")
    visit.page.wait_for_timeout(200)
    assert visit.errors == []
    assert visit.hosts() == {visit.base.removeprefix("http://")}
    assert visit.page.evaluate("window.widest") == 0


def test_the_band_lies_across_the_picture_and_is_seen(visit: Visit) -> None:
    visit.open("/station/hongo-bridge", ".still .band")
    expect(visit.page.locator(".still .band")).to_be_visible()
    # Both at one moment: an update of the page may put new ones in their place between two looks.
    inner, outer = visit.page.evaluate(
        "['.band', '.picture'].map((each) => document.querySelector(`.still ${each}`).getBoundingClientRect().toJSON())"
    )
    assert inner["width"] == pytest.approx(outer["width"], abs=2)
    assert outer["top"] < inner["top"] < inner["bottom"] < outer["bottom"]


@pytest.mark.parametrize("size", [PHONE], indirect=False)
def test_the_wall_fetches_pictures_as_they_come_into_sight(visit: Visit) -> None:
    visit.open("/cameras", ".wall img[src]")
    visit.page.wait_for_timeout(600)
    fetched = visit.page.locator(".wall img[src]").count()
    assert 1 <= fetched < 9
    visit.page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    expect(visit.page.locator(".wall img").last).to_have_js_property("naturalWidth", 640, timeout=PATIENCE_MS)


def test_a_camera_of_the_wall_leads_to_its_station(visit: Visit) -> None:
    visit.open("/en/cameras", ".wall .still")
    visit.page.locator(".camera-name", has_text="Hongo Bridge").click()
    expect(visit.page.locator("h1")).to_have_text("Hongo Bridge")
    visit.page.locator("a.nav-link", has_text="Cameras").click()
    expect(visit.page.locator("h1")).to_have_text("State of the cameras")


def test_arrow_keys_go_from_picture_to_picture_and_enter_enlarges(visit: Visit) -> None:
    visit.open("/cameras", ".wall .picture")
    first, second = (visit.page.locator(".wall .still").nth(number).locator(".picture") for number in (0, 1))
    first.focus()
    visit.page.keyboard.press("ArrowRight")
    expect(second).to_be_focused()
    visit.page.keyboard.press("ArrowDown")
    visit.page.keyboard.press("ArrowUp")
    expect(second).to_be_focused()
    visit.page.keyboard.press("ArrowLeft")
    expect(first).to_be_focused()
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator(".viewer .taken")).to_be_visible()


def test_a_live_view_opens_from_the_wall_too(visit: Visit, camera: LiveCamera) -> None:
    visit.open("/cameras", ".wall .live-open")
    visit.page.locator(f'.wall .live-open[data-camera="{FROZEN}"]').click()
    expect(visit.page.locator(".live-picture")).to_have_js_property("naturalWidth", 640, timeout=PATIENCE_MS)
    visit.page.locator(".viewer-close").click()
    assert camera.wait_for(0)


@pytest.mark.parametrize("size", [DESK, PHONE], indirect=False)
def test_a_thumb_opens_large_and_the_arrow_keys_go_back_and_forth_in_time(visit: Visit) -> None:
    visit.open("/station/hongo-bridge", ".thumb")
    visit.page.locator(".thumb").nth(5).focus()
    visit.page.keyboard.press("ArrowLeft")
    at = visit.page.evaluate("document.activeElement.querySelector('.thumb-time').textContent")
    visit.page.keyboard.press("Enter")
    taken = visit.page.locator(".viewer .taken")
    time_alone = at.split()[-1]  # a thumb of yesterday has its date before it
    expect(taken).to_contain_text(time_alone, timeout=PATIENCE_MS)
    before = taken.inner_text()
    visit.page.keyboard.press("ArrowLeft")
    expect(taken).not_to_have_text(before)
    visit.page.keyboard.press("ArrowRight")
    expect(taken).to_have_text(before)
    expect(visit.page.locator(".viewer-picture img")).to_have_js_property("naturalWidth", 640)
    expect(visit.page.locator(".viewer-reference")).to_contain_text("平常時の画像")
    visit.page.keyboard.press("Escape")
    expect(visit.page.locator(".viewer")).to_have_count(0)
    assert visit.errors == []


def test_the_large_picture_says_that_it_is_frozen_and_where_time_ends(visit: Visit) -> None:
    visit.open("/en/station/hongo-bridge", ".still .picture")
    visit.page.locator(".still .picture").click()
    expect(visit.page.locator(".viewer .band")).to_contain_text("picture frozen", timeout=PATIENCE_MS)
    visit.page.get_by_role("button", name="Later picture").click()
    expect(visit.page.locator(".viewer-said")).to_have_text("This is the newest picture")


@pytest.mark.parametrize("size", [DESK, PHONE], indirect=False)
def test_a_live_view_opens_by_a_click_alone_and_closing_it_lets_the_camera_go(visit: Visit, camera: LiveCamera) -> None:
    visit.open("/station/hongo-bridge", "button[data-live]")
    visit.page.wait_for_timeout(300)
    assert camera.open == 0
    visit.page.locator("button[data-live]").click()
    expect(visit.page.locator(".live-picture")).to_have_js_property("naturalWidth", 640, timeout=PATIENCE_MS)
    expect(visit.page.locator(".live-said")).to_contain_text("接続", timeout=PATIENCE_MS)
    expect(visit.page.locator(".live-note")).to_contain_text("自動点検していません")
    assert camera.open == 1
    visit.page.locator(".viewer-close").click()
    assert camera.wait_for(0)
    assert visit.errors == []
    assert visit.hosts() == {visit.base.removeprefix("http://"), camera.base.removeprefix("http://")}


def test_leaving_the_page_lets_the_camera_go(visit: Visit, camera: LiveCamera) -> None:
    visit.open("/", "a.row")
    visit.page.locator("a.row", has_text="本郷橋").click()
    visit.page.locator("button[data-live]").click()
    assert camera.wait_for(1)
    visit.page.go_back()
    assert camera.wait_for(0)
    expect(visit.page.locator(".viewer")).to_have_count(0)


def test_a_live_view_closes_by_itself_and_shows_the_newest_still_with_its_time(
    visit: Visit, camera: LiveCamera
) -> None:
    visit.open("/station/hongo-bridge", "button[data-live]")
    visit.page.evaluate("window.mizumori.liveLimits.closeAfterMs = 1500")
    visit.page.locator("button[data-live]").click()
    expect(visit.page.locator(".live-said")).to_contain_text("閉じました", timeout=PATIENCE_MS)
    assert camera.wait_for(0)
    expect(visit.page.locator(".viewer .taken")).to_be_visible()
    expect(visit.page.locator(".viewer .band")).to_contain_text("画像が固まっています")
    visit.page.evaluate("window.mizumori.liveLimits.closeAfterMs = 300000")
    visit.page.get_by_role("button", name="もう一度つなぐ").click()
    assert camera.wait_for(1)


def test_a_live_view_that_cannot_be_reached_says_so_and_shows_the_newest_still(visit: Visit) -> None:
    visit.open("/en/station/ekimae-under", "button[data-live]")
    visit.page.locator("button[data-live]").click()
    expect(visit.page.locator(".live-said")).to_contain_text("No connection to the camera", timeout=PATIENCE_MS)
    expect(visit.page.locator(".live-said")).to_contain_text("Below is the newest still.")
    expect(visit.page.locator(".viewer .band")).to_contain_text("lens covered")


def test_a_live_view_that_sends_nothing_is_given_up(visit: Visit, camera: LiveCamera) -> None:
    camera.quiet = True
    try:
        visit.open("/station/hongo-bridge", "button[data-live]")
        visit.page.evaluate("window.mizumori.liveLimits.comesWithinMs = 1200")
        visit.page.locator("button[data-live]").click()
        expect(visit.page.locator(".live-said")).to_contain_text("1秒まで待ちます")
        expect(visit.page.locator(".live-said")).to_contain_text("カメラから何も届きません", timeout=PATIENCE_MS)
        assert camera.wait_for(0)
    finally:
        camera.quiet = False


def test_the_player_asks_for_playlist_and_segment_and_for_nothing_elsewhere(visit: Visit, camera: LiveCamera) -> None:
    camera.asked.clear()
    visit.open("/station/hama-pump", "button[data-live=hls]")
    assert not [each for each in visit.asked if "hls" in each]
    with visit.page.expect_request("**/seg-0.ts", timeout=PATIENCE_MS):
        visit.page.locator("button[data-live=hls]").click()
    visit.page.evaluate("window.mizumori.liveLimits.comesWithinMs = 800")
    # The segment holds no picture: that is said.
    expect(visit.page.locator(".live-said")).to_contain_text("表示できる映像が届きません", timeout=PATIENCE_MS)
    assert {"/live/index.m3u8", "/live/seg-0.ts"} <= set(camera.asked)
    assert f"{visit.base}/assets/hls/hls.light.min.js" in visit.asked
    assert visit.hosts() == {visit.base.removeprefix("http://"), camera.base.removeprefix("http://")}


def test_a_page_may_ask_nobody_who_is_not_in_the_registry(visit: Visit, camera: LiveCamera) -> None:
    visit.open("/station/hama-pump", "button[data-live=hls]")
    other = f"http://127.0.0.1:{free_port()}"
    blocked = visit.page.evaluate(
        """async (other) => {
            const refused = new Promise((done) =>
                document.addEventListener("securitypolicyviolation", (event) => done(event.effectiveDirective)));
            new Image().src = other + "/video.mjpg";
            return refused;
        }""",
        other,
    )
    assert blocked == "img-src"
    assert not [each for each in camera.asked if other in each]


@pytest.fixture(scope="module")
def pumps_base() -> Iterator[str]:
    with served(create_app(pump_desk().services).server) as address:
        yield address


@pytest.mark.parametrize("size", [DESK, PHONE], indirect=False)
def test_pumps_that_stand_still_in_the_water_are_seen_at_once(
    context: BrowserContext, pumps_base: str, size: tuple[int, int]
) -> None:
    base = pumps_base
    with context.new_page() as page:
        errors: list[str] = []
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.goto(f"{base}/en/station/{IDLE}")
        notice = page.locator(".pump-idle")
        expect(notice).to_contain_text("The inner stage is high and the pump is not running", timeout=PATIENCE_MS)
        expect(notice).to_be_in_viewport(timeout=PATIENCE_MS)
        expect(page.locator(".machine.is-idle")).to_have_count(2)
        page.wait_for_selector(".js-plotly-plot .main-svg", timeout=PATIENCE_MS)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert errors == []


def test_three_hundred_cameras_ask_for_a_screenful_of_pictures(browser: Browser) -> None:
    with served(create_app(crowded_desk(300).services).server) as base:
        context = browser.new_context(viewport={"width": DESK[0], "height": DESK[1]})
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{base}/cameras")
        expect(page.locator(".wall .still")).to_have_count(309, timeout=PATIENCE_MS)
        page.wait_for_timeout(1000)
        pictures = [each for each in asked if "/still/" in each]
        assert 5 <= len(pictures) <= 60
        assert all("copy=thumb" in each for each in pictures)
        context.close()


def test_a_name_with_a_script_is_text_on_the_wall(browser: Browser) -> None:
    at_desk = camera_desk()
    city = at_desk.registry.current
    assert city
    hostile = {"ja": "<img src=x onerror=window.hacked=1>"}
    station = city.stations["hongo-bridge"].model_copy(update={"name": hostile})
    at_desk.registry.current = city.model_copy(update={"stations": {**city.stations, station.id: station}})
    with served(create_app(at_desk.services).server) as base:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{base}/cameras")
        expect(page.locator(".camera-name", has_text="<img src=x")).to_have_count(1, timeout=PATIENCE_MS)
        assert page.evaluate("window.hacked") is None
        context.close()
