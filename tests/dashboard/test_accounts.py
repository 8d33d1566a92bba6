"""Passwords, codes, waits, sessions and the audit log, on a real database without a server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from argon2 import PasswordHasher

from dashboard.accounts import lockout, passwords, second_factor
from dashboard.accounts.actor import Role
from dashboard.accounts.desk import Refused, Taken
from dashboard.accounts.keeping import Keeper, KeepingError
from dashboard.accounts.lockout import Origin
from dashboard.accounts.passwords import Passwords
from dashboard.accounts.records import Failures, NewAccount
from dashboard.accounts.sessions import Signed, Step
from dashboard.accounts.settings import AccountSettings
from tests.dashboard.account_desk import PASSWORD, QUICK, House, house

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
HERE, THERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture
def city(tmp_path: Path) -> House:
    return house(tmp_path)


def signed_in(city: House, login: str, address: str = HERE) -> Signed:
    taken = city.desk.sign_in(login, PASSWORD, address)
    assert isinstance(taken, Taken), taken
    found = city.desk.sessions.find(taken.token)
    assert found is not None
    return found


def refused(outcome: object) -> Refused:
    assert isinstance(outcome, Refused), outcome
    return outcome


def test_a_password_is_kept_as_argon2id_and_fits_only_itself() -> None:
    kept = Passwords().hashed(PASSWORD)
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept
    assert QUICK.fits(kept, PASSWORD)
    assert not QUICK.fits(kept, PASSWORD + "x")
    assert not QUICK.fits(None, PASSWORD)
    assert not QUICK.fits("no hash at all", PASSWORD)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "short"),
        ("x" * 201, "long"),
        ("aaaaaaaaaaaaaa", "guessable"),
        ("my name is Hanako", "guessable"),
        (PASSWORD, None),
        ("はしのしたのみずがあふれた", None),
    ],
)
def test_a_password_is_judged_by_length_and_by_what_is_easily_guessed(password: str, why: str | None) -> None:
    assert passwords.refused(password, "hanako") == (f"accounts.password_{why}" if why else None)


def test_a_made_password_is_taken_and_never_the_same() -> None:
    made = {passwords.made() for _ in range(50)}
    assert len(made) == 50
    assert not [each for each in made if passwords.refused(each, "hana")]


def test_a_hash_of_weaker_parameters_is_made_anew_at_the_next_sign_in(city: House) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash(PASSWORD)
    city.desk.store.change(city.add("hana"), password_hash=weak)
    signed_in(city, "hana")
    account = city.desk.store.account("hana")
    assert account is not None
    assert account.password_hash != weak
    assert QUICK.fits(account.password_hash, PASSWORD)


def test_codes_are_those_of_rfc_6238_a_step_early_or_late_and_no_others() -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # the example of RFC 6238, appendix B, of which these are 6 digits
    at = datetime.fromtimestamp(1111111109, UTC)
    assert second_factor.step_of(secret, "081804", at) == 1111111109 // 30
    assert second_factor.step_of(secret, "081 804", at + timedelta(seconds=30)) == 1111111109 // 30
    assert second_factor.step_of(secret, "081804", at + timedelta(seconds=61)) is None
    assert second_factor.step_of(secret, "081805", at) is None
    assert second_factor.step_of(secret, "", at) is None
    assert second_factor.step_of(secret, "０８１８０４", at) is None


def test_the_picture_for_the_telephone_is_an_svg_element_without_script() -> None:
    address = second_factor.address("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "hana", "みずもり市")
    assert address.startswith("otpauth://totp/")
    assert "secret=GEZDGNBVGY3TQOJQ" in address
    drawn = second_factor.picture(address)
    assert drawn.startswith("<svg")
    assert "script" not in drawn


@pytest.mark.parametrize(("failures", "wait_s"), [(3, 0), (4, 2), (5, 4), (8, 32), (30, 900)])
def test_the_wait_doubles_with_each_failure_up_to_a_quarter_of_an_hour(failures: int, wait_s: int) -> None:
    (key, *_) = lockout.keys("hana", Origin(HERE))
    assert lockout.wait({key: Failures(failures, NOON)}, NOON).total_seconds() == wait_s
    assert lockout.wait({key: Failures(failures, NOON)}, NOON + timedelta(seconds=wait_s)) == timedelta(0)


def test_one_who_goes_on_failing_waits_and_the_right_password_does_not_help_meanwhile(city: House) -> None:
    city.add("hana")
    for _ in range(4):
        assert refused(city.desk.sign_in("hana", "wrong", HERE)).key == "accounts.wrong"
    assert refused(city.desk.sign_in("hana", PASSWORD, HERE)).wait > timedelta(seconds=1)
    city.clock.ahead += timedelta(seconds=3)
    assert isinstance(city.desk.sign_in("hana", PASSWORD, HERE), Taken)
    assert "locked_out" in city.acts()


def test_a_stranger_elsewhere_makes_the_owner_wait_a_minute_at_the_most(city: House) -> None:
    city.add("hana")
    for each in range(40):
        city.clock.ahead += timedelta(minutes=1)
        assert refused(city.desk.sign_in("hana", "wrong", f"198.51.100.{each % 20}")).key == "accounts.wrong"
    left = refused(city.desk.sign_in("hana", PASSWORD, HERE)).wait
    assert timedelta(seconds=50) < left <= timedelta(minutes=1)


def test_waits_are_kept_over_a_restart(city: House, tmp_path: Path) -> None:
    for _ in range(4):
        city.desk.sign_in("hana", "wrong", HERE)
    assert refused(house(tmp_path).desk.sign_in("hana", "wrong", HERE)).key == "accounts.wait"


def test_a_name_that_there_is_not_is_answered_like_one_that_there_is(city: House) -> None:
    city.add("hana")
    city.desk.store.change(city.add("gone"), disabled_at=city.clock.now())
    answers = {
        login: [refused(city.desk.sign_in(login, "wrong", f"{HERE}{login}")) for _ in range(5)]
        for login in ("hana", "nobody", "gone")
    }
    keys = {login: [each.key for each in found] for login, found in answers.items()}
    assert keys["hana"] == keys["nobody"] == keys["gone"] == [*["accounts.wrong"] * 4, "accounts.wait"]
    assert refused(city.desk.sign_in("gone", PASSWORD, THERE)).key == "accounts.wrong"


def test_a_name_that_there_is_not_costs_a_hash_as_well(city: House) -> None:
    asked: list[str | None] = []

    class Counted(Passwords):
        def fits(self, kept: str | None, password: str) -> bool:
            asked.append(kept)
            return super().fits(kept, password)

    city.desk.passwords = Counted(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    city.desk.sign_in("nobody", PASSWORD, HERE)
    assert asked == [None]


def test_a_session_ends_after_its_hours_and_when_nothing_was_open_for_long(tmp_path: Path) -> None:
    city = house(tmp_path, AccountSettings(hours=5, idle_minutes=60))
    city.add("hana")
    taken = city.desk.sign_in("hana", PASSWORD, HERE)
    assert isinstance(taken, Taken)
    for _ in range(5):
        city.clock.ahead += timedelta(minutes=59)
        city.desk.sessions.forget()
        assert city.desk.sessions.find(taken.token)
    city.clock.ahead += timedelta(minutes=6)
    city.desk.sessions.forget()
    assert city.desk.sessions.find(taken.token) is None
    other = city.desk.sign_in("hana", PASSWORD, HERE)
    assert isinstance(other, Taken)
    city.clock.ahead += timedelta(minutes=61)
    assert city.desk.sessions.find(other.token) is None


def test_a_wall_screen_stays_signed_in_for_weeks(city: House) -> None:
    city.add("wall", wall=True)
    taken = city.desk.sign_in("wall", PASSWORD, HERE)
    assert isinstance(taken, Taken)
    city.clock.ahead += timedelta(days=80)
    assert city.desk.sessions.find(taken.token)
    city.clock.ahead += timedelta(days=11)
    city.desk.sessions.forget()
    assert city.desk.sessions.find(taken.token) is None


def test_a_session_survives_a_restart_and_its_token_is_nowhere_in_the_database(city: House, tmp_path: Path) -> None:
    city.add("hana")
    taken = city.desk.sign_in("hana", PASSWORD, HERE)
    assert isinstance(taken, Taken)
    found = house(tmp_path).desk.sessions.find(taken.token)
    assert found is not None
    assert found.actor.login == "hana"
    kept = b"".join(each.read_bytes() for each in tmp_path.glob("accounts.db*"))
    assert b"hana" in kept
    assert taken.token.encode() not in kept
    assert found.csrf.encode() not in kept


def test_a_disabled_account_is_out_at_once(city: House) -> None:
    city.add("hana")
    taken = city.desk.sign_in("hana", PASSWORD, HERE)
    account = city.desk.store.account("hana")
    assert isinstance(taken, Taken)
    assert account is not None
    assert Keeper(city.desk.store, QUICK, city.clock.now, "root").disable(account) == 1
    city.desk.sessions.forget()
    assert city.desk.sessions.find(taken.token) is None
    assert city.acts()[-1] == "account_disabled"


def test_who_has_a_second_factor_is_in_only_with_a_code_and_each_code_once(city: House) -> None:
    phone = city.with_code("hana")
    half = signed_in(city, "hana")
    assert half.step is Step.CODE
    code = phone.at(city.clock.now())
    assert refused(city.desk.give_code(half, "000000" if code != "000000" else "111111", HERE)).key
    taken = city.desk.give_code(half, code, HERE)
    assert isinstance(taken, Taken)
    whole = city.desk.sessions.find(taken.token)
    assert whole is not None
    assert whole.step is Step.IN
    assert refused(city.desk.give_code(signed_in(city, "hana"), code, HERE)).key == "accounts.code_wrong"


def test_wrong_codes_make_wait_as_wrong_passwords_do(city: House) -> None:
    phone = city.with_code("hana")
    half = signed_in(city, "hana")
    for _ in range(4):
        city.desk.give_code(half, "12345", HERE)
    assert refused(city.desk.give_code(half, phone.at(city.clock.now()), HERE)).key == "accounts.wait"


def test_a_role_that_must_have_a_second_factor_sets_it_up_before_anything_else(tmp_path: Path) -> None:
    city = house(tmp_path, AccountSettings())
    city.add("hana", Role.APPROVER)
    half = signed_in(city, "hana")
    assert half.step is Step.ENROL
    secret = second_factor.new_secret()
    assert refused(city.desk.enrol(half, secret, "12345", HERE)).key == "accounts.code_wrong"
    taken = city.desk.enrol(half, secret, pyotp.TOTP(secret).at(city.clock.now()), HERE)
    assert isinstance(taken, Taken)
    assert signed_in(city, "hana").step is Step.CODE
    city.add("taro", Role.OPERATOR)
    assert signed_in(city, "taro").step is Step.IN


def test_a_made_password_is_changed_at_the_first_sign_in_and_other_sessions_end(city: House) -> None:
    city.add("hana", must_change=True)
    other, half = signed_in(city, "hana", THERE), signed_in(city, "hana")
    assert half.step is Step.PASSWORD
    assert refused(city.desk.change_password(half, "wrong", "kawa no mukou no yama", HERE)).key == "accounts.old_wrong"
    assert (
        refused(city.desk.change_password(half, PASSWORD, "hana hana hana", HERE)).key == "accounts.password_guessable"
    )
    taken = city.desk.change_password(half, PASSWORD, "kawa no mukou no yama", HERE)
    assert isinstance(taken, Taken)
    assert other.session is not None
    (left,) = city.desk.store.sessions(other.session.account_id)
    assert left.address == HERE
    assert refused(city.desk.sign_in("hana", PASSWORD, HERE)).key == "accounts.wrong"


def test_a_reset_account_sets_up_everything_anew_and_waits_no_longer(city: House) -> None:
    city.with_code("hana", Role.VIEWER)
    keeper = Keeper(city.desk.store, QUICK, city.clock.now, "root")
    for _ in range(12):
        city.clock.ahead += timedelta(minutes=16)
        city.desk.sign_in("hana", "wrong", THERE)
    account = city.desk.store.account("hana")
    assert account is not None
    keeper.reset(account, "kawa no mukou no yama", made=True, second_factor=True)
    taken = city.desk.sign_in("hana", "kawa no mukou no yama", HERE)
    assert isinstance(taken, Taken)
    found = city.desk.sessions.find(taken.token)
    assert found is not None
    assert found.step is Step.PASSWORD
    with pytest.raises(KeepingError, match="login_taken"):
        keeper.add(NewAccount("HANA ", "花", Role.VIEWER, ""), "kawa no mukou no yama")


def test_the_audit_log_says_who_signed_in_from_where_and_holds_no_password(city: House, tmp_path: Path) -> None:
    city.add("hana")
    city.desk.sign_in("hana", "a wrong but telling one", HERE)
    city.desk.sign_out(signed_in(city, "hana"), HERE)
    assert city.acts() == ["sign_in_failed", "sign_in", "sign_out"]
    newest = city.desk.audit.lines(limit=1)[0]
    assert (newest.actor, newest.object, newest.address) == ("hanaの人", "hana", HERE)
    kept = b"".join(each.read_bytes() for each in tmp_path.glob("accounts.db*"))
    assert b"telling" not in kept
    assert PASSWORD.encode() not in kept


def test_accounts_of_another_house_are_taken_over_and_what_it_has_not_is_disabled(city: House, tmp_path: Path) -> None:
    real = house(_made(tmp_path / "real"))
    phone = real.with_code("hana")
    city.add("old")
    for _ in range(2):
        city.desk.store.take_over(real.desk.store.accounts(), city.clock.now())  # type: ignore[attr-defined]
    half = signed_in(city, "hana")
    assert isinstance(city.desk.give_code(half, phone.at(city.clock.now()), HERE), Taken)
    assert refused(city.desk.sign_in("old", PASSWORD, HERE)).key == "accounts.wrong"


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_what_is_long_over_is_forgotten(city: House) -> None:
    city.add("hana")
    city.desk.sign_in("hana", "wrong", HERE)
    session = signed_in(city, "hana").session
    assert session is not None
    city.desk.store.prune(city.clock.now() + timedelta(days=2))
    assert not city.desk.store.sessions(session.account_id)
    keys = lockout.keys("hana", Origin(HERE))
    assert city.desk.store.failures(keys) == dict.fromkeys(keys, Failures())
