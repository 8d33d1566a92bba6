"""Deliveries as the channels get them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from alerts.channels.channel import Channel, ChannelError
from alerts.records import Delivery

KEY = "0b8f3d5e-6f1c-4a55-9d0e-3c1f7a2b9e64"
NOW = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
SUBJECT = "【危険度3】藤井川 避難判断水位に到達"
BODY = "水位: 3.10 m\nhttps://mizumori.example.jp/station/fujii\n"


def now() -> datetime:
    return NOW


def parcel(address: str, subject: str = SUBJECT, body: str = BODY, **changes: Any) -> Delivery:
    """A delivery to the duty officer that was made at 18:00 in Japan."""
    values = {"key": KEY, "message_id": 7, "level": 3, "created_at": NOW, "id": 7, **changes}
    return Delivery("duty", "any", address, subject, body, NOW, **values)


def failure(channel: Channel, delivery: Delivery) -> ChannelError:
    """The error with which the channel does not send it."""
    with pytest.raises(ChannelError) as caught:
        channel.send(delivery)
    return caught.value
