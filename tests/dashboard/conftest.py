from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.dashboard.api_house import ApiHouse, api_house
from tests.parts import CHROMIUM_ARGS, chromium


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHouse]:
    """The app with its API, on a server and a database that all tests of the API share."""
    with api_house(tmp_path_factory.mktemp("api")) as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium, one for all tests of a file."""
    path = chromium()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGS))
        yield started
        started.close()
