"""Where what is grave needs two persons: no way around them, neither over what follows nor over a correction."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from alerts.cap.flood import Issued, IssuedFor
from alerts.public.records import Given, PublicMessage, Refused, State, Step
from alerts.public.settings import PublicMessages
from tests.alerts.night import at
from tests.alerts.public_house import WHY, PublicHouse


def by_two(house: PublicHouse, message: PublicMessage, despite: str = "") -> PublicMessage:
    for who in ("当番", "課長"):
        house.desk.approve(message.id, who, despite)
    return house.desk.publish(message.id, "当番").message


@pytest.fixture
def strict(database: Engine) -> PublicHouse:
    """What is grave is approved by two."""
    return PublicHouse(database, PublicMessages(approvals_by_level={4: 2, 5: 2}))


def test_a_correction_of_an_older_message_says_nothing_graver_than_what_holds_by_now(strict: PublicHouse) -> None:
    first = by_two(strict, strict.by_hand(gravity=5, issued=Issued(4, "市長", at(50))))
    now = by_two(strict, strict.desk.update(first.id, "当番", Given(gravity=2, no_issued=True)))
    right = Given({"ja": {"headline": "直ちに高い所へ"}})
    for graver in (right, replace(right, gravity=2), replace(right, no_issued=True)):
        with pytest.raises(Refused, match=f"message {now.id} says less by now") as refused:
            strict.desk.correct(first.id, "当番", WHY, graver, now.id)
        assert (refused.value.name, refused.value.values["number"]) == ("graver_than_now", now.id)
    assert strict.newest().id == now.id
    assert strict.desk.correct(first.id, "当番", WHY, replace(right, gravity=2, no_issued=True), now.id).told == 0


def test_a_correction_takes_an_issued_level_to_no_other_place_where_that_needs_two(strict: PublicHouse) -> None:
    minogo = Issued(4, "市長", at(50), IssuedFor("美ノ郷"))
    wrong = by_two(strict, strict.by_hand(gravity=4, issued=minogo))
    with pytest.raises(Refused, match="makes nothing graver"):
        strict.desk.correct(wrong.id, "当番", WHY, Given(issued=replace(minogo, where=IssuedFor())))
    assert strict.desk.correct(wrong.id, "当番", WHY, Given(no_issued=True)).message.content.issued is None


@pytest.mark.parametrize("step", [Step.ALL_CLEAR, Step.UPDATE])
def test_what_follows_a_grave_danger_needs_as_many_as_the_danger_did(strict: PublicHouse, step: Step) -> None:
    first = by_two(strict, strict.by_hand(gravity=5))
    act = strict.desk.all_clear if step is Step.ALL_CLEAR else strict.desk.update
    made = act(first.id, "当番", Given(gravity=1))
    made = strict.desk.edit(made.id, "当番", Given(gravity=1))
    assert strict.desk.approve(made.id, "当番", "現地を見た").state is State.DRAFT
    with pytest.raises(Refused, match="1 of 2 approvals"):
        strict.desk.publish(made.id, "当番", "現地を見た")
    strict.desk.approve(made.id, "課長", "現地を見た")
    out = strict.desk.publish(made.id, "当番", "現地を見た").message
    assert (out.state, out.content.gravity) == (State.PUBLISHED, 1)


def test_an_approval_from_before_the_danger_became_grave_is_not_enough_for_its_end(strict: PublicHouse) -> None:
    first = strict.by_hand(gravity=3)
    strict.desk.approve(first.id, "当番")
    strict.desk.publish(first.id, "当番")
    clear = strict.desk.approve(strict.desk.all_clear(first.id, "当番").id, "当番", "現地を見た")
    assert clear.state is State.APPROVED
    by_two(strict, strict.desk.update(first.id, "当番", Given(gravity=5)))
    with pytest.raises(Refused, match="1 of 2 approvals"):
        strict.desk.publish(clear.id, "当番", "現地を見た")


def test_naming_an_issued_level_needs_as_many_as_a_danger_of_that_level(strict: PublicHouse) -> None:
    made = strict.by_hand(gravity=1, issued=Issued(5, "市長", at(50)))
    assert strict.desk.approve(made.id, "当番").state is State.DRAFT
    with pytest.raises(Refused, match="1 of 2 approvals"):
        strict.desk.publish(made.id, "当番")
    assert strict.desk.approve(made.id, "課長").state is State.APPROVED
