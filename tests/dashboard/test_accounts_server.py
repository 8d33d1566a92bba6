"""Signing in over HTTP as a browser does it, what other sites cannot do, and who is told what over a WebSocket."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import uvicorn
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from dashboard.accounts import guard, sessions
from dashboard.accounts.actor import Actor, Role
from dashboard.accounts.gate import CSRF_HEADER, OF_DRILLS, Cookies, Fixed, WithAccounts
from dashboard.accounts.keeping import Keeper
from dashboard.staff.app import create_app
from tests.dashboard.account_desk import CSRF, PASSWORD, QUICK, SESSION, House, client, house, sign_in
from tests.dashboard.staff_fakes import desk, served

PAGE = {"Accept": "text/html,application/xhtml+xml"}


@dataclass
class Served:
    """A house of accounts, and where its pages are."""

    house: House
    base: str

    @property
    def socket(self) -> str:
        return self.base.replace("http", "ws") + "/_dash-ws-callback"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    made = house(tmp_path_factory.mktemp("accounts"))
    for role in Role:
        made.add(role.value, role)
    with served(create_app(desk(gate=made.gate).services).server) as base:
        yield Served(made, base)


@pytest.fixture
def somebody(city: Served) -> Iterator[httpx.Client]:
    with client(city.base) as made:
        yield made


def hidden(answer: httpx.Response, name: str = "csrf") -> str:
    found = re.search(f'name="{name}" value="([^"]*)"', answer.text)
    assert found
    return found.group(1)


def test_a_page_leads_to_signing_in_and_from_there_back_to_itself(somebody: httpx.Client) -> None:
    sent = somebody.get("/en/station/mizue?h=72", headers=PAGE)
    assert (sent.status_code, sent.headers["location"]) == (303, "/login?next=/en/station/mizue%3Fh%3D72")
    form = somebody.get(sent.headers["location"])
    assert 'lang="en"' in form.text
    fields = {"login": "viewer", "next": hidden(form, "next"), "lang": "en"}
    wrong = somebody.post("/login", data={**fields, "password": "wrong"})
    assert wrong.status_code == 401
    assert "The login name or the password is wrong." in wrong.text
    assert hidden(wrong, "next") == "/en/station/mizue?h=72"
    right = somebody.post("/login", data={**fields, "password": PASSWORD})
    assert (right.status_code, right.headers["location"]) == (303, "/en/station/mizue?h=72")
    assert "react-entry-point" in somebody.get("/en/station/mizue?h=72").text
    assert somebody.get("/login").headers["location"] == "/"


@pytest.mark.parametrize("way", ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example", "/\t/x"])
def test_nobody_is_sent_elsewhere_after_signing_in(somebody: httpx.Client, way: str) -> None:
    answer = somebody.post("/login", data={"login": "viewer", "password": PASSWORD, "next": way})
    assert answer.headers["location"] == "/"


def test_the_cookie_of_a_session_is_for_no_script_and_over_tls_for_tls_only(
    city: Served, somebody: httpx.Client
) -> None:
    form = {"login": "viewer", "password": PASSWORD}
    plain = somebody.post("/login", data=form).headers.get_list("set-cookie")
    session = next(each for each in plain if each.startswith(SESSION))
    assert "HttpOnly" in session
    assert "SameSite=lax" in session
    assert not [each for each in plain if "Secure" in each]
    with client(city.base) as behind_tls:  # uvicorn trusts a proxy on loopback
        tls = behind_tls.post("/login", data=form, headers={"X-Forwarded-Proto": "https"}).headers.get_list(
            "set-cookie"
        )
    assert len(tls) == 3
    assert all("Secure" in each for each in tls)


def test_what_a_proxy_says_is_believed_of_a_trusted_one_only() -> None:
    """The server's own default, on which the Secure cookie and the address of a failure rest."""
    assert uvicorn.Config("none").proxy_headers
    assert uvicorn.Config("none").forwarded_allow_ips in ("127.0.0.1", "127.0.0.1,::1")


def test_a_write_without_the_word_of_the_session_or_from_another_site_is_refused(somebody: httpx.Client) -> None:
    sign_in(somebody, "operator")
    path, body = "/_dash-update-component", {"output": "x", "outputs": [], "inputs": [], "changedPropIds": []}
    word = somebody.headers.pop(CSRF_HEADER)
    assert somebody.post(path, json=body).json()["code"] == "stale_page"
    for given in ("", "0" * 64, word[:-1]):
        assert somebody.post(path, json=body, headers={CSRF_HEADER: given}).status_code == 403
    good = {CSRF_HEADER: word}
    for origin in ("http://elsewhere.example", "null", "http://127.0.0.1"):
        answer = somebody.post(path, json=body, headers={**good, "Origin": origin})
        assert (answer.status_code, answer.json()["code"]) == (403, "other_site")
    cross = somebody.post(path, json=body, headers={**good, "Sec-Fetch-Site": "cross-site"})
    assert cross.json()["code"] == "other_site"
    own = {**good, "Origin": str(somebody.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    assert somebody.post(path, json=body, headers=own).status_code not in (401, 403)


@pytest.mark.parametrize("origin", ["http://[", "null", "http://", "http://[::1]]:1"])
def test_an_origin_that_is_no_address_is_another_site(somebody: httpx.Client, origin: str) -> None:
    answer = somebody.post("/login", data={"login": "viewer", "password": PASSWORD}, headers={"Origin": origin})
    assert answer.status_code == 403
    assert SESSION not in somebody.cookies


def test_a_form_without_its_hidden_word_does_nothing(somebody: httpx.Client) -> None:
    sign_in(somebody, "viewer")
    assert somebody.post("/login/out", data={"csrf": "0" * 64}).headers["location"].startswith("/login?next=")
    assert somebody.get("/").status_code == 200
    assert somebody.post("/login/out", data={"csrf": somebody.cookies[CSRF]}).status_code == 303
    assert somebody.get("/", headers=PAGE).status_code == 303
    assert SESSION not in somebody.cookies


def test_a_cookie_that_was_signed_out_opens_nothing_any_more(city: Served, somebody: httpx.Client) -> None:
    sign_in(somebody, "viewer")
    taken = dict(somebody.cookies)
    somebody.post("/login/out", data={"csrf": somebody.cookies[CSRF]})
    with client(city.base) as thief:
        thief.cookies.update(taken)
        assert thief.get("/_dash-layout").status_code == 401


def test_one_ends_the_session_of_another_device_from_ones_own_page(city: Served, somebody: httpx.Client) -> None:
    city.house.add("hana")
    with client(city.base) as elsewhere:
        sign_in(elsewhere, "hana")
        sign_in(somebody, "hana")
        shown = somebody.get("/account")
        form = {"csrf": hidden(shown), "session": hidden(shown, "session")}
        assert somebody.post("/account/end", data=form).headers["location"] == "/account?lang=ja"
        assert elsewhere.get("/_dash-layout").status_code == 401
    assert somebody.get("/_dash-layout").status_code == 200


@pytest.mark.parametrize("number", ["x", "-1", "１", "9" * 20, "9" * 5000, " "])
def test_what_is_no_number_of_a_session_ends_none(city: Served, somebody: httpx.Client, number: str) -> None:
    with client(city.base) as elsewhere:
        sign_in(elsewhere, "viewer")
        sign_in(somebody, "viewer")
        answer = somebody.post("/account/end", data={"csrf": somebody.cookies[CSRF], "session": number})
        assert answer.headers["location"].startswith("/login?next=")
        assert [each.get("/_dash-layout").status_code for each in (elsewhere, somebody)] == [200, 200]


def test_nobody_ends_the_session_of_somebody_else(city: Served, somebody: httpx.Client) -> None:
    with client(city.base) as other:
        sign_in(other, "approver")
        sign_in(somebody, "viewer")
        account = city.house.desk.store.account("approver")
        assert account is not None
        for each in city.house.desk.store.sessions(account.id):
            somebody.post("/account/end", data={"csrf": somebody.cookies[CSRF], "session": str(each.id)})
        assert other.get("/_dash-layout").status_code == 200


def test_somebody_half_in_is_let_to_the_code_and_to_nothing_else(city: Served, somebody: httpx.Client) -> None:
    phone = city.house.with_code("half")
    assert sign_in(somebody, "half").status_code == 303
    sent = somebody.get("/", headers=PAGE)
    assert sent.headers["location"] == "/login/code?next=/"
    for path in ("/_dash-layout", "/still/x.jpg", "/account", "/stills/x/newest"):
        assert somebody.get(path).status_code == 401
    for path in ("/login/enrol", "/login/password"):  # a second factor is not replaced by one who owes its code
        assert somebody.get(path).headers["location"].startswith("/login/code")
        form = {"csrf": somebody.cookies[CSRF], "secret": "A" * 32, "code": "123456", "old": PASSWORD}
        assert somebody.post(path, data=form).headers["location"].startswith("/login")
    with pytest.raises(InvalidStatus):
        _socket(city, somebody)
    before = somebody.cookies[SESSION]
    form = {"csrf": somebody.cookies[CSRF], "code": phone.at(city.house.clock.now())}
    assert somebody.post("/login/code", data=form).headers["location"] == "/"
    assert somebody.cookies[SESSION] != before
    assert somebody.get("/").status_code == 200


def _socket(city: Served, somebody: httpx.Client | None, origin: str | None = None) -> object:
    cookies = "; ".join(f"{name}={value}" for name, value in somebody.cookies.items()) if somebody else ""
    return connect(city.socket, origin=Origin(origin or city.base), additional_headers={"Cookie": cookies})


def test_a_websocket_of_another_site_is_refused_with_a_good_cookie(city: Served, somebody: httpx.Client) -> None:
    sign_in(somebody, "viewer")
    with pytest.raises(InvalidStatus) as refused:
        _socket(city, somebody, "http://elsewhere.example")
    assert refused.value.response.status_code == 403


def test_an_open_screen_is_told_nothing_more_once_its_account_is_disabled(
    city: Served, somebody: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "ASK_AGAIN_S", 0.1)
    monkeypatch.setattr(sessions, "REMEMBERED_S", 0.05)
    city.house.add("leaves")
    sign_in(somebody, "leaves")
    account = city.house.desk.store.account("leaves")
    assert account is not None
    with _socket(city, somebody) as socket:  # type: ignore[attr-defined]
        socket.send('{"type": "heartbeat"}')
        assert "heartbeat_ack" in socket.recv(timeout=5)
        Keeper(city.house.desk.store, QUICK, city.house.clock.now, "root").disable(account)
        time.sleep(0.15)
        socket.send('{"type": "heartbeat"}')
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=5)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == guard.ENDED_SOCKET


def test_an_open_screen_keeps_no_rights_of_reading_that_its_account_has_lost(
    city: Served, somebody: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "ASK_AGAIN_S", 0.1)
    monkeypatch.setattr(sessions, "REMEMBERED_S", 0.05)
    city.house.add("demoted", Role.OPERATOR)
    sign_in(somebody, "demoted")
    account = city.house.desk.store.account("demoted")
    assert account is not None
    with _socket(city, somebody) as socket:  # type: ignore[attr-defined]
        Keeper(city.house.desk.store, QUICK, city.house.clock.now, "root").change(account, role=Role.VIEWER)
        time.sleep(0.15)
        socket.send('{"type": "heartbeat"}')
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=5)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == guard.ENDED_SOCKET, "which the browser opens anew"
    with _socket(city, somebody) as anew:  # type: ignore[attr-defined]
        time.sleep(0.15)
        anew.send('{"type": "heartbeat"}')
        assert "heartbeat_ack" in anew.recv(timeout=5)


def test_an_unknown_page_is_a_real_404_and_a_page_of_another_role_says_which(somebody: httpx.Client) -> None:
    sign_in(somebody, "viewer")
    missing = somebody.get("/en/nothing", headers=PAGE)
    assert (missing.status_code, missing.headers["cache-control"]) == (404, "no-store")
    assert "There is no such page" in missing.text or "no page" in missing.text.lower()
    above = somebody.get("/audit", headers=PAGE)
    assert above.status_code == 403
    assert "以上の権限が必要です" in above.text


def test_where_cameras_are_is_not_told_to_strangers(somebody: httpx.Client) -> None:
    policies = [somebody.get(path).headers["content-security-policy"] for path in ("/login", "/setup")]
    assert all("http:" not in each and "https:" not in each for each in policies)


@pytest.mark.parametrize("path", ["/login", "/setup", "/assets/accounts.css", "/alive"])
def test_the_open_pages_are_plain_and_kept_by_nobody(somebody: httpx.Client, path: str) -> None:
    answer = somebody.get(path)
    assert "script" not in answer.text
    assert answer.headers["x-frame-options"] == "DENY"


def test_a_body_that_is_no_form_or_too_long_is_not_read(somebody: httpx.Client) -> None:
    for sent in ({"json": {"login": "viewer"}}, {"data": {"login": "x" * 9000}}, {"content": b"\xff\xfe"}):
        answer = somebody.post("/login", **sent)
        assert answer.headers["location"].startswith("/login?next=")


def test_the_first_account_is_made_with_the_token_of_the_start_and_only_once(tmp_path: Path) -> None:
    made = house(tmp_path)
    fields = {"login": "Hana", "name": "花", "new": PASSWORD, "again": PASSWORD, "lang": "en"}
    with served(create_app(desk(gate=made.gate).services).server) as base, client(base) as first:
        assert "/setup" in first.get("/login").text
        assert "lang=en&amp;next=/&amp;token=the%20token" in first.get("/setup?token=the+token").text
        wrong = first.post("/setup", data={**fields, "token": "guessed"})
        assert wrong.status_code == 422
        assert "newest start" in wrong.text
        other = first.post("/setup", data={**fields, "token": "the token", "again": "x"})
        assert "not the same" in other.text
        right = first.post("/setup", data={**fields, "token": "the token"})
        assert (right.status_code, right.headers["location"]) == (303, "/")
        assert first.get("/").status_code == 200
        with client(base) as second:
            late = second.post("/setup", data={**fields, "login": "taro", "token": "the token"})
            assert "There is an account already" in late.text
            assert second.get("/setup").headers["location"] == "/login"
    assert [(each.login, each.role) for each in made.desk.store.accounts()] == [("hana", Role.ADMINISTRATOR)]


def test_a_session_that_began_before_a_restart_goes_on_after_it(tmp_path: Path) -> None:
    house(tmp_path).add("hana")
    with client("http://127.0.0.1:1") as somebody:
        for again in (False, True):
            with served(create_app(desk(gate=house(tmp_path).gate).services).server) as base:
                somebody.base_url = httpx.URL(base)
                if not again:
                    sign_in(somebody, "hana")
                assert somebody.get("/_dash-layout").status_code == 200


def test_without_accounts_everybody_is_in_but_other_sites_are_not() -> None:
    gate = Fixed(Actor(0, "", "無記名", Role.ADMINISTRATOR))
    with served(create_app(desk(gate=gate).services).server) as base, client(base) as anybody:
        assert anybody.get("/").status_code == 200
        assert "account-card" not in anybody.get("/login").text
        assert "sign-out" not in anybody.get("/_dash-layout").text
        elsewhere = anybody.post("/_dash-update-component", json={}, headers={"Origin": "http://elsewhere.example"})
        assert elsewhere.status_code == 403


def test_without_accounts_a_page_elsewhere_whose_name_is_made_to_lead_here_does_and_reads_nothing() -> None:
    gate = Fixed(Actor(0, "", "無記名", Role.ADMINISTRATOR), hosts=frozenset({"flood.example"}))
    with served(create_app(desk(gate=gate).services).server) as base, client(base) as anybody:
        port = base.rpartition(":")[2]
        for host in (
            f"evil.example:{port}",
            "evil.example",
            "[",
            "flood.example.evil.example",
            "127.0.0.1.evil.example",
        ):
            led = {"Host": host, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
            answers = [anybody.get("/", headers={**PAGE, "Host": host}), anybody.get("/_dash-layout", headers=led)]
            answers.append(anybody.post("/_dash-update-component", json={}, headers=led))
            assert [each.status_code for each in answers] == [421] * 3, host
            assert "dashboard.url" in answers[0].text
        line, evil = socket.create_connection(("127.0.0.1", int(port))), Origin("http://evil.example")
        with line, pytest.raises(InvalidStatus) as refused:
            connect("ws://evil.example/_dash-ws-callback", sock=line, origin=evil)
        assert refused.value.response.status_code == 403
        for host in (f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}", "Flood.Example.", "flood.example:8443"):
            assert anybody.get("/_dash-layout", headers={"Host": host}).status_code == 200, host


def test_a_browser_keeps_what_it_is_known_by_where_no_script_reads_it(city: Served, somebody: httpx.Client) -> None:
    said = sign_in(somebody, "viewer").headers.get_list("set-cookie")
    (device,) = (each for each in said if each.startswith(Cookies().device))
    assert "HttpOnly" in device
    assert "SameSite=lax" in device
    somebody.post("/login/out", data={"csrf": somebody.cookies[CSRF]})
    kept = somebody.cookies[Cookies().device]
    assert city.house.desk.known_from("viewer", "203.0.113.200", kept)
    assert not city.house.desk.known_from("operator", "203.0.113.200", kept)
    with client(city.base) as thief:
        thief.cookies.set(Cookies().device, kept)
        assert thief.get("/_dash-layout").status_code == 401, "it lets nobody in"


def test_a_wait_is_said_in_minutes_or_seconds(city: Served, somebody: httpx.Client) -> None:
    for _ in range(5):
        answer = somebody.post("/login", data={"login": "nobody-at-all", "password": "wrong", "lang": "en"})
    assert "Wait 2 s" in answer.text or "Wait 1 s" in answer.text
    city.house.clock.ahead += timedelta(seconds=3)


def test_signing_in_to_a_drill_on_the_same_host_signs_nobody_out_of_the_real_house(
    city: Served, somebody: httpx.Client, tmp_path: Path
) -> None:
    drill = house(tmp_path)
    drill.add("viewer")
    gate = WithAccounts(drill.desk, drill.gate.setup, OF_DRILLS)
    sign_in(somebody, "operator")
    with served(create_app(desk(gate=gate).services).server) as base:
        somebody.base_url = httpx.URL(base)
        sign_in(somebody, "viewer")
        page = somebody.get("/")
        assert f'"csrf_token_name":"{OF_DRILLS.csrf}"' in page.text.replace(": ", ":")
    somebody.base_url = httpx.URL(city.base)
    assert somebody.get("/_dash-layout").status_code == 200
