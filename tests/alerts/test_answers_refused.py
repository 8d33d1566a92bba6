"""What the answers refuse, and how much they take: every refusal says so in words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from alerts.answers.app import BODY_WITHIN_S, MOST_BYTES
from alerts.answers.given import LONGEST_NOTE
from alerts.answers.limits import Bucket, Limits
from alerts.answers.tokens import issue
from tests.alerts.crew_desk import CrewDesk
from tests.alerts.phone import CLAIM, Phone
from tests.alerts.scenes import at

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


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
