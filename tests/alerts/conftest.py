from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from alerts.store import tables
from ingest.store.tables import metadata, open_database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path / 'present.db'}")
    assert tables.transitions.metadata is metadata
    metadata.create_all(engine)
    yield engine
    engine.dispose()
