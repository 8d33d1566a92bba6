"""A drill marks every message, and reaches nobody unless that was said twice, and no sign unless a third time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.channel import ChannelError
from alerts.drills import MARK, Allowed, drill_channels, marked, real_channels
from alerts.records import Delivery
from tests.alerts.town import NOON

NAMES = ("email", "sms", "mqtt")


class Remembering:
    """A channel that keeps what it was given."""

    idempotent = True

    def __init__(self) -> None:
        self.sent: list[Delivery] = []
        self.closed = False

    def send(self, delivery: Delivery) -> str:
        self.sent.append(delivery)
        return "taken"

    def close(self) -> None:
        self.closed = True


def delivery(subject: str = "藤井川", body: str = "2.4 m\n避難", *, drill: bool = True) -> Delivery:
    return Delivery("duty", "email", "duty@town.example", subject, body, NOON, "key", drill=drill)


def world() -> dict[str, Remembering]:
    return {name: Remembering() for name in NAMES}


@given(st.text(), st.text())
def test_every_message_of_a_drill_says_so_at_the_beginning_and_at_the_end(subject: str, body: str) -> None:
    channel = Remembering()
    guarded = drill_channels(["email"], {"email": channel}, Allowed(recipients=True), Path())["email"]
    guarded.send(delivery(subject, body))
    (said,) = channel.sent
    assert said.subject.startswith(MARK)
    assert said.body.startswith(MARK)
    assert MARK in said.body.rstrip().splitlines()[-1]
    assert subject in said.subject
    assert said.data["drill"] is True
    assert marked(said) == said


def test_a_short_message_of_one_line_carries_the_mark_once() -> None:
    assert marked(delivery(body="藤井川 4")).body == "【訓練】藤井川 4"


def test_without_a_word_a_drill_reaches_nobody_and_writes_down_whom_it_would_have_reached(tmp_path: Path) -> None:
    real = world()
    channels = drill_channels(NAMES, real, Allowed(), tmp_path)
    for name in NAMES:
        assert "not sent" in channels[name].send(replace(delivery(), channel=name))
    assert all(not each.sent for each in real.values())
    written = (tmp_path / "email.log").read_text(encoding="utf-8")
    assert "not sent: duty, email, duty@town.example" in written
    assert "【訓練】藤井川" in written
    assert "2.4 m" in written


def test_signs_stay_still_though_the_recipients_are_real(tmp_path: Path) -> None:
    real = world()
    channels = drill_channels(NAMES, real, Allowed(recipients=True), tmp_path)
    for name in NAMES:
        channels[name].send(replace(delivery(), channel=name))
    assert [each.body for each in real["email"].sent] == ["【訓練】2.4 m\n避難\n【訓練】\n"]
    assert len(real["sms"].sent) == 1
    assert real["mqtt"].sent == []


def test_signs_move_where_all_was_said_and_not_where_only_signs_were(tmp_path: Path) -> None:
    for allowed, moved in ((Allowed(recipients=True, signs=True), 1), (Allowed(signs=True), 0)):
        real = world()
        drill_channels(NAMES, real, allowed, tmp_path)["mqtt"].send(delivery())
        assert len(real["mqtt"].sent) == moved


@pytest.mark.parametrize("allowed", [Allowed(), Allowed(recipients=True, signs=True)])
def test_a_message_that_does_not_belong_to_the_drill_is_refused_for_good(tmp_path: Path, allowed: Allowed) -> None:
    real = world()
    for channel in drill_channels(NAMES, real, allowed, tmp_path).values():
        with pytest.raises(ChannelError, match="does not say that it is a drill") as caught:
            channel.send(delivery(drill=False))
        assert caught.value.permanent
    assert all(not each.sent for each in real.values())
    assert not list(tmp_path.iterdir())


def test_a_real_house_refuses_the_message_of_a_drill_for_good() -> None:
    real = world()
    channels = real_channels(real)
    with pytest.raises(ChannelError, match="this house is no drill") as caught:
        channels["email"].send(delivery())
    assert caught.value.permanent
    assert channels["email"].send(delivery(drill=False)) == "taken"
    assert [each.body for each in real["email"].sent] == ["2.4 m\n避難"]
    assert channels["email"].idempotent is True
    channels["email"].close()
    assert real["email"].closed
