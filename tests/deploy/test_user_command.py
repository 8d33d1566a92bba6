"""``mizumori user``, and the accounts that a demonstration makes."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from dashboard.accounts.actor import Role
from dashboard.accounts.desk import AccountDesk, Taken
from dashboard.accounts.gate import Fixed, WithAccounts
from deploy.__main__ import main
from deploy.drills import accounts_of
from deploy.settings import Settings, read_settings
from deploy.wiring.accounts import account_desk, demonstration_accounts, gate, setup_address, without_codes
from deploy.wiring.stores import open_stores

PASSWORD = "hashi no shita no mizu"


def run(folder: Path, *arguments: str, typed: str = "", monkeypatch: pytest.MonkeyPatch | None = None) -> int:
    if monkeypatch:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    return main(["user", *arguments], {"MIZUMORI_DATA_FOLDER": str(folder)})


def settings_of(folder: Path, **more: str) -> Settings:
    return read_settings(None, {"MIZUMORI_DATA_FOLDER": str(folder), **more})


def desk_of(folder: Path) -> AccountDesk:
    settings = settings_of(folder)
    return account_desk(settings, open_stores(settings))


def test_an_account_is_added_listed_disabled_and_reset(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    added = ("add", "Hana", "--role", "operator", "--name", "花", "--department", "河川課", "--area", "本郷")
    assert run(tmp_path, *added, typed=f"{PASSWORD}\n", monkeypatch=monkeypatch) == 0
    assert isinstance(desk_of(tmp_path).sign_in("hana", PASSWORD, "192.0.2.1"), Taken)
    assert run(tmp_path, "list") == 0
    assert "hana: 花, operator, only 河川課, 本郷, 1 session, seen " in capsys.readouterr().out
    assert run(tmp_path, "disable", "hana") == 0
    assert "1 session ended" in capsys.readouterr().out
    assert not isinstance(desk_of(tmp_path).sign_in("hana", PASSWORD, "192.0.2.1"), Taken)
    assert run(tmp_path, "enable", "hana") == 0
    assert run(tmp_path, "reset", "hana", "--made") == 0
    shown = capsys.readouterr().out
    assert PASSWORD not in shown
    made = shown.split("shown this once: ")[1].strip()
    assert isinstance(desk_of(tmp_path).sign_in("hana", made, "192.0.2.3"), Taken)
    acts = [each.act for each in desk_of(tmp_path).audit.lines()]
    assert {"account_added", "account_disabled", "account_enabled", "account_reset"} <= set(acts)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "hana", "--role", "viewer"), "12 characters or more"),
        (("add", "花", "--role", "viewer", "--made"), "small letters, digits"),
        (("add", "wall", "--role", "operator", "--wall", "--made"), "write --role viewer"),
        (("add", "hana", "--role", "viewer", "--made", "--name", "  "), "Write a name."),
        (("add", "hana", "--role", "viewer", "--made", "--name", "花\u200b"), "characters that nobody can see"),
        (("disable", "nobody"), "there is no account nobody: write one of none yet"),
    ],
)
def test_what_cannot_be_kept_is_said_in_one_sentence(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    said: str,
) -> None:
    assert run(tmp_path, *arguments, typed="short\n", monkeypatch=monkeypatch) == 1
    assert said in capsys.readouterr().err


def test_a_role_that_there_is_not_is_answered_with_those_that_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in (("add", "hana"), ("change", "hana"), ("token", "add", "x", "--until", "2027-01-01")):
        with pytest.raises(SystemExit):
            run(tmp_path, *arguments, "--role", "boss")
        told = capsys.readouterr().err
        assert "there is no role 'boss' here: write viewer" in told
        assert ("or administrator" in told) is (arguments[0] != "token")


def test_two_persons_of_one_name_are_told_apart_before_they_approve(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add = ("--role", "approver", "--made", "--name")
    assert run(tmp_path, "add", "hana", *add, "佐藤 一郎") == 0
    assert run(tmp_path, "add", "taro", *add, "佐藤一郎") == 1
    assert "Add something that tells them apart" in capsys.readouterr().err
    assert run(tmp_path, "add", "taro", *add, "佐藤一郎（河川課）") == 0


def test_a_password_is_never_an_argument(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        run(tmp_path, "add", "hana", "--role", "viewer", "--password", PASSWORD)


def test_a_demonstration_makes_an_account_of_each_role_and_shows_their_password_once(tmp_path: Path) -> None:
    settings = without_codes(settings_of(tmp_path))
    stores = open_stores(settings)
    lines = list(demonstration_accounts(settings, stores))
    password = lines[-1].split()[2]
    desk = account_desk(settings, stores)
    assert [each.role for each in desk.store.accounts()] == [
        Role.ADMINISTRATOR,
        Role.APPROVER,
        Role.OPERATOR,
        Role.VIEWER,
    ]
    assert isinstance(desk.sign_in("admin", password, "127.0.0.1"), Taken)
    assert password not in "".join(demonstration_accounts(settings, stores))


def test_the_house_has_a_gate_of_its_settings_and_says_where_the_first_account_is_made(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = settings_of(tmp_path, MIZUMORI_DASHBOARD__URL="https://flood.example/")
    found = gate(settings, open_stores(settings))
    assert isinstance(found, WithAccounts)
    assert setup_address(settings, found.setup) in caplog.text
    assert "https://flood.example/setup?token=" in caplog.text
    url = {"MIZUMORI_DASHBOARD__URL": "https://flood.example/"}
    without = settings_of(tmp_path, MIZUMORI_DASHBOARD__ACCOUNTS__ENABLED="false", **url)
    open_to_all = gate(without, open_stores(without))
    assert isinstance(open_to_all, Fixed)
    assert open_to_all.answers_to("flood.example")
    assert not open_to_all.answers_to("elsewhere.example")
    assert not open_to_all.answers_to("")
    assert "whoever reaches the staff dashboard may do everything" in caplog.text


def test_a_drill_reads_the_accounts_of_the_real_house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(tmp_path, "add", "hana", "--role", "approver", typed=f"{PASSWORD}\n", monkeypatch=monkeypatch)
    assert [each.login for each in accounts_of(settings_of(tmp_path))] == ["hana"]
