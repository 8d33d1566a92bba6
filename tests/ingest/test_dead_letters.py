"""What is kept of refused messages, what is counted, and what a retry makes of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine

from alerts.rules import stage
from alerts.rules.course import Course
from alerts.rules.machine import Standing, Timing, step
from alerts.rules.place import places
from alerts.rules.settings.rules import RulesSettings
from ingest.dead_letters import Retried, Retry
from ingest.messages import Message
from ingest.pipeline import HEAD_BYTES, WHOLE_BYTES, Kept, interpret
from ingest.quality import ClockLimits, QualityControl
from ingest.readings import DeadLetter, Quality, Reading
from ingest.roster import Roster
from ingest.store import dead_letter_counts as kept_letters
from ingest.store.appender import SqlAppender
from ingest.store.dead_letters import DeadLetters, Wanted, prune_dead_letters
from ingest.store.log import SqlLog
from ingest.store.protocol import Appended, Batch, DeadLetterSummary
from ingest.store.recall import SqlRecall
from ingest.store.stills import StillFolder
from tests.ingest.cities import NOON, message, reading_message, small_city, small_roster
from tests.ingest.stores import database, look_at_all
from tests.ingest.whole_pictures import jpeg, noise

LIMITS = ClockLimits()
EMPTY = Roster()


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return database(tmp_path)


def refused(engine: Engine, *messages: Message, roster: Roster = EMPTY) -> list[DeadLetter]:
    """Messages that come while the registry does not know them; the letters that they leave, oldest first."""
    letters = [letter for each in messages for letter in interpret(each, roster, LIMITS).dead_letters]
    SqlAppender(engine).append(Batch(dead_letters=letters))
    return DeadLetters(engine).find(Wanted(), 10_000)[::-1]


def now() -> datetime:
    """When letters are tried again."""
    return NOON + timedelta(hours=1)


def retry(engine: Engine, folder: Path, roster: Roster | None = None) -> list[Retried]:
    """All letters tried again, with the registry put right."""
    with_city = partial(interpret, roster=roster or small_roster(), limits=LIMITS)
    again = Retry(
        with_city, judged(engine), SqlAppender(engine), StillFolder(folder / "stills"), DeadLetters(engine), now
    )
    return [again.one(each) for each in DeadLetters(engine).find(Wanted(), 10_000)[::-1]]


def judged(engine: Engine) -> Callable[[Sequence[Reading]], Sequence[Reading]]:
    """Quality control by what the log knows now."""
    return lambda readings: QualityControl(SqlRecall(engine), LIMITS).judge(readings, small_roster()).readings


def summary(engine: Engine) -> DeadLetterSummary:
    return SqlLog(engine).dead_letters()


def test_a_reading_of_a_gauge_that_was_not_yet_registered_is_kept_by_a_retry_at_the_time_at_which_it_came(
    engine: Engine, tmp_path: Path
) -> None:
    refused(engine, reading_message('{"stage_m": 2.5}', packet_id=7, received_at=NOON - timedelta(hours=5)))
    (done,) = retry(engine, tmp_path)
    (reading,) = SqlLog(engine).readings_after(0)
    assert (done.refused, done.appended.readings) == ("", 1)
    assert (reading.gauge_id, reading.stage_m, reading.observed_at) == ("fujii-01", 2.5, NOON - timedelta(hours=5))
    assert reading.received_at == now()
    assert DeadLetters(engine).find(Wanted()) == []
    assert (summary(engine).counts, summary(engine).retried) == ({"unknown_device": 1}, {"unknown_device": 1})


@pytest.mark.parametrize("dated", ["", ', "observed_at": "2026-07-01T11:00:00Z"'], ids=["undated", "dated"])
def test_an_old_letter_that_is_kept_at_last_does_not_pass_for_the_present(
    engine: Engine, tmp_path: Path, dated: str
) -> None:
    """What was low an hour ago must not end the alert of a flood."""
    refused(engine, reading_message(f'{{"stage_m": 0.5{dated}}}', received_at=NOON - timedelta(hours=1)))
    flood = interpret(reading_message('{"stage_m": 4.5}', received_at=NOON), small_roster(), LIMITS).readings
    SqlAppender(engine).append(Batch(readings=flood))
    retry(engine, tmp_path)
    latest = SqlLog(engine).latest()["fujii-01"]
    assert latest.good is not None
    assert (latest.reading.stage_m, latest.good.stage_m) == (4.5, 4.5)
    (late,) = SqlLog(engine).readings_after(1)
    place = places(small_city(), RulesSettings())["fujii-01"]
    finding = stage.find(late, Course(), place)
    assert finding is not None
    standing = Standing(4, observed_at=NOON)
    assert step(standing, finding, Timing(hold=timedelta(0))) == (standing, ())


def test_what_a_camera_sent_long_ago_does_not_take_the_place_of_what_is_newest_of_it(
    engine: Engine, tmp_path: Path
) -> None:
    """As when it was put into the registry late, and everything that was refused is tried again."""
    topic = "mizumori/v1/fujii/camera/fujii-cam/"

    def sent(minutes: int, state: str) -> list[Message]:
        at = NOON + timedelta(minutes=minutes)
        picture = jpeg(noise(minutes + 10))
        return [
            message(f"{topic}still", picture, received_at=at),
            message(f"{topic}status", f'{{"state": "{state}"}}', received_at=at),
        ]

    refused(engine, *sent(-3, "offline"))
    now_is = [interpret(each, small_roster(), LIMITS) for each in sent(0, "online")]
    SqlAppender(engine).append(Batch(stills=now_is[0].stills, reports=now_is[1].reports))
    look_at_all(engine)
    before = SqlLog(engine).cameras()["fujii-cam"]
    assert [done.refused for done in retry(engine, tmp_path)] == ["", ""]
    look_at_all(engine, now())
    assert SqlLog(engine).cameras()["fujii-cam"] == before


@pytest.mark.parametrize("payload", ['{"stage_m": 2.5}', '{"stage_m": 2.5, "observed_at": "2026-07-01T11:59:00Z"}'])
def test_a_letter_that_is_tried_twice_is_kept_once(engine: Engine, tmp_path: Path, payload: str) -> None:
    """As after a crash between the reading's commit and the letter's removal."""
    (letter,) = refused(engine, reading_message(payload, packet_id=7))
    for times in range(2):
        SqlAppender(engine).append(Batch(dead_letters=[letter] if times else []))
        retry(engine, tmp_path)
    assert [each.stage_m for each in SqlLog(engine).readings_after(0)] == [2.5]


def test_what_a_retry_brings_is_judged_beside_what_the_log_has(engine: Engine, tmp_path: Path) -> None:
    """A jump of 4 m in a minute is held, whenever its message is understood."""
    at = [(NOON - timedelta(minutes=minutes)).isoformat() for minutes in (3, 2, 1)]
    for index in (0, 1):
        known = interpret(reading_message(f'{{"stage_m": 1.0, "observed_at": "{at[index]}"}}'), small_roster(), LIMITS)
        SqlAppender(engine).append(Batch(readings=known.readings))
    refused(engine, reading_message(f'{{"stage_m": 5.0, "observed_at": "{at[2]}"}}'))
    retry(engine, tmp_path)
    last = SqlLog(engine).readings_after(0)[-1]
    assert (last.stage_m, last.quality) == (5.0, Quality.SUSPECT)


def test_what_is_still_wrong_stays_with_the_reason_of_today(engine: Engine, tmp_path: Path) -> None:
    refused(engine, reading_message('{"stage_m": "high"}'))
    (done,) = retry(engine, tmp_path)
    (letter,) = DeadLetters(engine).find(Wanted())
    assert done.refused.startswith("malformed: ")
    assert letter.reason == "malformed"
    assert SqlLog(engine).readings_after(0) == []
    assert summary(engine).retried == {}


def test_a_retry_sees_the_message_exactly_as_it_came(engine: Engine) -> None:
    sent = reading_message(
        b'{"stage_m": 2.5}\xff', packet_id=9, redelivered=True, retained=True, properties={"型": "水位"}
    )
    refused(engine, sent)
    seen: list[Message] = []

    def remember(message: Message) -> Kept:
        seen.append(message)
        return Kept()

    for letter in DeadLetters(engine).find(Wanted()):
        Retry(remember, judged(engine), SqlAppender(engine), StillFolder(Path("unused")), DeadLetters(engine), now).one(
            letter
        )
    assert seen == [sent]


def test_a_message_that_was_cut_says_that_it_cannot_be_tried_again(engine: Engine, tmp_path: Path) -> None:
    (letter,) = refused(engine, reading_message(b"x" * (WHOLE_BYTES + 1)))
    (done,) = retry(engine, tmp_path)
    assert (len(letter.head), letter.whole) == (HEAD_BYTES, False)
    assert f"only {HEAD_BYTES} of its {WHOLE_BYTES + 1} bytes" in done.refused
    assert len(DeadLetters(engine).find(Wanted())) == 1


def test_a_message_as_large_as_is_kept_whole_comes_back_whole(engine: Engine) -> None:
    payload = bytes(number % 256 for number in range(WHOLE_BYTES))
    (letter,) = refused(engine, reading_message(payload))
    assert letter.head == payload


def test_a_letter_does_not_grow_with_the_properties_of_its_message(engine: Engine) -> None:
    """Their size is that of no payload: what is kept a day is bounded by the bytes of payloads."""
    properties = {"taken_at": "2026-07-01T12:00:00Z"} | {f"p{number}": "x" * 1000 for number in range(1000)}
    (letter,) = refused(engine, reading_message("{}", properties=properties))
    assert letter.properties["taken_at"] == "2026-07-01T12:00:00Z"
    assert sum(len(name) + len(value) for name, value in letter.properties.items()) <= 4096


def test_a_fault_of_ours_in_one_letter_does_not_stop_the_others(engine: Engine, tmp_path: Path) -> None:
    refused(engine, reading_message('{"stage_m": 1.0}'), reading_message('{"stage_m": 2.0}'))

    def sometimes(message: Message) -> Kept:
        if b"1.0" in message.payload:
            raise ZeroDivisionError
        return interpret(message, small_roster(), LIMITS)

    again = Retry(sometimes, judged(engine), SqlAppender(engine), StillFolder(tmp_path), DeadLetters(engine), now)
    done = [again.one(each) for each in DeadLetters(engine).find(Wanted())[::-1]]
    assert [each.refused for each in done] == ["unexpected: ZeroDivisionError()", ""]
    assert [each.stage_m for each in SqlLog(engine).readings_after(0)] == [2.0]


def test_a_device_gone_wild_does_not_push_out_the_letters_of_others(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_letters, "MOST_PER_TOPIC", 50)
    quiet, wild = reading_message('{"stage_m": 1}', gauge="quiet"), reading_message("{}", gauge="wild")
    refused(engine, quiet)
    for _ in range(20):
        refused(engine, *[wild] * 50)
    kept = DeadLetters(engine).find(Wanted(), 10_000)
    assert [each.topic for each in kept].count(wild.topic) == 50
    assert kept[-1].topic == quiet.topic
    found = summary(engine)
    assert (found.counts, found.kept) == ({"unknown_device": 1001}, {"unknown_device": 51})
    assert found.passed_over == {"unknown_device": 950}
    assert [(each.topic, each.refused, each.passed_over) for each in found.busiest] == [
        (wild.topic, 1000, 950),
        (quiet.topic, 1, 0),
    ]


def test_large_messages_of_one_topic_are_bounded_in_bytes(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_letters, "MOST_BYTES_PER_TOPIC", 100_000)
    refused(engine, *[reading_message(b"x" * 30_000)] * 5, reading_message("{}"))
    assert [each.size_bytes for each in DeadLetters(engine).find(Wanted())] == [2, 30_000, 30_000, 30_000]


def test_a_flood_over_many_topics_is_bounded_by_its_reason(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_letters, "MOST_PER_REASON", 100)
    for hundred in range(5):
        refused(engine, *[message(f"strange/{hundred}/{number}", "x") for number in range(100)])
    refused(engine, reading_message("{}"))
    found = summary(engine)
    assert found.kept == {"unknown_device": 1, "unknown_topic": 100}
    assert (found.counts["unknown_topic"], found.passed_over) == (500, {"unknown_topic": 400})


def test_on_the_next_day_a_topic_has_room_again(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_letters, "MOST_PER_TOPIC", 2)
    for day in range(3):
        refused(engine, *[reading_message("{}", received_at=NOON + timedelta(days=day))] * 5)
    assert summary(engine).kept == {"unknown_device": 6}


def test_the_oldest_letters_go_where_all_are_too_many_or_too_large(engine: Engine) -> None:
    letters = refused(engine, *[reading_message("x" * 100) for _ in range(30)])
    assert prune_dead_letters(engine, NOON, most=20) == 10
    assert [each.id for each in DeadLetters(engine).find(Wanted())] == [each.id for each in letters[:9:-1]]
    assert prune_dead_letters(engine, NOON, most_bytes=550) == 15
    assert len(DeadLetters(engine).find(Wanted())) == 5
    assert summary(engine).counts == {"unknown_device": 30}


def test_letters_are_found_by_reason_topic_and_time(engine: Engine) -> None:
    early = reading_message("{}", received_at=NOON - timedelta(hours=2))
    refused(engine, early, reading_message("{}", gauge="a_b"), message("a%b/x", "?"))
    letters = DeadLetters(engine)

    def topics(wanted: Wanted) -> list[str]:
        return [each.topic for each in letters.find(wanted)]

    assert topics(Wanted(reason="unknown_topic")) == ["a%b/x"]
    assert topics(Wanted(topic="a%*")) == ["a%b/x"]
    assert topics(Wanted(topic="*/a_b/*")) == ["mizumori/v1/fujii/gauge/a_b/reading"]
    assert len(topics(Wanted(since=NOON - timedelta(hours=1)))) == 2
    assert topics(Wanted(ids=[1])) == [early.topic]


def test_a_batch_of_letters_is_kept_or_counted_whole_with_its_readings(engine: Engine) -> None:
    letter = DeadLetter("t", NOON, "malformed", "d", b"x", 1)
    assert SqlAppender(engine).append(Batch(dead_letters=[letter, replace(letter, topic="u")])) == Appended(
        dead_letters=2
    )
