"""From bytes to what is kept: every message becomes a record or a dead letter."""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ingest.hazard import hazard_at
from ingest.messages import Message, Refusal
from ingest.pipeline import HEAD_BYTES, Kept, interpret
from ingest.quality import ClockLimits
from ingest.readings import CameraState, Quality, Reading, Reason
from tests.ingest.cities import LEVELS, NOON, message, reading_message, small_roster

CITY = small_roster()


def kept(arrived: Message) -> Kept:
    return interpret(arrived, CITY, ClockLimits())


def reading(payload: str, **more: Any) -> Reading:
    return kept(reading_message(payload, **more)).readings[0]


def refusal(arrived: Message) -> str:
    result = kept(arrived)
    assert not result.readings
    assert not result.reports
    assert not result.stills
    return result.dead_letters[0].reason


def test_a_reading_keeps_its_time_and_stage() -> None:
    found = reading('{"stage_m": 2.34, "observed_at": "2026-07-01T20:50:00+09:00", "seq": 7}')
    assert (found.stage_m, found.observed_at, found.device_seq) == (2.34, NOON - timedelta(minutes=10), 7)
    assert found.quality is Quality.GOOD


def test_a_reading_without_time_counts_at_its_receipt() -> None:
    found = reading('{"stage_m": 2}')
    assert (found.observed_at, found.device_at) == (NOON, None)


def test_a_below_crown_gauge_is_normalised_and_a_tie_stays_a_tie() -> None:
    found = reading('{"stage_m": -1.6}', gauge="fujii-02")
    assert found.stage_m == 3.5
    assert hazard_at(found.stage_m, LEVELS) == 3
    assert 5.1 + -1.6 < 3.5  # what it would be without rounding to the millimetre


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        ("2026-07-01T12:05:01Z", Reason.CLOCK_AHEAD),
        ("2099-01-01T00:00:00Z", Reason.CLOCK_AHEAD),
        ("2026-06-24T11:59:59Z", Reason.CLOCK_BEHIND),
        ("1970-01-01T00:00:00Z", Reason.CLOCK_BEHIND),
    ],
)
def test_a_wrong_clock_is_kept_at_its_receipt_as_suspect(at: str, reason: Reason) -> None:
    found = reading(json.dumps({"stage_m": 2.5, "observed_at": at}))
    assert (found.quality, found.reasons, found.observed_at) == (Quality.SUSPECT, (reason,), NOON)
    assert found.device_at == datetime.fromisoformat(at)


@pytest.mark.parametrize("late", [timedelta(0), timedelta(hours=5), timedelta(days=6, hours=23)])
def test_late_is_not_wrong(late: timedelta) -> None:
    found = reading(json.dumps({"stage_m": 2.5, "observed_at": (NOON - late).isoformat()}))
    assert (found.quality, found.observed_at) == (Quality.GOOD, NOON - late)


def test_nothing_is_observed_after_its_receipt() -> None:
    found = reading(json.dumps({"stage_m": 2.5, "observed_at": (NOON + timedelta(minutes=4)).isoformat()}))
    assert (found.quality, found.observed_at) == (Quality.GOOD, NOON)


@pytest.mark.parametrize("stage_m", [26.48, 300.0, -1.001])
def test_a_value_that_the_gauge_cannot_have_measured_is_kept_as_bad(stage_m: float) -> None:
    found = reading(f'{{"stage_m": {stage_m}}}')
    assert (found.quality, found.reasons, found.stage_m) == (Quality.BAD, (Reason.OUT_OF_RANGE,), stage_m)


@pytest.mark.parametrize("stage_m", [10.001, 21.0])
def test_a_value_somewhat_above_the_range_may_be_a_flood_and_is_suspect(stage_m: float) -> None:
    found = reading(f'{{"stage_m": {stage_m}}}')
    assert (found.quality, found.reasons) == (Quality.SUSPECT, (Reason.OUT_OF_RANGE,))


def test_a_value_can_be_both_out_of_range_and_of_a_wrong_clock() -> None:
    found = reading('{"stage_m": 99, "observed_at": "1970-01-01T00:00:00Z"}')
    assert (found.quality, found.reasons) == (Quality.BAD, (Reason.CLOCK_BEHIND, Reason.OUT_OF_RANGE))


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\x00\xff\xfe",
        b"{",
        b'{"stage_m": 2.3',
        b"[]",
        b"null",
        b"2.3",
        b'{"stage_m": "2.3"}',
        b'{"stage_m": true}',
        b'{"stage_m": null}',
        b'{"stage_m": [1]}',
        b'{"stage_m": NaN}',
        b'{"stage_m": Infinity}',
        b'{"stage_m": -Infinity}',
        b'{"stage_m": 1e999}',
        b'{"level": 2.3}',
        b'{"stage_m": 2.3, "observed_at": "yesterday"}',
        b'{"stage_m": 2.3, "observed_at": "2026-07-01T12:00:00"}',
        b'{"stage_m": 2.3, "observed_at": {}}',
        b'{"stage_m": 2.3, "seq": -1}',
        b'{"stage_m": 2.3, "seq": 1e30}',
        b'{"stage_m": 2.3, "seq": "7"}',
        '{"stage_m": 2.3}'.encode("utf-16"),
        b"[" * 5000,
    ],
)
def test_a_malformed_reading_becomes_a_dead_letter(payload: bytes) -> None:
    assert refusal(reading_message(payload)) == Refusal.MALFORMED


def test_a_dead_letter_says_what_was_wrong_and_keeps_the_bytes() -> None:
    letter = kept(reading_message('{"stage_m": "high"}')).dead_letters[0]
    assert "stage_m" in letter.detail
    assert (letter.head, letter.topic) == (b'{"stage_m": "high"}', "mizumori/v1/fujii/gauge/fujii-01/reading")


def test_a_number_that_no_gauge_on_earth_can_measure_is_impossible() -> None:
    assert refusal(reading_message('{"stage_m": 1e9}')) == Refusal.IMPOSSIBLE


def test_an_oversized_message_leaves_its_head_and_its_size() -> None:
    arrived = reading_message(b"x" * HEAD_BYTES, size_bytes=10_000_000)
    assert refusal(arrived) == Refusal.OVERSIZED
    letter = kept(arrived).dead_letters[0]
    assert (letter.size_bytes, len(letter.head)) == (10_000_000, HEAD_BYTES)


@pytest.mark.parametrize(
    "topic",
    [
        "mizumori/v1/fujii/gauge/nobody/reading",
        "mizumori/v1/under/gauge/fujii-01/reading",
        "mizumori/v1/fujii/camera/fujii-01/status",
    ],
)
def test_an_unknown_device_is_refused_by_name(topic: str) -> None:
    assert refusal(message(topic, '{"stage_m": 1, "state": "online"}')) == Refusal.UNKNOWN_DEVICE


@pytest.mark.parametrize(
    "topic",
    ["mizumori/v1", "mizumori/v1/a/b", "mizumori/v1/fujii/gauge/fujii-01/level", "mizumori/v2/fujii/gauge/f/reading"],
)
def test_an_unknown_topic_is_refused(topic: str) -> None:
    assert refusal(message(topic, "{}")) == Refusal.UNKNOWN_TOPIC


def test_a_retained_reading_without_time_may_be_of_any_age_and_is_refused() -> None:
    assert refusal(reading_message('{"stage_m": 1}', retained=True)) == Refusal.RETAINED_WITHOUT_TIME
    assert reading('{"stage_m": 1, "observed_at": "2026-07-01T11:00:00Z"}', retained=True).stage_m == 1


@pytest.mark.parametrize("said", ["1970-01-01T00:00:00Z", "2026-06-20T11:00:00Z", "2026-07-09T00:00:00Z"])
def test_a_retained_message_whose_time_is_not_believed_does_not_come_in_as_the_present(said: str) -> None:
    """It comes again with every subscription, and counted at its receipt it would be a reading of that moment."""
    payload = f'{{"stage_m": 1, "observed_at": "{said}"}}'
    assert refusal(reading_message(payload, retained=True)) == Refusal.RETAINED_WITHOUT_TIME
    assert reading(payload).quality is Quality.SUSPECT


def test_a_cameras_last_will_counts_though_it_is_retained() -> None:
    topic = "mizumori/v1/fujii/camera/fujii-cam/status"
    report = kept(message(topic, '{"state": "offline", "reason": "lost"}', retained=True)).reports[0]
    assert (report.state, report.reason) == (CameraState.OFFLINE, "lost")
    assert refusal(message(topic, '{"state": "online"}', retained=True)) == Refusal.RETAINED_WITHOUT_TIME


def picture(at: str | None = None, form: str = "JPEG", size: tuple[int, int] = (64, 48)) -> bytes:
    image = Image.new("RGB", size, "grey")
    exif = Image.Exif()
    if at is not None:
        inner = exif.get_ifd(0x8769)
        inner[0x9003], inner[0x9011] = at[:19], at[19:]
    target = io.BytesIO()
    image.save(target, form, exif=exif)
    return target.getvalue()


STILL = "mizumori/v1/fujii/camera/fujii-cam/still"


def test_a_still_carries_its_own_time() -> None:
    still = kept(message(STILL, picture("2026:07:01 20:58:00+09:00"))).stills[0]
    assert (still.taken_at, still.clock_suspect) == (NOON - timedelta(minutes=2), False)
    assert (still.width_px, still.height_px) == (64, 48)


def test_a_still_with_a_user_property_goes_by_that() -> None:
    still = kept(message(STILL, picture(form="PNG"), properties={"taken_at": "2026-07-01T11:57:00Z"})).stills[0]
    assert still.taken_at == NOON - timedelta(minutes=3)
    assert still.file.endswith(".png")


def test_a_still_without_any_time_is_of_its_receipt() -> None:
    assert kept(message(STILL, picture())).stills[0].taken_at == NOON


def test_a_still_from_a_camera_with_a_wrong_clock_says_so() -> None:
    still = kept(message(STILL, picture("2031:07:01 20:58:00+09:00"))).stills[0]
    assert (still.taken_at, still.clock_suspect) == (NOON, True)


@pytest.mark.parametrize("data", [b"", b"not a picture", b"GIF89a" + bytes(100)])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    assert refusal(message(STILL, data)) == Refusal.UNREADABLE_IMAGE


def test_a_truncated_picture_is_refused() -> None:
    assert refusal(message(STILL, picture(size=(640, 480))[:-200])) == Refusal.UNREADABLE_IMAGE


def test_a_small_file_that_unpacks_to_a_huge_picture_is_refused_before_it_is_unpacked() -> None:
    bomb = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(bomb, "PNG")
    assert refusal(message(STILL, bomb.getvalue())) in {Refusal.OVERSIZED, Refusal.UNREADABLE_IMAGE}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
payloads = st.one_of(
    st.binary(max_size=200),
    json_values.map(lambda value: json.dumps(value).encode()),
    st.fixed_dictionaries(
        {"stage_m": json_values | st.floats()},
        optional={"observed_at": st.datetimes().map(str) | st.text(max_size=30), "seq": json_values},
    ).map(lambda value: json.dumps(value).encode()),
)
topics = st.sampled_from(
    [
        "mizumori/v1/fujii/gauge/fujii-01/reading",
        "mizumori/v1/fujii/gauge/fujii-02/reading",
        "mizumori/v1/fujii/camera/fujii-cam/status",
        STILL,
    ]
)


@given(topics, payloads, st.booleans(), st.booleans())
def test_whatever_comes_is_accounted_for_once(topic: str, payload: bytes, retained: bool, redelivered: bool) -> None:
    result = kept(message(topic, payload, retained=retained, redelivered=redelivered))
    assert len(result.readings) + len(result.reports) + len(result.stills) + len(result.dead_letters) == 1


def test_a_clock_that_stands_still_makes_no_repeats_of_different_observations() -> None:
    stuck = '{"stage_m": 3.5, "observed_at": "2000-01-01T00:00:00Z"}'
    keys = {reading(stuck, packet_id=each, received_at=NOON + timedelta(minutes=each)).key for each in range(18)}
    assert len(keys) == 18


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+09:00", "9999-12-31T23:59:59-09:00"])
def test_a_date_at_the_edge_of_the_calendar_is_a_wrong_clock_and_no_lost_reading(at: str) -> None:
    found = reading(json.dumps({"stage_m": 2.5, "observed_at": at}))
    assert (found.quality, found.observed_at) == (Quality.SUSPECT, NOON)


def test_the_observations_of_one_message_with_a_wrong_clock_are_several() -> None:
    pack = '[{"bn": "w", "u": "m", "v": 1.0, "bt": 300000000}, {"v": 1.1, "t": 1}]'
    found = kept(message("mizumori/v1/fujii/gauge/fujii-01/senml", pack)).readings
    assert [each.value for each in found] == [1.0, 1.1]
    assert len({each.key for each in found}) == 2


def test_a_time_that_was_counted_from_the_receipt_names_no_observation() -> None:
    pack = '[{"bn": "w", "u": "m", "v": 1.0, "t": -60}, {"v": 1.1, "t": -30}]'
    topic = "mizumori/v1/fujii/gauge/fujii-01/senml"
    first = kept(message(topic, pack, packet_id=7)).readings
    again = kept(message(topic, pack, packet_id=7, redelivered=True, received_at=NOON + timedelta(minutes=1))).readings
    assert [each.observed_at for each in first] == [NOON - timedelta(seconds=60), NOON - timedelta(seconds=30)]
    alike = [[each.key.rpartition(":")[0] for each in found] for found in (first, again)]
    assert alike[0] == alike[1]
    assert len(set(alike[0])) == 2
