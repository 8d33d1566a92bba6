"""What the eyes do when many stills wait: after a stop, or where one camera sends what it has kept of days."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from ingest.sight.memory import from_bytes
from ingest.store import waiting
from ingest.store.cameras import SqlPictures
from ingest.store.protocol import Copy
from tests.ingest.cities import NOON
from tests.ingest.eyes_city import City, through
from tests.ingest.whole_pictures import jpeg, noise


@pytest.fixture
def city(tmp_path: Path) -> City:
    """A fresh one."""
    return City(tmp_path)


def test_after_a_backlog_the_newest_is_shown_at_once_and_all_the_others_are_looked_at(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Recognition remembers them in the order of their time: the older ones are judged by themselves."""
    monkeypatch.setattr(waiting, "MOST_IN_ORDER", 5)
    eyes = city.eyes()
    city.send(jpeg(noise()))
    through(eyes)
    files = [city.send(jpeg(noise(number))) for number in range(1, 41)]
    eyes.turn()
    assert city.shown() == files[-1]
    after = city.looks.remembered(["fujii-cam"])["fujii-cam"]
    assert after.changed_at == NOON + timedelta(minutes=41)
    through(eyes)
    assert city.looks.remembered(["fujii-cam"])["fujii-cam"] == after
    assert (eyes.counts.looks, city.looks.waiting().stills, city.shown()) == (41, 0, files[-1])
    strip = SqlPictures(city.engine).strip("fujii-cam", NOON, NOON + timedelta(hours=1), 100)
    assert [each.still.file for each in strip[1:]] == files
    assert all(each.look.figures and city.folder.has(each.still.file, Copy.THUMB) for each in strip)
    newest = from_bytes(after.memory)[0]
    assert newest.taken_at == after.changed_at
