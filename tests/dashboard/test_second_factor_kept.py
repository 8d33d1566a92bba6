"""Second factors at rest, and recovery codes, on a real database without a server."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest

from dashboard.accounts import recovery
from dashboard.accounts.actor import Role
from dashboard.accounts.desk import Refused, Taken
from dashboard.accounts.keeping import Keeper
from dashboard.accounts.sealing import closed, prepare
from dashboard.accounts.sessions import Signed, Step
from dashboard.accounts.vault import Closed, Vault, VaultError, is_sealed
from tests.dashboard.account_desk import PASSWORD, QUICK, House, house

HERE = "192.0.2.1"
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.fixture
def city(tmp_path: Path) -> House:
    return house(tmp_path)


def half(city: House, login: str = "hana") -> Signed:
    taken = city.desk.sign_in(login, PASSWORD, HERE)
    assert isinstance(taken, Taken), taken
    found = city.desk.sessions.find(taken.token)
    assert found is not None
    return found


def enrolled(city: House, login: str = "hana") -> tuple[pyotp.TOTP, tuple[str, ...]]:
    """An account with a second factor, as its owner sets it up: the telephone, and the recovery codes shown."""
    city.add(login, Role.OPERATOR)
    taken = city.desk.enrol(half(city, login), SECRET, pyotp.TOTP(SECRET).at(city.clock.now()), HERE, password=PASSWORD)
    assert isinstance(taken, Taken)
    city.clock.ahead += timedelta(minutes=2)
    return pyotp.TOTP(SECRET), taken.codes


def kept_of(city: House, login: str = "hana") -> str:
    account = city.desk.store.account(login)
    assert account is not None
    return account.totp_secret


def files(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in folder.glob("accounts.db*"))


def test_the_secret_of_a_second_factor_is_nowhere_in_the_database_and_still_checks_codes(
    city: House, tmp_path: Path
) -> None:
    phone, _ = enrolled(city)
    assert is_sealed(kept_of(city))
    assert len(kept_of(city)) <= 64
    assert SECRET.encode() not in files(tmp_path)
    assert isinstance(city.desk.give_code(half(city), phone.at(city.clock.now()), HERE), Taken)


def test_a_sealed_secret_opens_for_its_own_login_name_only(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "key")
    vault.make_key()
    sealed = vault.seal(SECRET, "hana")
    assert vault.open(sealed, "hana") == SECRET
    with pytest.raises(VaultError, match="not the key"):
        vault.open(sealed, "taro")


def test_the_key_is_made_once_readable_to_its_owner_alone(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "new" / "accounts.key")
    vault.make_key()
    first = vault.key_file.read_bytes()
    vault.make_key()
    assert vault.key_file.read_bytes() == first
    assert vault.key_file.stat().st_mode & 0o777 == 0o600
    assert list(vault.key_file.parent.iterdir()) == [vault.key_file]
    assert not vault.open_to_others()
    vault.key_file.chmod(0o640)
    assert vault.open_to_others()


def test_secrets_from_before_they_were_sealed_are_read_and_sealed_at_the_start(city: House) -> None:
    phone = city.with_code("hana")
    assert isinstance(city.desk.give_code(half(city), phone.at(city.clock.now()), HERE), Taken)
    assert not is_sealed(kept_of(city))
    city.desk.vault.key_file.unlink()
    prepare(city.desk.store, city.desk.vault)
    assert is_sealed(kept_of(city))
    assert city.desk.vault.open(kept_of(city), "hana") == phone.secret
    city.clock.ahead += timedelta(minutes=2)
    assert isinstance(city.desk.give_code(half(city), phone.at(city.clock.now()), HERE), Taken)


@pytest.mark.parametrize("why", list(Closed))
def test_without_its_key_a_code_lets_nobody_in_and_the_reason_is_said(
    city: House, why: Closed, caplog: pytest.LogCaptureFixture
) -> None:
    phone, codes = enrolled(city)
    key = city.desk.vault.key_file
    if why is Closed.UNREADABLE:
        key.write_text("half a key\n")
    else:
        key.unlink()
    if why is Closed.WRONG:
        city.desk.vault.make_key()
    with caplog.at_level(logging.ERROR):
        prepare(city.desk.store, city.desk.vault)
    assert "the second factor of hana cannot be checked" in caplog.text
    assert key.exists() == (why is not Closed.MISSING), "a new key would only hide that the old one is lost"
    waiting = half(city)
    assert waiting.step is Step.CODE
    for given in (*[phone.at(city.clock.now())] * 6, "000000", ""):
        assert city.desk.give_code(waiting, given, HERE) == Refused(f"accounts.key_{why}")
    assert isinstance(city.desk.give_code(half(city), codes[0], HERE), Taken), "a recovery code needs no key"


def test_a_key_that_was_put_back_helps_at_once(city: House) -> None:
    phone, _ = enrolled(city)
    key = city.desk.vault.key_file
    away = key.rename(key.with_suffix(".away"))
    assert "there is no key file" in closed([("hana", kept_of(city))], city.desk.vault)
    away.rename(key)
    assert closed([("hana", kept_of(city))], city.desk.vault) == ""
    assert isinstance(city.desk.give_code(half(city), phone.at(city.clock.now()), HERE), Taken)


def test_without_a_key_nobody_gets_a_second_factor_that_could_not_be_checked_later(city: House) -> None:
    city.add("hana", Role.OPERATOR)
    city.desk.vault.key_file.unlink()
    outcome = city.desk.enrol(half(city), SECRET, pyotp.TOTP(SECRET).at(city.clock.now()), HERE, password=PASSWORD)
    assert outcome == Refused("accounts.key_missing")
    assert kept_of(city) == ""


def test_ten_recovery_codes_are_given_once_and_kept_as_hashes(city: House, tmp_path: Path) -> None:
    _, codes = enrolled(city)
    assert len(set(codes)) == recovery.COUNT == 10
    assert not [each for each in codes if each.encode() in files(tmp_path)]
    account = city.desk.store.account("hana")
    assert account is not None
    assert city.desk.second.left(account).count == 10


def test_a_recovery_code_stands_in_for_the_telephone_once_however_it_is_typed(city: House) -> None:
    _, codes = enrolled(city)
    typed = codes[0].upper().replace("-", " ").translate({ord(each): ord(each) + 0xFEE0 for each in "ABCDEFGH23456789"})
    assert isinstance(city.desk.give_code(half(city), typed, HERE), Taken)
    assert city.desk.give_code(half(city), codes[0], HERE) == Refused("accounts.code_wrong")
    assert city.acts()[-3:] == ["recovery_used", "sign_in", "code_failed"]
    line = next(each for each in city.desk.audit.lines() if each.act == "recovery_used")
    assert (line.object, line.detail) == ("hana", "9 left")


def test_recovery_codes_are_guessed_as_slowly_as_those_of_the_telephone(city: House) -> None:
    _, codes = enrolled(city)
    waiting = half(city)
    for _ in range(4):
        city.desk.give_code(waiting, "abcd-efgh-jkmn-pqrs", HERE)
    outcome = city.desk.give_code(waiting, codes[0], HERE)
    assert isinstance(outcome, Refused)
    assert outcome.wait > timedelta(0)


def test_the_recovery_codes_of_another_account_are_worth_nothing(city: House) -> None:
    _, codes = enrolled(city)
    enrolled(city, "taro")
    assert city.desk.give_code(half(city, "taro"), codes[0], HERE) == Refused("accounts.code_wrong")


def test_new_recovery_codes_need_the_password_and_end_the_old_ones(city: House) -> None:
    _, old = enrolled(city)
    signed = half(city)
    assert city.desk.new_codes(signed, "wrong", HERE) == Refused("accounts.old_wrong")
    new = city.desk.new_codes(signed, PASSWORD, HERE)
    assert not isinstance(new, Refused)
    assert city.desk.give_code(half(city), old[0], HERE) == Refused("accounts.code_wrong")
    assert isinstance(city.desk.give_code(half(city), new[0], HERE), Taken)


def test_a_reset_second_factor_leaves_no_recovery_code_that_opens(city: House) -> None:
    _, codes = enrolled(city)
    account = city.desk.store.account("hana")
    assert account is not None
    keeper = Keeper(city.desk.store, QUICK, city.clock.now, "root")
    keeper.reset(account, PASSWORD, made=False, second_factor=True)
    city.desk.store.change(account.id, role=Role.OPERATOR)
    assert half(city).step is Step.IN
    again = city.desk.enrol(half(city), SECRET, pyotp.TOTP(SECRET).at(city.clock.now()), HERE, password=PASSWORD)
    assert isinstance(again, Taken)
    assert city.desk.give_code(half(city), codes[0], HERE) == Refused("accounts.code_wrong")
