"""Names of people: two persons who approve a message are told apart by them."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.accounts import names
from dashboard.accounts.actor import Role
from dashboard.accounts.desk import Refused
from dashboard.accounts.keeping import Keeper, KeepingError
from dashboard.accounts.records import NewAccount
from tests.dashboard.account_desk import PASSWORD, QUICK, House, house


@pytest.fixture
def city(tmp_path: Path) -> House:
    return house(tmp_path)


def keeper(city: House) -> Keeper:
    return Keeper(city.desk.store, QUICK, city.clock.now, "root")


def add(city: House, login: str, name: str) -> None:
    keeper(city).add(NewAccount(login, name, Role.APPROVER, ""), PASSWORD)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("佐藤（河川課）", None),
        ("  当直 責任者 ", None),
        ("   ", "none"),
        ("", "none"),
        ("花" * 101, "long"),
        ("佐藤\u200b", "unseen"),
        ("佐藤\u2060一郎", "unseen"),
        ("佐\x07藤", "unseen"),
        ("rule: 一", "of_rules"),
        ("ＲＵＬＥ:一", "of_rules"),
    ],
)
def test_a_name_is_one_that_can_be_read_and_that_an_act_can_be_signed_with(name: str, why: str | None) -> None:
    assert names.refused(name) == (f"accounts.name_{why}" if why else None)


@pytest.mark.parametrize("name", ["佐藤 一郎", "佐藤一郎", "佐藤　一郎 "])
def test_two_who_may_sign_in_never_have_the_same_name_for_approvals(city: House, name: str) -> None:
    add(city, "hana", "佐藤 一郎")
    with pytest.raises(KeepingError, match="name_taken"):
        add(city, "taro", name)
    add(city, "taro", f"{name}（河川課）")


def test_a_login_name_that_is_taken_is_said_before_the_name(city: House) -> None:
    add(city, "hana", "佐藤 一郎")
    with pytest.raises(KeepingError, match="login_taken"):
        add(city, "hana", "佐藤 一郎")


def test_the_name_of_one_who_left_is_free_and_is_not_given_back_while_another_has_it(city: House) -> None:
    add(city, "hana", "佐藤 一郎")
    gone = city.desk.store.account("hana")
    assert gone is not None
    keeper(city).disable(gone)
    add(city, "taro", "佐藤 一郎")
    with pytest.raises(KeepingError, match="name_taken"):
        keeper(city).enable(gone)
    other = city.desk.store.account("taro")
    assert other is not None
    keeper(city).disable(other)
    keeper(city).enable(gone)
    back = city.desk.store.account("hana")
    assert back is not None
    assert back.disabled_at is None


def test_the_first_account_has_a_name_that_can_sign_or_its_login_name(city: House) -> None:
    outcome = city.desk.first_account("hana", "佐藤\u200b", PASSWORD, "192.0.2.1")
    assert isinstance(outcome, Refused)
    assert outcome.key == "accounts.name_unseen"
    assert not city.desk.any_account()
    city.desk.first_account("hana", "  ", PASSWORD, "192.0.2.1")
    assert [each.name for each in city.desk.store.accounts()] == ["hana"]
