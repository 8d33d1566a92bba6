"""Sirens and road signs: commanded and confirmed kept apart, and the broker between them a real one."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts.channels.mqtt import Signs
from alerts.channels.mqtt_settings import SignSettings
from alerts.channels.signs import (
    Command,
    Report,
    SignState,
    heard,
    highest,
    read_report,
    recollected,
    reported,
    stage_levels,
    told,
    unconfirmed,
)
from alerts.records import Delivery
from tests.alerts.parcels import KEY, NOW, failure, parcel
from tests.alerts.sign_device import TOPIC, Sign
from tests.brokers import Mosquitto, free_port

SIGN = SignState(TOPIC)


def after(seconds: float) -> Any:
    return NOW + timedelta(seconds=seconds)


def command(state: str = "danger", key: str = KEY, issued_s: float = 0.0) -> Command:
    return Command(TOPIC, key, state, 4, after(issued_s), after(issued_s + 300))


def report(state: str = "danger", at_s: float = 5.0, key: str = KEY, *, kept: bool = False) -> Report:
    return Report(TOPIC, state, after(at_s), key, kept)


def test_a_command_is_unconfirmed_until_the_sign_says_that_it_obeys() -> None:
    sign = told(SIGN, command(), after(1))
    assert unconfirmed([sign], after(31), timedelta(seconds=30)) == [sign]
    assert unconfirmed([sign], after(30), timedelta(seconds=30)) == []
    sign = reported(sign, report())
    assert (sign.confirmed, sign.differs_since) == ("danger", None)
    assert unconfirmed([sign], after(9999), timedelta(0)) == []


def test_a_sign_that_shows_something_else_differs_since_it_was_told() -> None:
    sign = reported(told(SIGN, command(), after(1)), report("caution"))
    assert sign.differs_since == after(1)


def test_a_sign_that_changes_by_itself_differs_from_then_on() -> None:
    sign = reported(reported(told(SIGN, command(), after(1)), report()), report("off", at_s=600, key=""))
    assert sign.differs_since == after(600)
    assert reported(sign, report("danger", at_s=700, key="")).differs_since is None


def test_a_new_command_is_unconfirmed_though_the_sign_shows_that_already() -> None:
    sign = reported(told(SIGN, command(), after(1)), report())
    sign = told(sign, command(key="another"), after(60))
    assert sign.differs_since == after(60)


def test_what_the_broker_kept_from_before_confirms_its_own_command_alone() -> None:
    sign = told(SIGN, command(), after(1))
    assert reported(sign, report(key="older", kept=True)).differs_since == after(1)
    assert reported(sign, report(kept=True)).differs_since is None


def test_a_report_of_a_sign_that_was_told_nothing_is_kept_and_differs_from_nothing() -> None:
    sign = reported(SIGN, report("off"))
    assert (sign.confirmed, sign.commanded, sign.differs_since) == ("off", "", None)


def test_the_longest_unconfirmed_comes_first() -> None:
    signs = [told(SignState(name), replace(command(), topic=name), after(at_s)) for name, at_s in (("b", 2), ("a", 1))]
    assert [each.topic for each in unconfirmed(signs, after(100), timedelta(seconds=10))] == ["a", "b"]


def sign_that_heard(
    levels: dict[str, int], at_s: float = 0.0, *, drill: bool = False, before: SignState = SIGN
) -> SignState:
    found = heard(before, levels, after(at_s), drill=drill)
    assert found is not None
    return found


def test_one_gauge_that_is_well_again_does_not_end_what_another_still_says() -> None:
    sign = sign_that_heard({"fujii-01": 4, "fujii-02": 3})
    sign = sign_that_heard({"fujii-01": 0}, at_s=1, before=sign)
    assert highest(sign, drill=False) == 3
    assert highest(sign_that_heard({"fujii-02": 0}, at_s=2, before=sign), drill=False) == 0


def test_a_message_that_was_overtaken_counts_for_the_gauges_of_which_nothing_newer_is_known() -> None:
    sign = sign_that_heard({"fujii-01": 0}, at_s=60)
    assert heard(sign, {"fujii-01": 4}, after(0), drill=False) is None
    late = sign_that_heard({"fujii-01": 4, "fujii-02": 3}, before=sign)
    assert highest(late, drill=False) == 3


def test_the_levels_of_a_drill_are_apart() -> None:
    sign = sign_that_heard({"fujii-01": 5}, drill=True, before=sign_that_heard({"fujii-01": 2}))
    assert (highest(sign, drill=False), highest(sign, drill=True)) == (2, 5)


def alert(level: int, gauge: str = "fujii-01") -> dict[str, Any]:
    return {"alerts": [{"rule": "stage", "subject_id": gauge, "level": level}]}


def begun(level: int, at_s: float, gauge: str = "fujii-01", **more: Any) -> Delivery:
    return parcel(
        TOPIC,
        data=alert(level, gauge),
        **{"created_at": after(at_s), "began_at": after(at_s), "key": f"{gauge}-{at_s}", **more},
    )


def state_at(level: int) -> str:
    return SignSettings().state_at(level)


def test_a_command_that_was_not_written_down_any_more_is_remembered_from_its_message() -> None:
    sign = recollected(SIGN, [begun(2, 10, "fujii-02"), begun(4, 0)], state_at)
    assert (sign.commanded, sign.level, sign.commanded_key) == ("danger", 4, "fujii-02-10")
    assert highest(sign_that_heard({"fujii-02": 0}, at_s=20, before=sign), drill=False) == 4
    assert sign.differs_since == after(0)


def test_what_was_written_down_is_not_commanded_twice_by_its_message() -> None:
    message = begun(4, 0)
    obeyed = reported(told(sign_that_heard({"fujii-01": 4}), command(key=message.key), after(1)), report(key=""))
    assert recollected(obeyed, [message], state_at) == obeyed
    assert recollected(obeyed, [begun(3, -60)], state_at) == obeyed


def test_a_message_that_came_too_late_or_moves_nothing_is_not_remembered() -> None:
    sign = sign_that_heard({"fujii-01": 4}, at_s=60)
    late = begun(0, 0, began_at=after(90))
    other = parcel(TOPIC, data={"alerts": [{"rule": "battery", "subject_id": "x", "level": 1}]}, began_at=after(90))
    drill = begun(5, 90, drill=True)
    assert highest(recollected(sign, [late, other, drill], state_at), drill=False) == 4
    assert recollected(sign, [late, other, drill], state_at).commanded == ""


def test_only_stages_move_a_sign() -> None:
    alerts = [
        {"rule": "battery", "subject_id": "fujii-01", "level": 1},
        {"rule": "stage", "subject_id": "fujii-02", "level": 4},
        {"rule": "stage", "subject_id": "fujii-03"},
        "stage",
    ]
    assert stage_levels(alerts) == {"fujii-02": 4}
    assert stage_levels(None) == {}


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        (TOPIC, b'{"state":"off"}'),
        (f"{TOPIC}/state", b"off"),
        (f"{TOPIC}/state", b'{"key":"x"}'),
        (f"{TOPIC}/state", b'{"state":1}'),
        (f"{TOPIC}/state", b'{"state":""}'),
        (f"{TOPIC}/state", b'{"state":"' + b"x" * 5000 + b'"}'),
        (f"{TOPIC}/state", b"[" * 4000),
        (f"{TOPIC}/state", b"\xff"),
        (f"{TOPIC}/state", b'{"state":"o\\u0000ff"}'),
        (f"{TOPIC}/state", b'{"state":"\\ud800"}'),
        ("state", b'{"state":"off"}'),
    ],
)
def test_what_is_no_report_is_none(topic: str, payload: bytes) -> None:
    assert read_report(topic, payload, NOW, kept=False) is None


# With a broker


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    made = Mosquitto(tmp_path / "broker")
    yield made
    made.stop()


@contextmanager
def signs(
    port: int,
    on_feedback: Callable[[SignState], None] | None = None,
    known: Sequence[SignState] = (),
    **settings: Any,
) -> Iterator[Signs]:
    made = Signs(SignSettings(host="127.0.0.1", port=port, **settings), lambda: NOW, on_feedback, known)
    try:
        yield made
    finally:
        made.close()


def eventually(holds: Callable[[], bool]) -> bool:
    until_s = time.monotonic() + 10
    while time.monotonic() < until_s:
        if holds():
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_sign_is_told_and_confirms(broker: Mosquitto, protocol: str) -> None:
    heard: list[SignState] = []
    with Sign(broker.port) as sign, signs(broker.port, heard.append, protocol=protocol) as channel:
        assert channel.send(parcel(TOPIC, level=4, data=alert(4))) == ""
        assert eventually(lambda: bool(heard) and heard[-1].confirmed == "danger" and heard[-1].differs_since is None)
    (message,) = sign.commands
    assert (message.qos, message.retain) == (1, False)
    assert json.loads(message.payload) == {
        "key": KEY,
        "state": "danger",
        "level": 4,
        "gauges": ["fujii-01"],
        "drill": False,
        "issued_at": "2026-07-01T09:00:00+00:00",
        "expires_at": "2026-07-01T09:05:00+00:00",
        "issued_s": int(NOW.timestamp()),
        "expires_s": int(NOW.timestamp()) + 300,
    }
    assert channel.signs() == [heard[-1]]


def test_a_broker_that_took_the_command_confirms_nothing(broker: Mosquitto) -> None:
    with Sign(broker.port, stubborn=True) as sign, signs(broker.port) as channel:
        channel.send(parcel(TOPIC, data=alert(5)))
        assert eventually(lambda: bool(sign.commands))
        (state,) = channel.signs()
    assert (state.commanded, state.confirmed) == ("danger", "")
    assert unconfirmed([state], after(60), timedelta(seconds=60)) == [state]


def test_a_topic_on_which_nobody_listens_is_no_success(broker: Mosquitto) -> None:
    with signs(broker.port) as channel:
        error = failure(channel, parcel(TOPIC, data=alert(4)))
    assert (error.permanent, error.unknown) == (False, False)
    assert "no device listens" in str(error)


def test_a_sign_stands_for_the_worst_of_its_gauges(broker: Mosquitto) -> None:
    with Sign(broker.port) as sign, signs(broker.port) as channel:
        for number, told_of in enumerate((alert(4), alert(2, "fujii-02"), alert(0))):
            channel.send(parcel(TOPIC, data=told_of, created_at=after(number), key=f"k{number}"))
        assert eventually(lambda: len(sign.commands) == 3)
    assert [json.loads(each.payload)["state"] for each in sign.commands] == ["danger", "danger", "caution"]


def test_what_is_superseded_a_drill_beside_a_danger_and_what_is_no_stage_are_never_commanded(
    broker: Mosquitto,
) -> None:
    with Sign(broker.port) as sign, signs(broker.port) as channel:
        channel.send(parcel(TOPIC, data=alert(4)))
        for refused, why in (
            (parcel(TOPIC, data=alert(2), created_at=after(-10)), "something newer"),
            (parcel(TOPIC, data={"alerts": [{"rule": "battery", "subject_id": "x", "level": 1}]}), "no water level"),
            (parcel(TOPIC, data=alert(5), drill=True), "no drill may change"),
        ):
            error = failure(channel, refused)
            assert error.permanent
            assert why in str(error)
        assert eventually(lambda: bool(sign.commands))
    assert len(sign.commands) == 1


def test_a_danger_that_could_not_be_passed_on_keeps_a_later_command_from_being_an_all_clear(tmp_path: Path) -> None:
    broker = Mosquitto(tmp_path / "broker")
    with signs(broker.port, timeout_s=0.5) as channel:
        assert eventually(lambda: channel.connected)
        broker.stop()
        assert eventually(lambda: not channel.connected)
        failure(channel, parcel(TOPIC, data=alert(4)))
        broker.start()
        assert eventually(lambda: channel.connected)
        with Sign(broker.port) as sign:
            channel.send(parcel(TOPIC, data=alert(0, "fujii-02"), created_at=after(60)))
            assert eventually(lambda: bool(sign.commands))
    broker.stop()
    assert json.loads(sign.commands[0].payload)["state"] == "danger"


def test_a_broker_that_is_away_gets_no_command_later(tmp_path: Path) -> None:
    broker = Mosquitto(tmp_path / "broker")
    with signs(broker.port, timeout_s=0.5) as channel, Sign(broker.port) as sign:
        assert eventually(lambda: channel.connected)
        broker.stop()
        assert eventually(lambda: not channel.connected)
        error = failure(channel, parcel(TOPIC, data=alert(4)))
        assert (error.permanent, error.unknown) == (False, False)
        broker.start()
        assert eventually(lambda: channel.connected)
        assert eventually(sign.client.is_connected)
        time.sleep(0.3)
    broker.stop()
    assert sign.commands == []


def test_a_broker_that_does_not_answer_may_have_given_the_command_and_gets_it_no_second_time(
    broker: Mosquitto,
) -> None:
    with Sign(broker.port) as sign, signs(broker.port, timeout_s=0.7) as channel:
        assert eventually(lambda: channel.connected)
        broker.freeze()
        error = failure(channel, parcel(TOPIC, data=alert(4)))
        broker.thaw()
        assert error.unknown
        assert eventually(lambda: channel.connected)
        time.sleep(0.5)
        assert len(sign.commands) <= 1
        channel.send(parcel(TOPIC, data=alert(4)))
        assert eventually(lambda: any(each.confirmed == "danger" for each in channel.signs()))


def test_a_broker_that_refuses_us_is_named(tmp_path: Path) -> None:
    broker = Mosquitto(tmp_path / "broker", extra="allow_anonymous false\n")
    with signs(broker.port, timeout_s=0.5) as channel:
        assert eventually(lambda: "refused the connection" in str(failure(channel, parcel(TOPIC, data=alert(4)))))
    broker.stop()


def test_where_there_is_no_broker_the_sign_is_known_not_to_show_what_it_should() -> None:
    with signs(free_port(), timeout_s=0.3) as channel:
        error = failure(channel, parcel(TOPIC, data=alert(4)))
        assert (error.permanent, error.unknown) == (False, False)
        assert unconfirmed(channel.signs(), after(60), timedelta(seconds=60)) == channel.signs()


def test_what_is_known_from_before_the_start_counts(broker: Mosquitto) -> None:
    with Sign(broker.port) as sign, signs(broker.port, known=[sign_that_heard({"fujii-02": 4})]) as channel:
        channel.send(parcel(TOPIC, data=alert(0)))
        assert eventually(lambda: bool(sign.commands))
    assert json.loads(sign.commands[0].payload)["state"] == "danger"


def test_a_city_writes_its_own_states() -> None:
    settings = SignSettings(states={4: "通行止め"})
    assert [settings.state_at(level) for level in range(6)] == [
        "off",
        "off",
        "caution",
        "caution",
        "通行止め",
        "danger",
    ]
