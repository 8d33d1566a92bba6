from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Thread

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from alerts.answers.app import BODY_WITHIN_S, MOST_BYTES, create_app
from alerts.answers.given import LONGEST_NOTE, Reply
from alerts.answers.limits import Bucket, Limits
from alerts.answers.pages import LANGUAGES, _words
from alerts.answers.secret import SecretFile
from alerts.answers.settings import AnswerSettings
from alerts.answers.tokens import DRILL_PURPOSE, LONGEST, MINUTE, Claim, issue, read
from alerts.people.matters import Form, GroupKind, Receiver
from alerts.records import Incident
from alerts.store.answers import MOST_OF_ONE
from alerts.store.chronology import SqlChronology, Wanted
from tests.alerts.crew_desk import CREW, SECRET, VALID, CrewDesk
from tests.alerts.scenes import CITY, GAUGE, REGISTRY, RIVER, at

CLAIM = Claim(CREW, 7, at(40) + VALID)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def crew(database: Engine) -> CrewDesk:
    return CrewDesk(database)


class Phone:
    """Asks the application itself."""

    def __init__(self, crew: CrewDesk, limits: Limits | None = None, now_s: Callable[[], float] = lambda: 0.0) -> None:
        self._app = create_app(crew.services, limits, now_s)

    def get(self, token: str, query: str = "") -> httpx.Response:
        return self.ask("GET", f"/a/{token}{query}")

    def press(self, token: str, reply: str = "acknowledge", note: str = "", level: str = "4") -> httpx.Response:
        fields = {"reply": reply, "note": note, "level": level}
        return self.ask("POST", f"/a/{token}", data=fields)

    def ask(self, method: str, path: str, **more: object) -> httpx.Response:
        return asyncio.run(self._ask(method, path, more))

    async def _ask(self, method: str, path: str, more: dict[str, object]) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self._app), base_url="http://kotae") as client:
            return await client.request(method, path, **more)  # type: ignore[arg-type]


# Tokens


@given(
    contact_id=st.from_regex(r"[a-z0-9][a-z0-9_-]{0,63}", fullmatch=True),
    incident_id=st.integers(min_value=0, max_value=2**40),
    minutes=st.integers(min_value=0, max_value=10**6),
)
def test_a_token_says_what_it_was_issued_for(contact_id: str, incident_id: int, minutes: int) -> None:
    claim = Claim(contact_id, incident_id, at(minutes))
    token = issue(claim, SECRET)
    assert read(token, SECRET) == claim
    assert len(token) <= LONGEST


def test_a_token_is_short_enough_for_a_text_message() -> None:
    assert len(issue(Claim("crew-12", 12_345, at(0)), SECRET)) <= 40


def test_an_expiry_is_never_cut_short() -> None:
    late = Claim(CREW, 7, at(0) + timedelta(seconds=1))
    found = read(issue(late, SECRET), SECRET)
    assert found is not None
    assert late.expires_at <= found.expires_at < late.expires_at + MINUTE


def test_no_other_token_is_taken_for_a_good_one() -> None:
    token = issue(CLAIM, SECRET)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for place, letter in enumerate(token):
        for other in letters:
            if other != letter:
                assert read(token[:place] + other + token[place + 1 :], SECRET) is None
    for odd in (token[:-1], token + "A", token + "=", token + "\n", " " + token, "", "A", "é" * 40, "A" * 10_000):
        assert read(odd, SECRET) is None


@given(st.text(max_size=200))
def test_what_was_not_signed_is_nothing(text: str) -> None:
    assert read(text, SECRET) is None


def test_a_token_of_another_secret_or_purpose_opens_nothing() -> None:
    token = issue(CLAIM, SECRET)
    assert read(token, b"t" * 32) is None
    assert read(token, SECRET, b"something else\0") is None
    assert read(issue(CLAIM, SECRET, DRILL_PURPOSE), SECRET) is None


# The secret


def test_the_secret_is_made_once_and_its_owner_alone_can_read_it(tmp_path: Path) -> None:
    file = SecretFile(tmp_path / "data" / "answers.secret")
    first = file()
    assert len(first) == 32
    assert SecretFile(file.path)() == first
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in file.path.parent.iterdir()] == ["answers.secret"]
    file.rotate()
    assert file() != first
    assert file.path.stat().st_mode & 0o777 == 0o600


def test_several_that_make_the_secret_at_once_agree_on_one(tmp_path: Path) -> None:
    found: list[bytes] = []
    threads = [Thread(target=lambda: found.append(SecretFile(tmp_path / "s")())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_an_empty_secret_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "s").write_bytes(b"")
    with pytest.raises(OSError, match="remove it"):
        SecretFile(tmp_path / "s")()


@pytest.mark.parametrize("values", [{"secret": "short"}, {"url": "kotae.example.jp"}, {"url": "javascript:alert(1)"}])
def test_settings_that_would_make_bad_links_are_refused(values: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"write|leave"):
        AnswerSettings.model_validate(values)


# Links


def receiver(kind: GroupKind) -> Receiver:
    return Receiver(CREW, "sms", "+810000000000", "ja", Form.SHORT, kind)


def test_crews_get_a_link_of_their_own_and_others_do_not(crew: CrewDesk) -> None:
    link = crew.links().link(receiver(GroupKind.CREW), crew.incident_id, crew.clock.now())
    assert link is not None
    assert link == f"https://kotae.example.jp/a/{crew.token()}"
    for kind in (GroupKind.STAFF, GroupKind.DEPARTMENT):
        assert crew.links().link(receiver(kind), 7, crew.clock.now()) is None
    assert crew.links().link(receiver(GroupKind.PUBLIC), 7, crew.clock.now()) == ""
    assert crew.links("").link(receiver(GroupKind.CREW), 7, crew.clock.now()) == ""


# Looking changes nothing


def test_looking_at_a_link_changes_nothing(crew: CrewDesk) -> None:
    phone, before = Phone(crew), crew.rows()
    for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"):
        phone.ask(method, f"/a/{crew.token()}")
    phone.ask("GET", f"/a/{crew.token()}?reply=done&level=4")
    phone.ask("GET", f"/a/{crew.token()}", headers={"Purpose": "prefetch", "Sec-Purpose": "prefetch"})
    assert phone.get(crew.token()).status_code == 200
    assert crew.rows() == before


def test_the_page_says_where_how_bad_and_since_when_and_nothing_about_people(crew: CrewDesk) -> None:
    text = Phone(crew).get(crew.token()).text
    for said in ("藤井川", "Fujii river", "危険度4 氾濫危険水位に到達", "Hazard 4", "2026-07-01 18:10"):
        assert said in text
    assert "警戒レベルではありません" in text
    for hidden in ("第一分団", "第二分団", "+8100", CREW):
        assert hidden not in text


def test_every_answer_is_kept_out_of_caches_frames_and_referrers(crew: CrewDesk) -> None:
    phone = Phone(crew)
    for answer in (phone.get(crew.token()), phone.get("x"), phone.press(crew.token()), phone.ask("GET", "/")):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "script" not in policy
        assert "unsafe" not in policy
    assert "<script" not in phone.get(crew.token()).text


# Pressing records


@pytest.mark.parametrize("reply", Reply)
def test_every_button_is_recorded_with_its_line_of_the_chronology(crew: CrewDesk, reply: Reply) -> None:
    answer = Phone(crew).press(crew.token(), reply, "橋の上は通れない")
    assert (answer.status_code, answer.headers["location"]) == (303, "?received")
    given = crew.answers.of(crew.incident_id, CREW)
    assert [(each.reply, each.note, each.at) for each in given] == [(reply, "橋の上は通れない", at(40))]
    written = SqlChronology(crew.database).newest(Wanted(kinds=["answer"]))
    assert [(each.actor, each.incident_id, each.station_id) for each in written] == [
        ("第一分団", crew.incident_id, "fujii")
    ]
    assert "「橋の上は通れない」" in written[0].text
    assert crew.token() not in str(written[0])


@pytest.mark.parametrize("reply", Reply)
def test_who_acknowledges_or_is_on_the_way_ends_the_escalation(crew: CrewDesk, reply: Reply) -> None:
    Phone(crew).press(crew.token(), reply)
    taken = crew.incident()
    if reply in (Reply.ACKNOWLEDGE, Reply.ON_MY_WAY):
        assert (taken.acknowledged_by, taken.acknowledged_level, taken.escalate_at) == ("第一分団", 4, None)
    else:
        assert (taken.acknowledged_level, taken.escalate_at) == (0, at(45))


def test_an_acknowledgement_counts_for_the_level_that_was_seen(crew: CrewDesk) -> None:
    crew.change(level=5)
    Phone(crew).press(crew.token(), level="4")
    assert crew.incident().acknowledged_level == 4
    assert crew.incident().waits


def test_nobody_acknowledges_more_than_there_is(crew: CrewDesk) -> None:
    Phone(crew).press(crew.token(), level="5")
    assert crew.incident().acknowledged_level == 4


def test_the_same_button_twice_is_recorded_once(crew: CrewDesk) -> None:
    phone = Phone(crew)
    for _ in range(3):
        assert phone.press(crew.token(), "on_site", "着いた").status_code == 303
    assert crew.answers.count() == 1
    assert len(SqlChronology(crew.database).newest(Wanted(kinds=["answer"]))) == 1


def test_pressed_on_several_telephones_at_once_it_is_recorded_once(crew: CrewDesk) -> None:
    token = crew.token()
    threads = [Thread(target=lambda: Phone(crew).press(token, "on_my_way")) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert crew.answers.count() == 1


def test_what_changes_is_recorded_in_its_order_and_shown(crew: CrewDesk) -> None:
    phone, token = Phone(crew), crew.token()
    for minutes, reply in ((40, "on_my_way"), (50, "on_site"), (70, "done"), (80, "on_my_way")):
        crew.clock.minutes = minutes
        phone.press(token, reply)
    given = crew.answers.of(crew.incident_id, CREW)
    assert [each.reply for each in given] == ["on_my_way", "on_site", "done", "on_my_way"]
    text = phone.get(token, "?received").text
    assert "受け取りました" in text
    assert text.index("2026-07-01 19:20") < text.index("2026-07-01 18:40")


def test_one_contact_s_answers_are_not_shown_to_another(crew: CrewDesk) -> None:
    phone = Phone(crew)
    phone.press(crew.token(), "on_site", "橋の下")
    assert "橋の下" not in phone.get(crew.token("crew-2")).text


def test_answers_of_one_contact_have_an_end(crew: CrewDesk) -> None:
    generous = Limits(each_burst=1000, all_links=Bucket(1000, 1000))
    phone = Phone(crew, generous)
    for number in range(MOST_OF_ONE + 3):
        phone.press(crew.token(), "on_site", str(number))
    assert crew.answers.count() == MOST_OF_ONE


# What is refused says so


def test_an_expired_link_says_so_and_records_nothing(crew: CrewDesk) -> None:
    token, before = crew.token(), crew.rows()
    crew.clock.minutes += 24 * 60 + 1
    for answer in (Phone(crew).get(token), Phone(crew).press(token)):
        assert answer.status_code == 410
        assert "このリンクの期限は切れました" in answer.text
        assert "藤井川" not in answer.text
    assert crew.rows() == before


def test_a_closed_incident_says_so_and_records_nothing(crew: CrewDesk) -> None:
    crew.change(closed_at=at(38), level=0)
    before = crew.rows()
    for answer in (Phone(crew).get(crew.token()), Phone(crew).press(crew.token(), "done")):
        assert answer.status_code == 410
        assert "この件は終わりました" in answer.text
        assert "2026-07-01 18:38 に終了" in answer.text
    assert crew.rows() == before


def test_a_link_that_was_tampered_with_says_that_it_cannot_be_used(crew: CrewDesk) -> None:
    before, token = crew.rows(), crew.token()
    bad = [token[:-1], "B" + token[1:], issue(CLAIM, b"t" * 32), "x", "%00", "..%2f..%2fetc", token + "%20"]
    for each in bad:
        for answer in (Phone(crew).get(each), Phone(crew).press(each)):
            assert answer.status_code == 404
            assert "藤井川" not in answer.text
    assert crew.rows() == before


def test_a_link_of_a_drill_opens_nothing_of_the_real_house(crew: CrewDesk, database: Engine) -> None:
    drill = CrewDesk(database, drill=True)
    assert Phone(crew).press(drill.token()).status_code == 404
    assert Phone(drill).press(crew.token()).status_code == 404
    assert "【訓練】" in Phone(drill).get(drill.token()).text
    assert "【訓練】" not in Phone(crew).get(crew.token()).text


def test_another_secret_makes_every_link_void(crew: CrewDesk) -> None:
    token = crew.token()
    crew.secret = b"t" * 32
    assert Phone(crew).press(token).status_code == 404
    assert crew.answers.count() == 0


def test_who_is_no_longer_told_cannot_answer_any_more(crew: CrewDesk) -> None:
    token = crew.token()
    crew.people = crew.people.model_copy(update={"contacts": crew.people.contacts[1:], "groups": ()})
    assert Phone(crew).press(token).status_code == 404
    assert crew.answers.count() == 0


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"reply": "close", "level": "4"}, 400),
        ({"reply": "", "level": "4"}, 400),
        ({"level": "4"}, 400),
        ({"reply": "done", "level": "four"}, 400),
        ({"reply": "done", "level": "-1"}, 400),
        ({"reply": "done", "level": "99999"}, 400),
        ({"reply": "done", "level": "٤"}, 400),
        ({"reply": "done", "level": "4", "note": "x" * (LONGEST_NOTE + 1)}, 400),
        ({"reply": "done", "level": "4", "note": "x" * LONGEST_NOTE}, 303),
        ({"reply": "done", "level": "4", "note": "水" * LONGEST_NOTE}, 303),
    ],
)
def test_a_form_that_is_not_ours_is_refused(crew: CrewDesk, fields: dict[str, str], status: int) -> None:
    answer = Phone(crew).ask("POST", f"/a/{crew.token()}", data=fields)
    assert answer.status_code == status
    assert crew.answers.count() == (status == 303)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"reply=done&level=4&note=" + b"x" * MOST_BYTES, "application/x-www-form-urlencoded"),
        (b'{"reply": "done", "level": "4"}', "application/json"),
        (b"reply=done&level=4", "text/plain"),
        (b"reply=done&level=4&note=\xff\xfe", "application/x-www-form-urlencoded"),
        (b"reply=done&level=4&note=%ff%fe", "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % each for each in range(50)), "application/x-www-form-urlencoded"),
        (b"", "application/x-www-form-urlencoded"),
    ],
)
def test_a_body_that_is_no_small_form_is_refused(crew: CrewDesk, content: bytes, kind: str) -> None:
    answer = Phone(crew).ask("POST", f"/a/{crew.token()}", content=content, headers={"Content-Type": kind})
    assert answer.status_code == 400
    assert crew.answers.count() == 0


def test_nothing_else_is_there(crew: CrewDesk) -> None:
    for path in ("/", "/a/", "/a", "/docs", "/openapi.json", "/a/x/y", "/robots.txt"):
        assert Phone(crew).ask("GET", path).status_code == 404


# Limits


def test_a_link_that_is_pressed_without_end_has_to_wait_and_others_do_not(crew: CrewDesk) -> None:
    phone = Phone(crew)
    statuses = [phone.get(crew.token()).status_code for _ in range(25)]
    assert statuses == [200] * 20 + [429] * 5
    assert phone.get(crew.token()).headers["retry-after"] == "60"
    assert phone.get(crew.token("crew-2")).status_code == 200


def test_strangers_cannot_shut_the_crews_out(crew: CrewDesk) -> None:
    phone = Phone(crew)
    assert [phone.get(f"guess{each}").status_code for each in range(60)] == [404] * 50 + [429] * 10
    assert phone.press(crew.token()).status_code == 303


def test_a_bucket_fills_again_with_time() -> None:
    bucket = Bucket(2, 0.5)
    assert [bucket.take(0), bucket.take(0), bucket.take(0), bucket.take(1), bucket.take(2)] == [
        True,
        True,
        False,
        False,
        True,
    ]


def test_the_limits_remember_so_many_links_and_no_more() -> None:
    limits = Limits(most_links=3)
    for number in range(100):
        limits.allows(str(number), 0.0)
    assert len(limits._each) == 3


def test_a_database_that_fails_is_said_in_words(crew: CrewDesk) -> None:
    crew.services = replace(crew.services, directory=lambda: (_ for _ in ()).throw(OSError("disk")))
    answer = Phone(crew).press(crew.token())
    assert answer.status_code == 503
    assert "いまは記録できません" in answer.text
    assert "disk" not in answer.text


def test_a_body_is_not_waited_for_without_end() -> None:
    assert BODY_WITHIN_S <= 15


# Names and notes are data


NASTY = '<script>alert(1)</script>"><img src=x onerror=alert(2)>{{7*7}}'


def test_names_and_notes_stay_text(crew: CrewDesk) -> None:
    river = RIVER.model_copy(update={"name": {"ja": NASTY, "en": NASTY}})
    crew.registry = REGISTRY.model_copy(update={"stations": {**REGISTRY.stations, "fujii": river}})
    phone = Phone(crew)
    phone.press(crew.token(), "done", NASTY)
    text = phone.get(crew.token()).text
    assert "<script" not in text
    assert "<img" not in text
    assert text.count(html.escape(NASTY, quote=True).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")) == 3


def test_a_note_is_one_line(crew: CrewDesk) -> None:
    Phone(crew).press(crew.token(), "done", "橋の上\r\nは\u202e通れない\x00")
    assert crew.answers.of(crew.incident_id, CREW)[0].note == "橋の上 は 通れない"


# Several incidents


def test_a_link_of_a_digest_lists_what_the_contact_was_told_of(crew: CrewDesk) -> None:
    phone = Phone(crew)
    assert "いま続いている件はありません" in phone.get(crew.token(incident_id=0)).text
    tell(crew, CREW)
    text = phone.get(crew.token(incident_id=0)).text
    assert f'href="{crew.token()}"' in text
    assert "藤井川 危険度4" in text
    assert "いま続いている件はありません" in phone.get(crew.token("crew-2", 0)).text
    before = crew.rows()
    assert phone.press(crew.token(incident_id=0)).status_code == 200
    assert crew.rows() == before
    crew.change(closed_at=at(39))
    assert "いま続いている件はありません" in phone.get(crew.token(incident_id=0)).text


def tell(crew: CrewDesk, contact_id: str) -> None:
    """Let the contact have had a message about the incident."""
    from alerts.records import Delivery, Message, MessageKind
    from alerts.store.deliveries import add
    from alerts.store.record import add_transitions
    from ingest.store.tables import writing
    from tests.alerts.scenes import transition

    with writing(crew.database) as connection:
        ids = add_transitions(connection, [transition(incident_id=crew.incident_id, id=0)])
        message = Message(MessageKind.DIGEST, at(31), level=4, transition_ids=tuple(ids))
        add(connection, message, [Delivery(contact_id, "sms", "+81", "s", "b", at(31), key="k")])


def test_the_incident_of_another_rule_is_called_by_its_name(crew: CrewDesk) -> None:
    crew.incident_id = crew.begins(rule="silence", level=2, peak_level=2)
    text = Phone(crew).get(crew.token()).text
    assert "水位計の通信途絶" in text
    assert "危険度2" not in text
    Phone(crew).press(crew.token(), level="0")
    assert crew.incident().acknowledged_level == 2


def test_an_idle_pump_in_water_that_rose_meanwhile_asks_anew(crew: CrewDesk) -> None:
    """The page stood open while the hazard went from 3 to 5: the button is about what the page was opened at."""
    crew.incident_id = crew.begins(rule="pump_idle", level=3, peak_level=3)
    (shown,) = re.findall(r'name="level" value="(\d)"', Phone(crew).get(crew.token()).text)
    crew.change(level=5, peak_level=5)
    Phone(crew).press(crew.token(), level=shown)
    assert crew.incident().acknowledged_level == 3
    assert crew.incident().waits


def test_doubts_are_said(crew: CrewDesk) -> None:
    crew.change(unconfirmed=True, unverified=True)
    text = Phone(crew).get(crew.token()).text
    assert "値は未確認です" in text
    assert "データが途絶えています" in text


def test_a_station_that_is_gone_is_told_by_its_id(crew: CrewDesk) -> None:
    crew.registry = type(REGISTRY).of(CITY, [])
    assert "fujii" in Phone(crew).get(crew.token()).text
    assert GAUGE.id not in Phone(crew).get(crew.token()).text


def test_every_line_is_there_in_both_languages() -> None:
    for key, words in _words().items():
        assert tuple(words) == LANGUAGES, key
        assert all(words.values())


def test_an_incident_that_never_was_is_not_found(crew: CrewDesk) -> None:
    assert Phone(crew).get(crew.token(incident_id=999)).status_code == 404
    assert isinstance(crew.incident(), Incident)
