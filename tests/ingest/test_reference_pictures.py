"""The picture of a normal day of each camera, as it is read back."""

from __future__ import annotations

from pathlib import Path

from ingest.store.cameras import SqlPictures
from ingest.store.protocol import Reference
from ingest.store.tables import camera_memory, writing
from tests.ingest.cities import NOON
from tests.ingest.stores import database


def test_the_picture_of_a_normal_day_is_that_which_was_chosen(tmp_path: Path) -> None:
    engine = database(tmp_path)
    row = {"memory": b"", "changed_at": NOON, "reference_by": "desk", "reference_due": False}
    with writing(engine) as connection:
        connection.execute(
            camera_memory.insert(),
            [
                {"camera_id": "chosen", **row, "reference_file": "chosen/20260701/a.jpg", "reference_at": NOON},
                {"camera_id": "remembered", **row, "reference_file": "", "reference_at": None},
            ],
        )
    pictures = SqlPictures(engine)
    assert pictures.reference("chosen") == Reference("chosen", "chosen/20260701/a.jpg", NOON, "desk")
    assert pictures.reference("remembered") is None
    assert pictures.reference("unknown") is None
    assert pictures.references() == {"chosen": Reference("chosen", "chosen/20260701/a.jpg", NOON, "desk")}
