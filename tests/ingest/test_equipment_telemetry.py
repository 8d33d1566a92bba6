"""What pumps and gates say, from the bytes of a message to the newest state in the log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from ingest.messages import Message, Refusal
from ingest.pipeline import Kept, interpret
from ingest.quality import ClockLimits, QualityControl
from ingest.readings import Quality, Reason
from ingest.roster import Roster
from ingest.stations import Quantity, Registry
from ingest.store.appender import SqlAppender
from ingest.store.log import SqlLog
from ingest.store.protocol import Batch
from ingest.store.recall import SqlRecall
from tests.ingest import stores
from tests.ingest.cities import NOON, message
from tests.pumping import CITY, FIRST, GATE, INNER, REGISTRY, STATION, stage

ROSTER = Roster.of(REGISTRY)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    engine = stores.database(tmp_path)
    yield engine
    engine.dispose()


PUMP_TOPIC = "mizumori/v1/minato/pump/minato-p1/state"
GATE_TOPIC = "mizumori/v1/minato/gate/minato-g1/state"


def kept(arrived: Message) -> Kept:
    return interpret(arrived, ROSTER, ClockLimits())


def values(payload: str, topic: str = PUMP_TOPIC, **more: Any) -> dict[Quantity, float]:
    found = kept(message(topic, payload, **more))
    assert not found.dead_letters
    return {each.quantity: each.value for each in found.readings}


def refusal(payload: str | bytes, topic: str = PUMP_TOPIC, **more: Any) -> tuple[str, str]:
    found = kept(message(topic, payload, **more))
    assert not found.readings
    return found.dead_letters[0].reason, found.dead_letters[0].detail


def test_a_pump_says_several_things_at_one_time_and_each_is_a_reading_of_its_own() -> None:
    at = NOON - timedelta(minutes=1)
    payload = {"running": True, "fault": 17, "flow_m3_per_s": 0.8, "observed_at": at.isoformat(), "seq": 5, "rpm": 900}
    found = kept(message(PUMP_TOPIC, json.dumps(payload))).readings
    assert {each.quantity: each.value for each in found} == {
        Quantity.RUNNING: 1.0,
        Quantity.FAULT: 17.0,
        Quantity.FLOW: 0.8,
    }
    assert {(each.gauge_id, each.observed_at, each.device_seq, each.quality) for each in found} == {
        (FIRST.id, at, 5, Quality.GOOD)
    }
    assert len({each.key for each in found}) == 1


@pytest.mark.parametrize(
    ("payload", "running", "fault"),
    [
        ('{"running": false, "fault": false}', 0, 0),
        ('{"running": 1, "fault": true}', 1, 1),
        ('{"running": 0, "fault": 0}', 0, 0),
    ],
)
def test_true_and_1_are_the_same(payload: str, running: float, fault: float) -> None:
    assert values(payload) == {Quantity.RUNNING: running, Quantity.FAULT: fault}


@pytest.mark.parametrize(("said", "kept_pct"), [(35, 35.0), (0, 0.0), (100, 100.0), (-0.4, 0.0), (103.2, 100.0)])
def test_a_gate_says_how_far_it_is_open(said: float, kept_pct: float) -> None:
    assert values(json.dumps({"opening_pct": said}), GATE_TOPIC) == {Quantity.OPENING: kept_pct}


def test_what_a_device_does_not_know_it_leaves_out() -> None:
    assert values('{"running": true, "fault": null, "flow_m3_per_s": null}') == {Quantity.RUNNING: 1.0}
    assert refusal('{"running": null}') == (
        Refusal.NO_MEASUREMENT,
        "it says nothing of the device: write at least one of running, fault, flow_m3_per_s",
    )


@pytest.mark.parametrize(
    ("payload", "reason", "words"),
    [
        ('{"running": "on"}', Refusal.MALFORMED, "write true or false"),
        ('{"running": 2}', Refusal.MALFORMED, "write true or false"),
        ('{"running": 0.5}', Refusal.MALFORMED, "write true or false"),
        ('{"running": [1]}', Refusal.MALFORMED, "write true or false"),
        ('{"running": true, "fault": "E17"}', Refusal.MALFORMED, "a text is no number"),
        ('{"fault": -1}', Refusal.MALFORMED, "the device's own number"),
        ('{"fault": 1.5}', Refusal.MALFORMED, "the device's own number"),
        ('{"fault": 99999999999}', Refusal.MALFORMED, "the device's own number"),
        ('{"flow_m3_per_s": "0.8"}', Refusal.MALFORMED, "flow_m3_per_s"),
        ('{"flow_m3_per_s": NaN}', Refusal.MALFORMED, "flow_m3_per_s"),
        ('{"flow_m3_per_s": 2880}', Refusal.IMPOSSIBLE, "is the unit cubic metres a second?"),
        ('{"running": true, "observed_at": "now"}', Refusal.MALFORMED, "observed_at"),
        ("{", Refusal.MALFORMED, "payload"),
        ('{"opening_pct": 35}', Refusal.NO_MEASUREMENT, "at least one of running"),
    ],
)
def test_what_counts_is_strict_and_the_refusal_says_what_to_write(payload: str, reason: str, words: str) -> None:
    found, detail = refusal(payload)
    assert found == reason
    assert words in detail


def test_an_opening_that_is_no_share_is_impossible() -> None:
    assert refusal('{"opening_pct": 850}', GATE_TOPIC)[0] == Refusal.IMPOSSIBLE


@pytest.mark.parametrize(
    "topic",
    [
        "mizumori/v1/minato/pump/nobody/state",
        "mizumori/v1/minato/gate/minato-p1/state",
        "mizumori/v1/minato/pump/minato-in/state",
        "mizumori/v1/elsewhere/pump/minato-p1/state",
    ],
)
def test_an_unknown_pump_or_one_of_another_station_is_refused(topic: str) -> None:
    assert refusal('{"running": true}', topic)[0] == Refusal.UNKNOWN_DEVICE


def test_a_wrong_clock_counts_at_the_receipt_and_is_marked() -> None:
    found = kept(message(PUMP_TOPIC, '{"running": true, "observed_at": "2000-01-01T00:00:00Z"}')).readings[0]
    assert (found.observed_at, found.quality, found.reasons) == (NOON, Quality.SUSPECT, (Reason.CLOCK_BEHIND,))


def test_a_retained_state_without_a_time_could_be_of_any_age() -> None:
    assert refusal('{"running": true}', retained=True)[0] == Refusal.RETAINED_WITHOUT_TIME
    assert values('{"running": true, "observed_at": "2026-07-01T11:59:00Z"}', retained=True) == {Quantity.RUNNING: 1.0}


def stored(database: Engine, *messages: Message) -> None:
    """As the receiver does it, in one batch."""
    control = QualityControl(SqlRecall(database), ClockLimits())
    found = [reading for each in messages for reading in kept(each).readings]
    judgement = control.judge(found, ROSTER)
    SqlAppender(database).append(Batch(readings=judgement.readings))
    control.adopt(judgement)


def at_minute(minute: int, **said: Any) -> Message:
    return message(
        PUMP_TOPIC,
        json.dumps({**said, "observed_at": (NOON + timedelta(minutes=minute)).isoformat()}),
        received_at=NOON + timedelta(minutes=minute),
    )


def test_the_log_keeps_every_quantity_apart_and_knows_the_newest_of_each(database: Engine) -> None:
    log = SqlLog(database)
    stored(database, at_minute(0, running=True, fault=0), at_minute(1, running=False), at_minute(2, flow_m3_per_s=0.1))
    newest = {key: (each.value, each.observed_at) for key, each in log.states().items()}
    assert newest == {
        (FIRST.id, Quantity.RUNNING): (0.0, NOON + timedelta(minutes=1)),
        (FIRST.id, Quantity.FAULT): (0.0, NOON),
        (FIRST.id, Quantity.FLOW): (0.1, NOON + timedelta(minutes=2)),
    }
    day = (NOON - timedelta(days=1), NOON + timedelta(days=1))
    assert [each.value for each in log.history(FIRST.id, *day, Quantity.RUNNING)] == [1.0, 0.0]
    assert log.history(FIRST.id, *day) == []
    assert (log.latest(), log.recent(day[0])) == ({}, {})


def test_what_comes_late_does_not_pass_for_the_newest(database: Engine) -> None:
    stored(database, at_minute(5, running=False))
    stored(database, at_minute(1, running=True)._replace(received_at=NOON + timedelta(minutes=9)))
    assert SqlLog(database).states()[(FIRST.id, Quantity.RUNNING)].value == 0.0


@pytest.mark.parametrize("dated", [True, False])
def test_a_redelivered_state_is_a_repeat(database: Engine, dated: bool) -> None:
    first = at_minute(0, running=True, fault=3) if dated else message(PUMP_TOPIC, '{"running": true}', packet_id=7)
    stored(database, first)
    before = SqlLog(database).marks().reading_seq
    stored(database, first._replace(redelivered=True, received_at=first.received_at + timedelta(seconds=40)))
    assert SqlLog(database).marks().reading_seq == before


def test_the_newest_stage_of_some_gauges_is_asked_for_by_their_ids(database: Engine) -> None:
    SqlAppender(database).append(Batch(readings=[stage(0, 1.0), replace(stage(0, 2.0), gauge_id="other")]))
    log = SqlLog(database)
    assert set(log.latest()) == {INNER.id, "other"}
    assert set(log.latest([INNER.id, "nobody"])) == {INNER.id}
    assert log.latest([]) == {}


anything = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.lists(st.integers())


@given(
    st.sampled_from([PUMP_TOPIC, GATE_TOPIC]),
    st.dictionaries(
        st.sampled_from(["running", "fault", "flow_m3_per_s", "opening_pct", "seq", "observed_at", "x"]), anything
    ),
    st.booleans(),
)
def test_whatever_a_device_says_is_readings_or_one_dead_letter(
    topic: str, payload: dict[str, Any], retained: bool
) -> None:
    found = kept(message(topic, json.dumps(payload), retained=retained))
    assert bool(found.readings) != bool(found.dead_letters)
    assert len(found.dead_letters) <= 1
    for each in found.readings:
        assert each.quantity is not Quantity.STAGE
        assert abs(each.value) <= 2**31


def test_a_station_without_pumps_is_as_it_was() -> None:
    bare = Roster.of(Registry.of(CITY, [STATION, INNER]))
    found = interpret(message(PUMP_TOPIC, '{"running": true}'), bare, ClockLimits())
    assert found.dead_letters[0].reason == Refusal.UNKNOWN_DEVICE
    assert GATE.id not in bare.equipment
