"""``mizumori user change|sessions|token``: the same keeping as on the page, from the shell."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from dashboard.accounts.actor import Role
from dashboard.accounts.gate import WithAccounts
from dashboard.accounts.token_keeping import NewToken
from dashboard.accounts.tokens import hash_of
from deploy.__main__ import main
from deploy.settings import read_settings
from deploy.wiring.accounts import gate, office, office_of
from deploy.wiring.stores import open_stores
from ingest.clock import JST

UNTIL = f"{datetime.now(JST) + timedelta(days=90):%Y-%m-%d}"


@pytest.fixture
def said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Said:
    return Said(tmp_path, capsys)


class Said:
    """Runs ``mizumori user`` in a folder and gives what it says, errors after a ``!``."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys

    def __call__(self, *arguments: str) -> str:
        code = main(["user", *arguments], {"MIZUMORI_DATA_FOLDER": str(self.folder)})
        found = self._capsys.readouterr()
        return found.out if code == 0 else f"!{found.err}"


def test_the_shell_changes_roles_ends_sessions_and_keeps_the_last_administrator(said: Said) -> None:
    said("add", "boss", "--role", "administrator", "--made")
    said("add", "hana", "--role", "viewer", "--made")
    changed = said("change", "hana", "--role", "operator", "--department", "河川課", "--area", "本郷")
    assert "hana is operator, 河川課, 本郷" in changed
    assert "hana: hana, operator, only 河川課, 本郷" in said("list")
    assert "hana is operator;" in said("change", "hana", "--everywhere")
    assert "0 sessions of hana ended" in said("sessions", "hana")
    for refused in (("disable", "boss"), ("change", "boss", "--role", "viewer")):
        assert "make another administrator" in said(*refused)
    assert "boss may sign in no more" in (said("change", "hana", "--role", "administrator"), said("disable", "boss"))[1]


def test_a_token_is_made_listed_and_revoked_from_the_shell(said: Said) -> None:
    made = said("token", "add", "道路", "--role", "viewer", "--until", UNTIL, "--department", "道路課")
    secret = made.split("shown this once: ")[1].strip()
    settings = read_settings(None, {"MIZUMORI_DATA_FOLDER": str(said.folder)})
    kept = office(settings, open_stores(settings)).kept_tokens.token(hash_of(secret))
    assert kept is not None
    assert (kept.name, kept.departments) == ("道路", ("道路課",))
    listed = said("token", "list")
    assert f"道路: viewer, only 道路課, until {UNTIL}, made by" in listed
    assert "never used" in listed
    assert secret not in listed
    assert "opens nothing any more" in said("token", "revoke", "道路")
    assert "there is no token 道路 that opens anything: write one of none" in said("token", "revoke", "道路")
    assert "revoked" in said("token", "list")


def test_what_the_shell_makes_opens_the_dashboard_that_runs_and_the_other_way_round(said: Said) -> None:
    settings = read_settings(None, {"MIZUMORI_DATA_FOLDER": str(said.folder)})
    stores = open_stores(settings)
    entrance = gate(settings, stores)
    assert isinstance(entrance, WithAccounts)
    kept = office_of(entrance, stores)
    assert kept is not None
    assert entrance.tokens is kept.tokens
    secret = said("token", "add", "shell", "--role", "viewer", "--until", UNTIL).split("this once: ")[1].strip()
    found = kept.tokens.find(secret, "192.0.2.1")
    assert found is not None
    assert (found.actor.name, found.actor.login) == ("shell", "token:shell")
    kept.token_keeper("root", "page").add(NewToken("page", Role.OPERATOR, date.fromisoformat(UNTIL)))
    assert "page: operator, until " in said("token", "list")


def test_without_accounts_there_is_nothing_to_keep(said: Said) -> None:
    off = {"MIZUMORI_DATA_FOLDER": str(said.folder), "MIZUMORI_DASHBOARD__ACCOUNTS__ENABLED": "false"}
    settings = read_settings(None, off)
    stores = open_stores(settings)
    assert office_of(gate(settings, stores), stores) is None


def test_a_token_that_cannot_be_made_is_said_in_one_sentence(said: Said) -> None:
    assert "two years ahead" in said("token", "add", "x", "--role", "viewer", "--until", "2020-01-01")
    for wrong in (("--role", "approver", "--until", UNTIL), ("--role", "viewer", "--until", "tomorrow")):
        with pytest.raises(SystemExit):
            said("token", "add", "x", *wrong)
