"""What strangers and colleagues who fail cost others, and how much they can have written: on a real database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Event

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event, func, select

from dashboard.accounts import audit, devices, lockout
from dashboard.accounts.actor import Actor, Role
from dashboard.accounts.desk import Refused, Taken
from dashboard.accounts.keeping import Keeper
from dashboard.accounts.lockout import Origin
from dashboard.accounts.passwords import Passwords
from dashboard.accounts.records import Failures
from dashboard.accounts.sessions import Signed
from dashboard.accounts.tables import account_failures
from tests.dashboard.account_desk import PASSWORD, QUICK, House, house

OFFICE, HOME, ELSEWHERE = "192.0.2.1", "192.0.2.2", "198.51.100.7"
NEW = "kawa no mukou no yama"


@pytest.fixture
def city(tmp_path: Path) -> House:
    made = house(tmp_path)
    made.add("hana", Role.APPROVER)
    return made


def taken(outcome: object) -> Taken:
    assert isinstance(outcome, Taken), outcome
    return outcome


def waits(outcome: object) -> bool:
    return isinstance(outcome, Refused) and outcome.key == "accounts.wait"


def stands(city: House, signed: Taken) -> Signed:
    found = city.desk.sessions.find(signed.token)
    assert found is not None
    return found


def count(city: House) -> int:
    with city.engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(account_failures)) or 0


def test_a_stranger_with_many_addresses_does_not_keep_out_who_was_in_from_there_before(city: House) -> None:
    taken(city.desk.sign_in("hana", PASSWORD, OFFICE))
    for each in range(60):
        city.clock.ahead += timedelta(seconds=61)
        city.desk.sign_in("hana", "wrong", f"198.51.100.{each}")
    assert waits(city.desk.sign_in("hana", PASSWORD, HOME))
    taken(city.desk.sign_in("hana", PASSWORD, OFFICE))


def test_an_office_behind_one_address_is_not_kept_out_by_those_there_who_fail(city: House) -> None:
    taken(city.desk.sign_in("hana", PASSWORD, OFFICE))
    for each in range(30):
        city.desk.sign_in(f"junk-{each}", "wrong", OFFICE)
    assert waits(city.desk.sign_in("taro", "wrong", OFFICE))
    taken(city.desk.sign_in("hana", PASSWORD, OFFICE))


def test_a_browser_in_which_one_was_signed_in_waits_for_its_own_failures_alone(city: House) -> None:
    device = taken(city.desk.sign_in("hana", PASSWORD, OFFICE)).device
    for _ in range(10):
        city.desk.sign_in("hana", "wrong", OFFICE)
    assert waits(city.desk.sign_in("hana", PASSWORD, OFFICE))
    taken(city.desk.sign_in("hana", PASSWORD, OFFICE, device))
    for _ in range(4):
        city.desk.sign_in("hana", "wrong", OFFICE, device)
    assert waits(city.desk.sign_in("hana", PASSWORD, OFFICE, device))


def test_a_browser_is_known_for_the_accounts_that_were_in_there_and_until_their_password_changes(city: House) -> None:
    city.add("taro")
    hana, taro, other = (city.desk.store.account(login) for login in ("hana", "taro", "nobody"))
    first = taken(city.desk.sign_in("hana", PASSWORD, OFFICE)).device
    assert devices.of(first, hana)
    assert not devices.of(first, taro)
    both = taken(city.desk.sign_in("taro", PASSWORD, OFFICE, first)).device
    assert devices.of(both, hana) == devices.of(both, taro) == devices.of(first, hana)
    assert not devices.of(both, other)
    assert not any(devices.of(cookie, hana) for cookie in ("", ".", "x" * 5000, "花", f"{both[:-1]}", both[1:]))
    signed = stands(city, taken(city.desk.sign_in("hana", PASSWORD, OFFICE, both)))
    after = taken(city.desk.change_password(signed, PASSWORD, NEW, OFFICE, both)).device
    hana = city.desk.store.account("hana")
    assert not devices.of(both, hana)
    assert devices.of(after, hana)
    assert devices.of(after, taro)


def test_a_cookie_of_a_browser_holds_a_bounded_number_of_accounts(city: House) -> None:
    cookie = ""
    for each in range(20):
        city.add(f"many-{each}")
        account = city.desk.store.account(f"many-{each}")
        assert account is not None
        cookie = devices.with_account(cookie, account)
    assert len(cookie) < 500
    assert [bool(devices.of(cookie, city.desk.store.account(f"many-{each}"))) for each in (7, 8, 19)] == [
        *(False, True, True)
    ]


def test_a_browser_is_known_only_after_the_second_factor(city: House) -> None:
    phone = city.with_code("ken")
    half = taken(city.desk.sign_in("ken", PASSWORD, ELSEWHERE))
    assert half.device == ""
    assert not city.desk.known_from("ken", ELSEWHERE)
    whole = city.desk.give_code(stands(city, half), phone.at(city.clock.now()), ELSEWHERE)
    assert taken(whole).device
    assert city.desk.known_from("ken", ELSEWHERE)
    assert city.desk.known_from("ken", OFFICE, taken(whole).device)
    assert not city.desk.known_from("ken", OFFICE)


def test_who_has_only_the_password_does_not_keep_the_owner_from_giving_a_code(city: House) -> None:
    phone = city.with_code("ken")
    office = taken(city.desk.sign_in("ken", PASSWORD, OFFICE))
    device = taken(city.desk.give_code(stands(city, office), phone.at(city.clock.now()), OFFICE)).device
    thief = stands(city, taken(city.desk.sign_in("ken", PASSWORD, ELSEWHERE)))
    for each in range(30):
        city.desk.give_code(thief, "12345", f"203.0.113.{each}")
    assert waits(city.desk.give_code(thief, "12345", ELSEWHERE))
    city.clock.ahead += timedelta(seconds=30)
    for address, kept in ((OFFICE, ""), (HOME, device)):
        mine = stands(city, taken(city.desk.sign_in("ken", PASSWORD, address, kept)))
        city.clock.ahead += timedelta(seconds=30)
        taken(city.desk.give_code(mine, phone.at(city.clock.now()), address, kept))


def test_an_address_cools_down_and_counts_anew_after_a_quarter_of_an_hour() -> None:
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    key = lockout.keys("hana", Origin(OFFICE))[-1]
    many = Failures(40, noon)
    assert lockout.counted(key, many, noon + timedelta(minutes=14)).count == 41
    assert lockout.counted(key, many, noon + timedelta(minutes=16)).count == 1


def test_who_signs_in_rightly_takes_back_the_own_try_at_an_address_and_forgives_no_other(city: House) -> None:
    for each in range(21):
        city.desk.sign_in(f"junk-{each}", "wrong", OFFICE)
    city.clock.ahead += timedelta(seconds=3)
    key = lockout.keys("hana", Origin(OFFICE))[-1]
    before = city.desk.store.failures([key])[key]
    taken(city.desk.sign_in("hana", PASSWORD, OFFICE))
    assert city.desk.store.failures([key])[key] == before
    assert before.count == 21


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("testclient", "elsewhere", False),
    ],
)
def test_an_address_of_ipv6_counts_as_its_network(one: str, other: str, same: bool) -> None:
    assert (lockout.place(one) == lockout.place(other)) is same


def test_of_tries_that_come_together_no_more_pass_than_one_after_the_other(city: House) -> None:
    looked_at: list[str] = []
    together = Barrier(12)

    class Slow(Passwords):
        def fits(self, kept: str | None, password: str) -> bool:
            looked_at.append(password)
            Event().wait(0.02)
            return super().fits(kept, password)

    city.desk.passwords = Slow(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))

    def one(each: int) -> object:
        together.wait(5)
        return city.desk.sign_in("hana", f"wrong {each}", ELSEWHERE)

    with ThreadPoolExecutor(12) as threads:
        outcomes = list(threads.map(one, range(12)))
    assert len(looked_at) == 4, "three that cost nothing, and the one that begins the wait"
    assert sum(waits(each) for each in outcomes) == 8


def test_a_loop_of_refused_tries_writes_one_line_a_wait_and_nothing_else(city: House) -> None:
    for _ in range(4):
        city.desk.sign_in("hana", "wrong", ELSEWHERE)
    written: list[str] = []
    event.listen(city.engine, "before_cursor_execute", lambda *given: written.append(given[2].split()[0]))
    for _ in range(50):
        assert waits(city.desk.sign_in("hana", "wrong", ELSEWHERE))
    assert [each for each in written if each not in ("SELECT", "BEGIN")] == ["INSERT"]
    assert city.acts() == [*["sign_in_failed"] * 4, "locked_out"]


def test_names_that_are_made_up_fill_neither_the_audit_log_nor_the_counts(
    city: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.accounts.tries.MOST_COUNTS", 20)
    monkeypatch.setattr("dashboard.accounts.tries.TIDY_EVERY", 31)
    for each in range(62):
        city.desk.sign_in(f"junk-{each}", "wrong", f"203.0.113.{each}")
    assert count(city) == 20
    lines = city.desk.audit.lines()
    assert len(lines) == audit.MOST_AN_HOUR
    assert lines[0].detail == audit.MORE
    city.desk.sign_in("hana", "wrong", ELSEWHERE)
    assert city.desk.audit.lines()[0].actor == "hana", "of an account that there is, it is written all the same"
    city.clock.ahead += timedelta(hours=1)
    city.desk.sign_in("junk", "wrong", ELSEWHERE)
    assert len(city.desk.audit.lines()) == audit.MOST_AN_HOUR + 2


def test_refused_requests_of_one_who_is_signed_in_fill_no_audit_log_and_take_no_lines_from_others(
    city: House,
) -> None:
    hana, taro = (Actor(number, login, login, Role.VIEWER) for number, login in ((1, "hana"), (2, "taro")))
    for each in range(audit.MOST_AN_HOUR + 40):
        city.desk.audit.wrote(hana, f"POST /api/v1/made-up-{each}", 403)
    assert len(city.desk.audit.lines()) == audit.MOST_AN_HOUR
    assert city.desk.audit.lines()[0].detail == f"403; {audit.MORE}"
    city.desk.audit.wrote(hana, "POST /api/v1/chronology", 201)
    city.desk.audit.wrote(taro, "POST /api/v1/silences", 403)
    newest = [(each.actor, each.detail) for each in city.desk.audit.lines(limit=2)]
    assert newest == [("taro", "403"), ("hana", "201")]


def test_what_is_typed_in_place_of_a_login_name_is_not_written_down(city: House, tmp_path: Path) -> None:
    for _ in range(6):
        city.desk.sign_in("hashi-no-shita-no-mizu", "", ELSEWHERE)
    assert {each.actor for each in city.desk.audit.lines()} == {"?"}
    assert "locked_out" in city.acts()
    assert b"hashi-no-shita" not in b"".join(each.read_bytes() for each in tmp_path.glob("accounts.db*"))


def test_a_reset_ends_every_wait_of_the_account_and_of_no_other(city: House) -> None:
    city.add("hanako")
    device = taken(city.desk.sign_in("hana", PASSWORD, HOME)).device
    for _ in range(8):
        for login, where, kept in (("hana", OFFICE, ""), ("hanako", OFFICE, ""), ("hana", HOME, device)):
            city.desk.sign_in(login, "wrong", where, kept)
    account = city.desk.store.account("hana")
    assert account is not None
    Keeper(city.desk.store, QUICK, city.clock.now, "root").reset(account, NEW, made=False, second_factor=False)
    taken(city.desk.sign_in("hana", NEW, OFFICE))
    assert waits(city.desk.sign_in("hanako", PASSWORD, OFFICE))


def test_a_second_factor_that_is_there_is_not_replaced_by_one_who_came_at_the_same_time(city: House) -> None:
    city.add("ken")
    judged = city.desk.store.account("ken")
    assert judged is not None
    assert city.desk.store.change_if_same(judged, totp_secret="A" * 32)
    assert not city.desk.store.change_if_same(judged, totp_secret="B" * 32)
    account = city.desk.store.account("ken")
    assert account is not None
    assert account.totp_secret == "A" * 32


def test_signing_in_anew_ends_the_session_before(city: House) -> None:
    first = taken(city.desk.sign_in("hana", PASSWORD, OFFICE))
    before = stands(city, first)
    city.desk.sign_in("hana", "wrong", OFFICE, before=before)
    assert city.desk.sessions.find(first.token)
    taken(city.desk.sign_in("hana", PASSWORD, OFFICE, before=before))
    assert city.desk.sessions.find(first.token) is None
