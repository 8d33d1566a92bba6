"""Crews answer by their own link: what they see, and what is recorded."""

from __future__ import annotations

import html
import re
from threading import Thread

import pytest

from alerts.answers.given import Reply
from alerts.answers.limits import Bucket, Limits
from alerts.answers.pages import LANGUAGES, _words
from alerts.people.matters import Form, GroupKind, Receiver
from alerts.records import Incident
from alerts.store.answers import MOST_OF_ONE
from alerts.store.chronology import SqlChronology, Wanted
from tests.alerts.crew_desk import CREW, CrewDesk
from tests.alerts.phone import Phone
from tests.alerts.scenes import CITY, GAUGE, REGISTRY, RIVER, at


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
