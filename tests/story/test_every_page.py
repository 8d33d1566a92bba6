"""Every page that there is, in a real browser, in the middle of a storm: nobody is kept out by how it is built.

The list of pages is that of the rights: whoever adds a page there finds it walked here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from dashboard.accounts import rights
from simulators.faults import demonstration_faults
from tests.axe import grave_faults
from tests.story import scene
from tests.story.night import ORIGIN, Night, night
from tests.story.screens import DESK, PHONE, Screen, at_the_time_of, browsing, screen, screen_of

CAMERAS = ("fujii-kinosho-cam", "under-kurihara-cam", "fujii-takasu-cam")
NO_PAGES = ("/api/", "/assets/", "/_", "/still", "/alive")
"""What begins so is for programs and for pages, not for eyes; a test below holds that none of it is a page."""
SIGNING_IN = ("/login", "/setup", "/login/code", "/login/enrol", "/login/password")
"""Pages that people who are signed in do not see; they have a test of their own."""
OTHER_FACES = (
    "/messages/new",
    "/station/{station_id}?h=24",
    "/api/v1/chronology/export?format=html",
    "/?hazard=3",
    "/cameras?camera={camera_id}",
)
"""Of pages that the rights name once."""
PAGES = (
    *(
        each.path
        for each in rights.RIGHTS
        if "GET" in each.methods.split() and not each.path.startswith(NO_PAGES) and each.path not in SIGNING_IN
    ),
    *OTHER_FACES,
)
NOT_BELOW_EN = ("/api/", "/account")
"""Pages that have one address in every language."""


@pytest.fixture(scope="module")
def stormy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    """Forty minutes of rain."""
    begins_at = ORIGIN - timedelta(minutes=40)
    with night(tmp_path_factory.mktemp("night"), begins_at, faults=demonstration_faults) as made:
        made.go_on(43)
        made.go_on(1.1, CAMERAS)
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as made:
        yield made


@pytest.fixture(scope="module")
def desk(stormy: Night, browser: Browser) -> Screen:
    return screen_of(browser, stormy, "admin")


@pytest.fixture(scope="module")
def phone(stormy: Night, browser: Browser) -> Screen:
    return screen_of(browser, stormy, "admin", PHONE, "en")


@pytest.fixture(scope="module")
def items(stormy: Night) -> dict[str, str]:
    """What stands in the addresses in the place of what varies; a page with another name in its address needs it."""
    return scene.play(stormy)


def filled(path: str, items: dict[str, str]) -> str:
    """An address with something in the place of what varies."""
    return re.sub(r"\{(\w+)\}", lambda match: items[match[1]], path)


def wrong_at(screen: Screen, address: str) -> list[str]:
    """What axe finds on a page, what its console says, and what it asked for in vain."""
    screen.faults.clear()
    return [*grave_faults(screen.open(address)), *screen.faults]


@pytest.mark.parametrize("page", PAGES)
def test_no_page_of_staff_has_a_grave_fault(desk: Screen, phone: Screen, items: dict[str, str], page: str) -> None:
    address = filled(page, items)
    english = address if address.startswith(NOT_BELOW_EN) else f"/en{address}".rstrip("/")
    assert wrong_at(desk, address) == []
    assert wrong_at(phone, english) == []


def test_nothing_else_that_the_rights_name_is_a_page(stormy: Night, items: dict[str, str]) -> None:
    gets = [each.path for each in rights.RIGHTS if "GET" in each.methods.split() and ":path}" not in each.path]
    others = [each for each in gets if each.startswith(NO_PAGES)]
    with stormy.signed_in("admin") as client:
        answers = {each: client.get(filled(each, items), headers={"Accept": "text/html"}) for each in others}
    found = [each for each, answer in answers.items() if answer.headers["content-type"].startswith("text/html")]
    assert len(others) > 15
    assert found == [], "walk these pages too"


@pytest.mark.parametrize(("size", "language"), [(DESK, "en"), (PHONE, "ja")])
def test_no_page_of_the_public_has_a_grave_fault(
    stormy: Night, browser: Browser, size: tuple[int, int], language: str
) -> None:
    made = screen(browser, stormy.public, size, language)
    at_the_time_of(made.page.context, stormy.clock.now())
    wrong = {page: wrong_at(made, page) for page in public_pages(stormy, language)}
    assert {page: faults for page, faults in wrong.items() if faults} == {}


def public_pages(stormy: Night, language: str) -> list[str]:
    """Every page of the city, and one of a station and one of an area."""
    site = stormy.settings.public_folder
    root = site / ("" if language == "ja" else language)
    found = [each for each in sorted(root.glob("*.html")) if each.name != "404.html"]
    found += [min((root / folder).glob("*.html")) for folder in ("stations", "areas")]
    return [f"/{each.relative_to(site).as_posix()}" for each in found]


def test_the_page_on_which_crews_answer_has_no_grave_fault(stormy: Night, browser: Browser) -> None:
    link = scene.link_to_answer(stormy)
    base, _, path = link.partition("/a/")
    for size, language in ((PHONE, "ja"), (DESK, "en")):
        assert wrong_at(screen(browser, base, size, language), f"/a/{path}") == []
