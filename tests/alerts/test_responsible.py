"""Who answers for a station, and whose number a reader may see."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from alerts.people import Contact, Directory, GroupKind
from alerts.people.responsible import responsible
from tests.alerts.town import DITCH, NOON, RIVER, UNDERPASS, contact, group, people, route

OF_RIVERS = RIVER.model_copy(update={"department": {"ja": "河川課"}})
DIRECTORY = Directory(
    people(
        [
            contact("duty", telephone="0000-00-0001"),
            contact("river", department="河川課", telephone="0000-00-0002", private=True),
            contact("crew", telephone="+81 00-0000-0003", away=True),
            contact("resident"),
            contact("gateway-man"),
        ],
        [
            group("duty"),
            group("river", GroupKind.DEPARTMENT),
            group("crew", GroupKind.CREW),
            group("resident", GroupKind.PUBLIC),
            group("gateway-man"),
        ],
        [
            route("duty"),
            route("river"),
            route("crew", stations=["fujii"]),
            route("resident"),
            route("gateway-man", rules=["gateway"]),
        ],
    )
)


def test_the_department_that_looks_after_it_comes_first_then_those_of_just_this_place() -> None:
    found = responsible(DIRECTORY, OF_RIVERS, NOON, private=True)
    assert [each.contact.id for each in found] == ["river", "crew", "duty"]
    assert [each.own for each in found] == [True, False, False]
    assert [each.away for each in found] == [False, True, False]


def test_of_another_place_others_answer_and_the_public_never_does() -> None:
    assert [each.contact.id for each in responsible(DIRECTORY, DITCH, NOON, private=True)] == ["duty", "river"]
    assert responsible(Directory(), UNDERPASS, NOON, private=True) == ()


def test_a_private_number_is_withheld_from_who_may_only_look() -> None:
    seen = {each.contact.id: each for each in responsible(DIRECTORY, OF_RIVERS, NOON, private=False)}
    assert (seen["river"].telephone, seen["river"].withheld) == ("", True)
    assert (seen["duty"].telephone, seen["duty"].withheld) == ("0000-00-0001", False)
    allowed = {each.contact.id: each for each in responsible(DIRECTORY, OF_RIVERS, NOON, private=True)}
    assert (allowed["river"].telephone, allowed["river"].withheld) == ("0000-00-0002", False)


@pytest.mark.parametrize("number", ["call me", "1", "tel:0848", "０８４８－１２"])
def test_a_telephone_is_a_number_as_people_dial_it(number: str) -> None:
    with pytest.raises(ValidationError):
        Contact.model_validate(contact("duty", telephone=number))
