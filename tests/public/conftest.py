from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.alerts.conftest import database as database
from tests.alerts.conftest import new_database as new_database
from tests.browsing import browser
from tests.public.fakes import served
from tests.public.press import Press
from tests.public.stormy_city import StormyCity

__all__ = ["browser"]


@pytest.fixture
def press(database: Engine, tmp_path: Path) -> Press:
    """A desk for public messages with a publisher, which has written nothing yet."""
    return Press(database, tmp_path / "site")


@pytest.fixture(scope="session")
def stormy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StormyCity]:
    """A city in a storm with everything that a page can show, published once for all tests and served."""
    city = StormyCity(tmp_path_factory.mktemp("stormy"))
    city.publish()
    with served(city.site) as city.address:
        yield city
