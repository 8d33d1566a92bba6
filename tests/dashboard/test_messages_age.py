"""A draft made from values says how old they are, and what the gauge says since."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from alerts.public.looks import Looks
from alerts.public.records import PublicMessage
from dashboard.staff import messages_age, messages_callbacks, messages_page
from dashboard.staff.addresses import page_at
from dashboard.staff.watch import Picture
from dashboard.views import Board, GaugeView, StationView
from ingest.hazard import levels_at
from ingest.store.tables import metadata, open_database
from tests.alerts.public_house import RIVER, TOWN, PublicHouse
from tests.dashboard.fake_city import reading


@pytest.fixture
def house(tmp_path: Path) -> Iterator[PublicHouse]:
    database = open_database(f"sqlite:///{tmp_path / 'present.db'}")
    metadata.create_all(database)
    yield PublicHouse(database)
    database.dispose()


def told(house: PublicHouse, message: PublicMessage, language: str = "ja", **now: Any) -> str:
    """What stands on the page while the gauge says 2.49 m, as of a minute ago."""
    at, gauge = house.clock.now(), TOWN.gauges["fujii-01"]
    shown = reading("fujii-01", 2.49, at - timedelta(minutes=1))
    state = {"silent": False, "unconfirmed": False} | now
    levels = levels_at(RIVER.kind, gauge, at)
    view = GaugeView(gauge, levels, shown, 4, 60.0, **state, sensor_fault=False, rise_m_per_h=None)
    board = Board(at, TOWN, (StationView(RIVER, (view,), ()),))
    drawn = messages_age.told(message, board, at, language)
    return "" if isinstance(drawn, list) else str(drawn.children)


def test_a_draft_of_older_values_says_so_with_the_stage_of_now(house: PublicHouse) -> None:
    made = house.draft(4)
    house.later(5)
    assert told(house, made) == ""
    house.later(3)
    assert told(house, made) == "19:00 の値による下書き・8分前。今は 2.49 m（19:07）です。"
    english = "Drafted from values of 19:00, 8 min ago. The stage is 2.49 m now (19:07)."
    assert told(house, made, "en") == english


def test_a_stage_that_is_not_known_to_hold_is_not_told_as_that_of_now(house: PublicHouse) -> None:
    made = house.draft(4)
    house.later(8)
    assert told(house, made, silent=True).endswith("通信が途絶えています。最後に分かった値は 2.49 m（19:07）です。")
    assert told(house, made, unconfirmed=True).endswith("今の値 2.49 m（19:07）は未確認です。")
    without = messages_age.told(made, None, house.clock.now(), "ja")
    assert getattr(without, "children", "") == "19:00 の値による下書き・8分前。"


def test_what_people_wrote_and_what_is_out_has_no_age(house: PublicHouse) -> None:
    written, out = house.by_hand(), house.out(4)
    house.later(30)
    assert (told(house, written), told(house, out)) == ("", "")


class Watching:
    """A watch that saw one picture."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture

    async def latest(self) -> Picture:
        return self._picture


def test_the_page_of_a_draft_asks_for_its_age_with_the_news_of_every_minute(house: PublicHouse) -> None:
    made = house.draft(4)
    picture = Picture(house.later(8), None)
    public: Any = SimpleNamespace(looks=Looks(house.database, house.around, house.clock))
    watching: Any = Watching(picture)
    drawn = asyncio.run(messages_callbacks.age(watching, public, None, f"/messages/{made.id}"))
    assert drawn.children == "19:00 の値による下書き・8分前。"
    assert asyncio.run(messages_callbacks.age(watching, public, None, "/messages/999")) == []
    assert "message-age" in repr(messages_page.one_skeleton(page_at(f"/messages/{made.id}")))
