"""Keeping accounts and tokens over the API, on a real server with people who really sign in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from dashboard.accounts import sightings
from dashboard.accounts.actor import Role
from dashboard.accounts.desk import Taken
from dashboard.accounts.gate import CSRF_HEADER
from dashboard.accounts.keeping import KeepingError
from dashboard.accounts.sessions import Step
from dashboard.accounts.settings import AccountSettings
from ingest.clock import JST
from tests.dashboard.account_desk import PASSWORD, House, client, house, sign_in
from tests.dashboard.api_house import api_house
from tests.dashboard.message_desk import message_desk

API = "/api/v1"


@dataclass
class Town:
    """A house of accounts with its API on a server."""

    house: House
    base: str
    folder: Path
    numbers: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def somebody(self, login: str, password: str = PASSWORD) -> Iterator[httpx.Client]:
        """A browser that is signed in."""
        with client(self.base) as made:
            assert sign_in(made, login, password).status_code == 303
            yield made

    @contextmanager
    def program(self, token: str) -> Iterator[httpx.Client]:
        """A program that shows a token with everything."""
        with client(self.base) as made:
            made.headers["Authorization"] = f"Bearer {token}"
            yield made


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("accounts")
    made = house(folder)
    numbers = {login: made.add(login, role) for login, role in (("admin", Role.ADMINISTRATOR), ("hana", Role.VIEWER))}
    with api_house(tmp_path_factory.mktemp("house"), message_desk, made.gate, made.office) as found:
        yield Town(made, str(found.client.base_url), folder, numbers)


@pytest.fixture(scope="module")
def admin(town: Town) -> Iterator[httpx.Client]:
    with town.somebody("admin") as made:
        yield made


@pytest.fixture
def hana(town: Town, admin: httpx.Client) -> Iterator[httpx.Client]:
    """Somebody who is a viewer, and signed in."""
    assert changed(town, admin, role="viewer", departments=[], areas=[], disabled=False).status_code == 200
    with town.somebody("hana") as made:
        yield made


def changed(town: Town, admin: httpx.Client, who: str = "hana", **values: Any) -> httpx.Response:
    return admin.patch(f"{API}/accounts/{town.numbers[who]}", json=values)


def of(admin: httpx.Client, login: str) -> dict[str, Any]:
    found = admin.get(f"{API}/accounts").json()["accounts"]
    return next(each for each in found if each["login"] == login)


def newest(town: Town, *acts: str) -> list[tuple[str, str, str]]:
    return [(each.actor, each.act, each.object) for each in town.house.desk.audit.lines() if each.act in acts]


def test_an_account_is_added_with_a_password_that_is_shown_once_and_changed_at_the_first_sign_in(
    town: Town, admin: httpx.Client
) -> None:
    asked = {"login": "Taro", "name": "当番 太郎", "role": "operator", "departments": ["河川課"]}
    answer = admin.post(f"{API}/accounts", json=asked)
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    said = answer.json()
    with client(town.base) as first:
        sign_in(first, "taro", said["password"])
        assert first.get("/", headers={"Accept": "text/html"}).headers["location"].startswith("/login/password")
    listed = of(admin, "taro")
    assert (listed["departments"], listed["must_change_password"], len(listed["sessions"])) == (["河川課"], True, 1)
    assert said["password"] not in admin.get(f"{API}/accounts").text
    again = admin.post(f"{API}/accounts", json={**asked, "login": "taro", "name": "別の人"})
    assert (again.status_code, again.json()["code"]) == (409, "login_taken")
    assert ("adminの人", "account_added", "taro") in newest(town, "account_added")


def test_the_list_says_what_an_administrator_must_know(admin: httpx.Client, hana: httpx.Client) -> None:
    hana.get(f"{API}/me")
    page, listed = admin.get(f"{API}/accounts").json(), of(admin, "hana")
    assert (listed["second_factor"], listed["disabled_at"], listed["wall"]) == (False, None, False)
    assert datetime.fromisoformat(listed["signed_in_at"])
    assert listed["sessions"][0]["address"] == "127.0.0.1"
    assert (page["departments"], page["areas"]) == (["河川課", "道路課"], ["美ノ郷"])
    assert "hash" not in str(page)


def test_a_changed_role_holds_in_open_sessions_at_once(town: Town, admin: httpx.Client, hana: httpx.Client) -> None:
    assert hana.get(f"{API}/audit").status_code == 403
    assert changed(town, admin, role="approver").json()["role"] == "approver"
    assert hana.get(f"{API}/audit").status_code == 200
    changed(town, admin, role="operator", departments=["道路課"])
    assert hana.get(f"{API}/audit").status_code == 403
    assert hana.get(f"{API}/me").json()["departments"] == ["道路課"]
    line = next(each for each in town.house.desk.audit.lines() if each.act == "account_changed")
    assert (line.detail, line.address) == ("approver → operator, 道路課", "127.0.0.1")


def test_who_becomes_what_needs_a_second_factor_sets_it_up_before_anything_else(tmp_path: Path) -> None:
    city = house(tmp_path, AccountSettings())
    city.add("hana", Role.VIEWER)
    taken = city.desk.sign_in("hana", PASSWORD, "192.0.2.1")
    assert isinstance(taken, Taken)
    account = city.desk.store.account("hana")
    assert account is not None
    city.office.keeper("root", "").change(account, Role.APPROVER, (), ())
    found = city.desk.sessions.find(taken.token)
    assert found is not None
    assert found.step is Step.ENROL


def test_a_disabled_account_is_out_at_once_and_may_come_in_again_when_it_is_enabled(
    town: Town, admin: httpx.Client, hana: httpx.Client
) -> None:
    assert changed(town, admin, disabled=True).json()["disabled_at"]
    assert hana.get(f"{API}/me").status_code == 401
    assert changed(town, admin, disabled=False).json()["disabled_at"] is None
    with town.somebody("hana") as again:
        assert again.get(f"{API}/me").status_code == 200
    assert [each[1] for each in newest(town, "account_disabled", "account_enabled")][:2] == [
        "account_enabled",
        "account_disabled",
    ]


def test_a_reset_ends_the_sessions_and_gives_a_new_start_password(town: Town, admin: httpx.Client) -> None:
    phone = town.house.with_code("lost", Role.OPERATOR)
    number = of(admin, "lost")["id"]
    with town.somebody("lost") as waiting:
        waiting.post(
            "/login/code", data={"code": phone.at(town.house.clock.now()), "csrf": waiting.headers[CSRF_HEADER]}
        )
        assert waiting.get(f"{API}/me").status_code == 200
        only = admin.post(f"{API}/accounts/{number}/reset", json={"password": False})
        assert (only.json()["password"], only.json()["account"]["second_factor"]) == (None, False)
        assert waiting.get(f"{API}/me").status_code == 401
    with town.somebody("lost") as old:
        assert old.get(f"{API}/me").status_code == 200
        made = admin.post(f"{API}/accounts/{number}/reset", json={}).json()["password"]
        assert old.get(f"{API}/me").status_code == 401
    with town.somebody("lost", made) as new:
        assert new.get("/", headers={"Accept": "text/html"}).headers["location"].startswith("/login/password")
    assert {each[1] for each in newest(town, "code_removed", "account_reset")} == {"code_removed", "account_reset"}


def test_sessions_are_ended_by_an_administrator(town: Town, admin: httpx.Client, hana: httpx.Client) -> None:
    assert admin.delete(f"{API}/accounts/{town.numbers['hana']}/sessions").json()["ended"] >= 1
    assert hana.get(f"{API}/me").status_code == 401
    assert of(admin, "hana")["sessions"] == []


@pytest.mark.parametrize(
    "values", [{"disabled": True}, {"role": "viewer"}, {"role": "approver", "departments": ["河川課"]}]
)
def test_the_last_administrator_stays(town: Town, admin: httpx.Client, values: dict[str, Any]) -> None:
    answer = changed(town, admin, "admin", **values)
    assert (answer.status_code, answer.json()["code"]) == (409, "last_administrator")
    assert (of(admin, "admin")["role"], of(admin, "admin")["disabled_at"]) == ("administrator", None)


def test_two_administrators_who_disable_each_other_at_once_are_not_both_out(tmp_path: Path) -> None:
    city = house(tmp_path)
    both = [city.add(login, Role.ADMINISTRATOR) for login in ("ichi", "ni")]
    accounts = [city.office.account(each) for each in both]

    def disable(at: int) -> bool:
        account = accounts[at]
        assert account is not None
        try:
            city.office.keeper("other", "").disable(account)
        except KeepingError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(disable, (0, 1))) == [False, True]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"role": "operator", "wall": True}, "wall_viewer"),
        ({"role": "administrator", "areas": ["美ノ郷"]}, "administrator_everywhere"),
        ({"role": "viewer", "login": "花"}, "login_bad"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_sentence(admin: httpx.Client, values: dict[str, Any], code: str) -> None:
    answer = admin.post(f"{API}/accounts", json={"login": "new", "name": "新人", **values})
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert "。" in answer.json()["detail"]


@pytest.mark.parametrize("values", [{}, {"role": "mayor"}, {"password_hash": "x"}])
def test_a_change_that_is_none_is_not_understood(town: Town, admin: httpx.Client, values: dict[str, Any]) -> None:
    assert changed(town, admin, **values).status_code == 422


def test_an_administrator_of_a_department_keeps_nobodys_account(town: Town, admin: httpx.Client) -> None:
    town.house.add("chief", Role.ADMINISTRATOR, departments=("河川課",))
    with town.somebody("chief") as chief:
        assert chief.patch(f"{API}/accounts/{town.numbers['hana']}", json={"disabled": True}).status_code == 403
        assert chief.post(f"{API}/tokens", json=token("theirs")).status_code == 403
    town.house.office.keeper("test", "").disable(town.house.office.entry("chief").account)
    assert of(admin, "chief")["disabled_at"]


def token(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "role": "operator", "last_day": day(30), **more}


def day(days: int) -> str:
    """A day that is yet to come, in Japan."""
    return f"{datetime.now(JST) + timedelta(days):%Y-%m-%d}"


def shown(admin: httpx.Client, name: str, **more: Any) -> str:
    answer = admin.post(f"{API}/tokens", json=token(name, **more))
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store"), answer.text
    return str(answer.json()["token"])


def told(admin: httpx.Client, name: str) -> dict[str, Any]:
    return next(each for each in admin.get(f"{API}/tokens").json()["tokens"] if each["name"] == name)


def test_a_token_asks_and_acts_by_its_name_and_needs_no_word_of_a_page(town: Town, admin: httpx.Client) -> None:
    secret = shown(admin, "道路情報の連携")
    with town.program(secret) as program:
        assert program.get(f"{API}/me").json()["name"] == "道路情報の連携"
        said = program.post(f"{API}/chronology", json={"text": "通行止めを開始した。"})
        assert said.status_code == 201, said.text
        (written,) = program.get(f"{API}/chronology", params={"q": "通行止め"}).json()["lines"]
        assert written["actor"] == "道路情報の連携"
    town.house.office.tokens.uses.write()
    assert told(admin, "道路情報の連携")["used_from"] == "127.0.0.1"
    assert written_by(town, "道路情報の連携") == [(f"POST {API}/chronology", None, "201")]


def written_by(town: Town, name: str) -> list[tuple[str, int | None, str]]:
    """What the audit log has of somebody's acts; it is written after the answer."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        lines = [each for each in town.house.desk.audit.lines() if (each.actor, each.act) == (name, "write")]
        if lines:
            break
        time.sleep(0.02)
    return [(each.object, each.account_id, each.detail) for each in lines]


def test_a_program_is_held_to_the_same_number_of_acts_as_a_person(town: Town, admin: httpx.Client) -> None:
    with town.program(shown(admin, "hasty operator")) as program:
        answers = [program.post(f"{API}/chronology", json={}).status_code for _ in range(201)]
    assert (set(answers[:200]), answers[200]) == ({422}, 429)
    assert admin.post(f"{API}/tokens", json={}).status_code == 422, "others have their own"


def test_nobody_is_called_like_a_program(admin: httpx.Client) -> None:
    shown(admin, "水位の転送")
    answer = admin.post(f"{API}/accounts", json={"login": "tenso", "name": "水位の 転送", "role": "viewer"})
    assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")


def test_a_token_is_shown_once_and_kept_as_its_hash(town: Town, admin: httpx.Client) -> None:
    secret = shown(admin, "once")
    assert secret not in admin.get(f"{API}/tokens").text
    assert secret.encode() not in b"".join(each.read_bytes() for each in town.folder.glob("accounts.db*"))


def test_a_token_opens_the_api_alone(town: Town, admin: httpx.Client) -> None:
    with town.program(shown(admin, "api alone")) as program:
        assert program.get("/", headers={"Accept": "text/html"}).headers["location"].startswith("/login")
        for path in ("/_dash-layout", "/_dash-dependencies", "/account", "/assets/staff.css"):
            assert program.get(path).status_code == 401, path
        assert program.post("/_dash-update-component", json={}).status_code == 401
        header = {"Authorization": program.headers["Authorization"]}
    where = town.base.replace("http", "ws") + "/_dash-ws-callback"
    with pytest.raises(InvalidStatus), connect(where, origin=Origin(town.base), additional_headers=header):
        pass


def test_a_token_never_approves_and_does_no_more_than_its_role_where_it_may(town: Town, admin: httpx.Client) -> None:
    with town.program(shown(admin, "operator of roads", departments=["道路課"])) as program:
        for act in ("approval", "publication", "correction", "all-clear", "cancellation"):
            assert program.post(f"{API}/public-messages/1/{act}", json={}).status_code == 403, act
        work = {"station_id": "fujii", "minutes": 30, "reason": "点検"}
        there = program.post(f"{API}/maintenance", json=work)
        assert (there.status_code, there.json()["code"]) == (403, "elsewhere")
        assert program.get(f"{API}/accounts").status_code == 403
    with town.program(shown(admin, "looks only", role="viewer")) as program:
        assert program.get(f"{API}/stations").status_code == 200
        assert program.post(f"{API}/chronology", json={"text": "x"}).status_code == 403
    for role in ("approver", "administrator"):
        refused = admin.post(f"{API}/tokens", json=token("more", role=role))
        assert (refused.status_code, refused.json()["code"]) == (409, "token_role")


def test_a_token_beside_a_cookie_or_from_a_page_of_another_site_proves_nothing(town: Town, admin: httpx.Client) -> None:
    secret = shown(admin, "beside a cookie")
    with town.somebody("admin") as both:
        del both.headers[CSRF_HEADER]
        both.headers["Authorization"] = f"Bearer {secret}"
        assert both.post(f"{API}/chronology", json={"text": "x"}).json()["code"] == "stale_page"
    with town.program(secret) as program:
        elsewhere = program.post(
            f"{API}/chronology", json={"text": "x"}, headers={"Origin": "https://elsewhere.example"}
        )
        assert (elsewhere.status_code, elsewhere.json()["code"]) == (403, "other_site")


def test_a_revoked_token_and_one_that_is_over_open_nothing(town: Town, admin: httpx.Client) -> None:
    secret, longer = (
        shown(admin, "short"),
        shown(admin, "long", last_day=f"{datetime.now(JST) + timedelta(700):%Y-%m-%d}"),
    )
    with ExitStack() as stack:
        program, other = (stack.enter_context(town.program(each)) for each in (secret, longer))
        assert program.get(f"{API}/me").status_code == other.get(f"{API}/me").status_code == 200
        number = told(admin, "short")["id"]
        assert admin.delete(f"{API}/tokens/{number}").json()["revoked_at"]
        assert program.get(f"{API}/me").status_code == 401
        assert admin.delete(f"{API}/tokens/{number}").json()["code"] == "token_over"
        town.house.clock.ahead += timedelta(days=702)
        assert other.get(f"{API}/me").status_code == 401
        town.house.clock.ahead -= timedelta(days=702)
    assert {"token_added", "token_revoked"} <= {each[1] for each in newest(town, "token_added", "token_revoked")}


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"name": "hana"}, "token_name_taken"),
        ({"name": "hanaの 人"}, "token_name_taken"),
        ({"last_day": "2020-01-01"}, "token_until"),
        ({"last_day": "2099-01-01"}, "token_until"),
        ({"name": "x" * 61}, "token_name_bad"),
    ],
)
def test_a_token_has_a_name_of_nobody_and_an_end(admin: httpx.Client, values: dict[str, str], code: str) -> None:
    answer = admin.post(f"{API}/tokens", json=token("x") | values)
    assert (answer.status_code, answer.json()["code"]) == (409, code)


@pytest.mark.parametrize("header", ["Bearer", "Bearer nobody", "Basic aGFuYTp4", f"Bearer {'x' * 300}", "Bearer \xff"])
def test_what_is_no_token_is_nobody(town: Town, header: str) -> None:
    with client(town.base) as program:
        answer = program.get(f"{API}/me", headers=[(b"Authorization", header.encode("latin-1"))])
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_that_a_token_was_used_cannot_be_written_keeps_no_program_out(
    town: Town, admin: httpx.Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    secret = shown(admin, "full disk")

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    uses = town.house.office.tokens.uses
    monkeypatch.setattr(uses, "_write", full)
    with town.program(secret) as program:
        for _ in range(2):
            assert program.get(f"{API}/me").status_code == 200
    uses.write()
    assert [each.message for each in caplog.records if each.name == sightings.__name__] == [
        "when tokens were used cannot be written; nobody waits for it, and it is tried again"
    ]
    monkeypatch.undo()
    uses.write()
    assert told(admin, "full disk")["used_from"] == "127.0.0.1"


def test_a_role_and_that_somebody_may_sign_in_again_are_changed_together_or_not_at_all(
    town: Town, admin: httpx.Client
) -> None:
    keeper = town.house.office.keeper("test", "")
    town.numbers["gone"] = town.house.add("gone")
    keeper.disable(town.house.office.entry("gone").account)
    assert (
        admin.post(f"{API}/accounts", json={"login": "heir", "name": "goneの人", "role": "viewer"}).status_code == 201
    )
    answer = changed(town, admin, "gone", role="operator", disabled=False)
    assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")
    assert of(admin, "gone")["role"] == "viewer"
    keeper.disable(town.house.office.entry("heir").account)
    answer = changed(town, admin, "gone", role="operator", disabled=False)
    assert (answer.json()["role"], answer.json()["disabled_at"]) == ("operator", None)


def test_of_two_changes_at_once_neither_brings_back_what_the_other_has_changed(tmp_path: Path) -> None:
    city = house(tmp_path)
    city.add("hana")
    seen = city.office.entry("hana").account
    first, second = (city.office.keeper(each, "") for each in ("one", "two"))
    first.change(seen, departments=["河川課"])
    second.change(seen, role=Role.OPERATOR)
    after = city.office.entry("hana").account
    assert (after.role, after.departments) == (Role.OPERATOR, ("河川課",))


def test_a_password_or_a_token_that_was_made_is_shown_though_the_audit_log_cannot_be_written(
    town: Town, admin: httpx.Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(town.house.desk.store, "record", full)
    made = admin.post(f"{API}/accounts", json={"login": "shown", "name": "見える人", "role": "viewer"})
    assert (made.status_code, len(made.json()["password"]) >= 12) == (201, True)
    assert shown(admin, "shown all the same")
    assert "a line of the audit log is lost: account_added of shown by adminの人" in caplog.text
    assert "a line of the audit log is lost: token_added of shown all the same by adminの人" in caplog.text
