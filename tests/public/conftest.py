from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.alerts.conftest import database as database
from tests.alerts.conftest import new_database as new_database
from tests.browsing import browser
from tests.public.press import Press

__all__ = ["browser"]


@pytest.fixture
def press(database: Engine, tmp_path: Path) -> Press:
    """A desk for public messages with a publisher, which has written nothing yet."""
    return Press(database, tmp_path / "site")
