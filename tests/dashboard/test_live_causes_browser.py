"""Why a live view does not come, as a real browser finds out from cameras that refuse or keep silent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from dashboard.staff.app import create_app
from ingest.devices import Live
from tests.brokers import free_port
from tests.dashboard.camera_desk import COVERED, FROZEN, camera_desk
from tests.dashboard.live_camera import LiveCamera, live_camera
from tests.dashboard.staff_fakes import served
from tests.parts import CHROMIUM_ARGS, chromium

WITHIN_MS = 8_000


@pytest.fixture(scope="module")
def camera() -> Iterator[LiveCamera]:
    with live_camera() as made:
        yield made


@pytest.fixture(scope="module")
def nobody() -> str:
    """An address at which nobody listens."""
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture(scope="module")
def page(camera: LiveCamera, nobody: str) -> Iterator[Page]:
    """The page of a station whose camera has a live view; each test gives it another address of that camera."""
    path = chromium()
    live = {FROZEN: Live(kind="mjpeg", url=f"{camera.base}/1"), COVERED: Live(kind="hls", url=f"{nobody}/2")}
    at_desk = camera_desk(live=live)
    with served(create_app(at_desk.services).server) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGS))
        made = browser.new_page()
        made.goto(f"{base}/station/hongo-bridge")
        made.wait_for_selector("button[data-live]", timeout=WITHIN_MS)
        yield made
        browser.close()


def cause(page: Page, kind: str, url: str, within_ms: int = 4000) -> dict[str, object]:
    found = page.evaluate("([kind, url, ms]) => window.mizumori.causeOf(kind, url, ms)", [kind, url, within_ms])
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("kind", "path", "why"),
    [
        ("mjpeg", "/answers?status=401&read=yes", {"why": "refused", "n": 401}),
        ("hls", "/answers?status=403&read=yes", {"why": "refused", "n": 403}),
        ("mjpeg", "/answers?status=401", {"why": "hides_mjpeg"}),
        ("hls", "/answers?status=401", {"why": "hides_hls"}),
        ("mjpeg", "/answers?status=404&read=yes", {"why": "not_there", "n": 404}),
        ("mjpeg", "/answers?read=yes", {"why": "not_stream"}),
        ("hls", "/answers?read=yes", {"why": "not_stream"}),
        ("hls", "/live/index.m3u8", {"why": "no_pictures"}),
        ("mjpeg", "/answers?status=302", {"why": "elsewhere"}),
    ],
)
def test_what_a_camera_answers_is_told_as_far_as_a_page_may_know(
    page: Page, camera: LiveCamera, kind: str, path: str, why: dict[str, object]
) -> None:
    assert cause(page, kind, camera.base + path) == why


def test_a_camera_that_never_answers_is_told_from_one_that_is_not_there(
    page: Page, camera: LiveCamera, nobody: str
) -> None:
    assert cause(page, "mjpeg", f"{camera.base}/never", 300) == {"why": "no_answer"}
    assert cause(page, "mjpeg", f"{nobody}/video.mjpg") == {"why": "no_connection"}


def test_an_address_that_the_page_may_not_ask_is_not_called_unreachable(page: Page) -> None:
    assert cause(page, "mjpeg", "http://127.0.0.2:9/video.mjpg") == {"why": "elsewhere"}


@pytest.mark.parametrize(
    ("kind", "path", "said"),
    [
        ("mjpeg", "/answers?status=401&read=yes", "ユーザー名とパスワードを求めています（応答 401）"),
        ("hls", "/answers?status=401&read=yes", "ユーザー名とパスワードを求めています（応答 401）"),
        ("mjpeg", "/answers?status=401", "パスワードが必要か、アドレスが違う可能性があります"),
        ("hls", "/never", "カメラから何も届きません"),
        ("mjpeg", "/never", "カメラから何も届きません"),
    ],
)
def test_staff_read_what_happened_beside_the_newest_still(
    page: Page, camera: LiveCamera, kind: str, path: str, said: str
) -> None:
    page.evaluate("window.mizumori.liveLimits.comesWithinMs = 1000")
    show = "([kind, url]) => Object.assign(document.querySelector('button[data-live]').dataset, { live: kind, url })"
    page.evaluate(show, [kind, camera.base + path])
    page.locator("button[data-live]").click()
    expect(page.locator(".live-said")).to_contain_text(said, timeout=WITHIN_MS)
    expect(page.locator(".live-said")).to_contain_text("下は最新の静止画です。")
    expect(page.locator(".viewer .taken")).to_be_visible()
    page.keyboard.press("Escape")
