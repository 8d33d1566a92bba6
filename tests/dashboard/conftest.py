from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browsing import browser
from tests.dashboard.api_house import ApiHouse, api_house

__all__ = ["browser", "house"]


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHouse]:
    """The app with its API, on a server and a database that all tests of the API share."""
    with api_house(tmp_path_factory.mktemp("api")) as made:
        yield made
