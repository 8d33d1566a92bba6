"""What the chronology says of deliveries and of the channels. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from alerts.chronology.words import line, text_of
from alerts.deliveries.limits import Used
from alerts.records import Delivery, Entry


@dataclass(frozen=True, slots=True)
class Trouble:
    """What staff must hear of a channel, over another one, as if it were of a level.

    ``entry`` is its line in the chronology.
    """

    channel: str
    entry: Entry
    level: int = 0

    def said(self, language: str) -> str:
        """In Japanese or English."""
        return text_of(self.entry, language)

    def __str__(self) -> str:
        return self.said("en")


def outcome_entry(delivery: Delivery, station_id: str, incident_id: int | None) -> Entry:
    """The line for what finally became of a delivery."""
    values = {
        "message_id": delivery.message_id,
        "recipient": delivery.recipient_id,
        "channel": delivery.channel,
        "outcome": delivery.outcome.value,
        "attempts": delivery.attempts,
        "receipt": delivery.receipt,
        "error": delivery.error,
        "drill": delivery.drill,
    }
    at = delivery.settled_at or delivery.due_at
    name = f"delivery_{delivery.outcome}"
    return line(at, "delivery", name, values, station_id=station_id, incident_id=incident_id, ref_id=delivery.id)


def quota_trouble(channel: str, stands: Used, used: int, most: int, month: str, at: datetime) -> Trouble:
    """How far the messages of a month are used up."""
    name = f"quota_{stands.name.lower()}"
    values = {"channel": channel, "used": used, "most": most, "month": month}
    return Trouble(channel, line(at, "service", name, values), level=int(stands))


def takeover_entry(at: datetime, holder: str, epoch: int, former: str = "") -> Entry:
    """The line for who decides and sends from now on."""
    name = "service_took_over" if former else "service_began"
    return line(at, "service", name, {"holder": holder, "epoch": epoch, "former": former})
