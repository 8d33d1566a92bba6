"""The key of the second factors in a house: where it lies, what the doctor says of it, and drills."""

from __future__ import annotations

from pathlib import Path

from dashboard.accounts.actor import Role
from dashboard.accounts.gate import WithAccounts
from dashboard.accounts.records import NewAccount
from deploy.doctor.accounts import check_second_factors
from deploy.drills import drill_house
from deploy.monitor.signs import State
from deploy.settings import Settings, read_settings
from deploy.wiring.accounts import gate
from deploy.wiring.clockwork import machine_time
from deploy.wiring.doctor import examine
from deploy.wiring.stores import open_stores

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def started(settings: Settings) -> WithAccounts:
    found = gate(settings, open_stores(settings))
    assert isinstance(found, WithAccounts)
    return found


def test_a_start_makes_the_key_in_the_data_folder_and_the_doctor_says_whether_it_fits(tmp_path: Path) -> None:
    settings = read_settings(None, {"MIZUMORI_DATA_FOLDER": str(tmp_path)})
    desk = started(settings).desk
    key = tmp_path / "accounts.key"
    assert key.stat().st_mode & 0o777 == 0o600
    added = desk.store.add(NewAccount("hana", "花", Role.APPROVER, ""), desk.now())
    assert added is not None
    desk.store.change(added, totp_secret=SECRET)
    assert said(settings) == (State.DEGRADED, "of hana not sealed yet: the next start of the dashboard does it")
    started(settings)
    state, sentence = said(settings)
    assert (state, sentence) == (State.OK, f"1 can be checked with {key}; keep a copy of it")
    key.unlink()
    started(settings)
    assert not key.exists()
    state, sentence = said(settings)
    assert state is State.FAILED
    assert f"the second factor of hana cannot be checked: there is no key file {key}" in sentence
    assert "mizumori user reset" in sentence


def said(settings: Settings) -> tuple[State, str]:
    checks = examine(settings, None, machine_time())
    return next((each.state, each.sentence) for each in checks if each.name == "second factors")


def test_a_key_that_others_may_read_is_named(tmp_path: Path) -> None:
    settings = read_settings(None, {"MIZUMORI_DATA_FOLDER": str(tmp_path)})
    vault = started(settings).desk.vault
    vault.key_file.chmod(0o644)
    (found,) = check_second_factors([("hana", vault.seal(SECRET, "hana"))], vault)
    assert (found.state, "chmod 600" in found.sentence) == (State.DEGRADED, True)


def test_a_drill_opens_the_second_factors_of_the_real_house(tmp_path: Path) -> None:
    for more in ({}, {"MIZUMORI_DASHBOARD__ACCOUNTS__KEY_FILE": str(tmp_path / "safe" / "key")}):
        real = read_settings(None, {"MIZUMORI_DATA_FOLDER": str(tmp_path / "var"), **more})
        drill = drill_house(real)
        assert drill.account_key == real.account_key
        assert drill.data_folder != real.data_folder
