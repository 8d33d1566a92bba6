"""An administrator cuts somebody off in the moment when that one's password or code is being looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from argon2 import PasswordHasher

from dashboard.accounts.desk import OVER, Outcome, Refused, Taken
from dashboard.accounts.keeping import Keeper
from dashboard.accounts.passwords import Passwords
from dashboard.accounts.records import Account
from dashboard.accounts.sessions import Signed
from tests.dashboard.account_desk import PASSWORD, House, house

HERE = "192.0.2.1"
MADE, OWN = "kawa no mukou no yama", "yama no mukou no umi"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@dataclass
class Slow(Passwords):
    """What ``meanwhile`` is set to happens while a password is being looked at."""

    meanwhile: list[Callable[[], object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))

    def fits(self, kept: str | None, password: str) -> bool:
        fits = super().fits(kept, password)
        while self.meanwhile:
            self.meanwhile.pop()()
        return fits


@dataclass
class Town:
    house: House
    slow: Slow

    def account(self) -> Account:
        account = self.house.desk.store.account("hana")
        assert account is not None
        return account

    def reset(self) -> None:
        """By an administrator whose server is another one."""
        keeper = Keeper(self.house.desk.store, self.slow, self.house.clock.now, "admin")
        keeper.reset(self.account(), MADE, made=False, second_factor=True)

    def open(self) -> int:
        return len(self.house.desk.store.sessions(self.account().id))

    def signed(self, password: str = PASSWORD) -> Signed:
        taken = self.house.desk.sign_in("hana", password, HERE)
        assert isinstance(taken, Taken), taken
        found = self.house.desk.sessions.find(taken.token)
        assert found is not None
        return found

    def is_cut_off(self, outcome: Outcome, why: Refused) -> None:
        """Refused, no session stands, there is no second factor of anybody, and the administrator's password holds."""
        assert outcome == why
        assert self.open() == 0
        assert self.account().totp_secret == ""
        assert self.house.desk.sign_in("hana", OWN, HERE) == Refused("accounts.wrong")
        self.signed(MADE)


@pytest.fixture
def town(tmp_path: Path) -> Town:
    made, slow = house(tmp_path), Slow()
    made.desk.passwords = slow
    made.add("hana")
    return Town(made, slow)


def test_a_password_that_is_looked_at_during_a_reset_lets_nobody_in(town: Town) -> None:
    town.slow.meanwhile.append(town.reset)
    town.is_cut_off(town.house.desk.sign_in("hana", PASSWORD, HERE), Refused("accounts.wrong"))


def test_a_hash_that_is_made_anew_during_a_reset_does_not_bring_the_old_password_back(town: Town) -> None:
    weak = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(PASSWORD)
    town.house.desk.store.change(town.account().id, password_hash=weak)
    town.slow.meanwhile.append(town.reset)
    town.is_cut_off(town.house.desk.sign_in("hana", PASSWORD, HERE), Refused("accounts.wrong"))


def test_a_password_that_is_changed_during_a_reset_is_that_of_the_reset(town: Town) -> None:
    signed = town.signed()
    town.slow.meanwhile.append(town.reset)
    town.is_cut_off(town.house.desk.change_password(signed, PASSWORD, OWN, HERE), OVER)


def test_a_second_factor_that_is_taken_during_a_reset_is_nobodys(town: Town) -> None:
    signed = town.signed()
    town.slow.meanwhile.append(town.reset)
    code = pyotp.TOTP(SECRET).at(town.house.clock.now())
    town.is_cut_off(town.house.desk.enrol(signed, SECRET, code, HERE, password=PASSWORD), OVER)


@pytest.mark.parametrize("end", ["reset", "sessions", "second factor"])
def test_a_code_that_is_looked_at_while_the_sessions_are_ended_lets_nobody_in(
    town: Town, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    desk, phone = town.house.desk, pyotp.TOTP(SECRET)
    desk.store.change(town.account().id, totp_secret=SECRET)
    signed, looked_at = town.signed(), desk.second.fits
    keeper = town.house.office.keeper("admin", "")
    ends: dict[str, Callable[[], object]] = {
        "reset": town.reset,
        "sessions": lambda: keeper.end_sessions(town.account()),
        "second factor": lambda: keeper.forget_second_factor(town.account()),
    }

    def slowly(account: Account, code: str, address: str) -> bool:
        fits = looked_at(account, code, address)
        ends[end]()
        return fits

    monkeypatch.setattr(desk.second, "fits", slowly)
    assert desk.give_code(signed, phone.at(town.house.clock.now()), HERE) == OVER
    assert town.open() == 0


def test_who_is_in_sets_up_a_second_factor_only_with_the_password(town: Town) -> None:
    desk, signed = town.house.desk, town.signed()
    code = pyotp.TOTP(SECRET).at(town.house.clock.now())
    for given in ("", "wrong"):
        assert desk.enrol(signed, SECRET, code, HERE, password=given) == Refused("accounts.old_wrong")
    assert town.account().totp_secret == ""
    town.house.clock.ahead += timedelta(seconds=30)
    code = pyotp.TOTP(SECRET).at(town.house.clock.now())
    assert isinstance(desk.enrol(signed, SECRET, code, HERE, password=PASSWORD), Taken)
