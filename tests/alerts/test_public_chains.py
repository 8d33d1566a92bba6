"""What is read for the public: whole chains of what was published, and never anything that was not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from alerts.public.records import Given, Step
from tests.alerts.public_house import WHY, PublicHouse

MONTH = timedelta(days=30)


@pytest.fixture
def house(database: Engine) -> PublicHouse:
    return PublicHouse(database)


def steps(house: PublicHouse) -> list[Step]:
    return [each.step for each in house.kept.chains_since(house.clock.now() - MONTH)]


def test_drafts_approved_and_withdrawn_ones_are_never_read(house: PublicHouse) -> None:
    house.draft(4)
    house.by_hand()
    house.desk.approve(house.by_hand().id, "課長")
    house.desk.withdraw(house.by_hand().id, "当番", "要らない")
    assert steps(house) == []


def test_of_a_chain_that_goes_on_its_draft_is_not_read(house: PublicHouse) -> None:
    house.desk.update(house.out(4).id, "当番", Given())
    assert steps(house) == [Step.FIRST]


def test_a_chain_that_ended_lately_is_whole_however_old_its_beginning_is(house: PublicHouse) -> None:
    first = house.out(4)
    house.later(60 * 24 * 29)
    house.desk.cancel(first.id, "当番", WHY)
    house.later(60 * 24 * 2)
    assert steps(house) == [Step.FIRST, Step.CANCEL]
    house.later(60 * 24 * 30)
    assert steps(house) == []


def test_a_danger_that_nobody_ended_stays_however_old_it_is(house: PublicHouse) -> None:
    house.out(4)
    house.later(60 * 24 * 60)
    assert steps(house) == [Step.FIRST]
