"""What the chronology says of deliveries and channels. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from alerts.deliveries.limits import Used
from alerts.records import Delivery, Entry, Outcome

WORDS = {
    Outcome.SENT: "{recipient} へ {channel} で送信しました",
    Outcome.FAILED: "{recipient} へ {channel} で送信できませんでした（{error}）",
    Outcome.UNKNOWN: "{recipient} へ {channel} で届いたか分かりません。電話などで確かめてください（{error}）",
}
DRILL = "【訓練】"
QUOTA_JA = {
    Used.WARNED: "{channel} の {month} の送信数が {used} 通になりました（上限 {most} 通）",
    Used.RESERVE: "{channel} の {month} の送信数が {used} 通になりました。残りは危険度4・5に使います（上限 {most} 通）",
    Used.ALL: "{channel} の {month} の送信数が上限の {most} 通に達しました。今月はもう何も送れません",
}
QUOTA_EN = {
    Used.WARNED: "{used} of {most} messages of {month} over {channel} are used",
    Used.RESERVE: "{used} of {most} messages of {month} over {channel} are used; the rest is for hazard 4 and 5",
    Used.ALL: "all {most} messages of {month} over {channel} are used: nothing more goes over it this month",
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """What staff must hear of a channel, over another one."""

    channel: str
    ja: str
    en: str

    def __str__(self) -> str:
        return self.en


def outcome_entry(delivery: Delivery, station_id: str, incident_id: int | None) -> Entry:
    """The line for what finally became of a delivery."""
    text = WORDS[delivery.outcome].format(
        recipient=delivery.recipient_id, channel=delivery.channel, error=delivery.error
    )
    return Entry(
        at=delivery.settled_at or delivery.due_at,
        kind="delivery",
        text=f"{DRILL if delivery.drill else ''}{text}",
        actor=delivery.channel,
        station_id=station_id,
        incident_id=incident_id,
        ref_id=delivery.id,
        detail={
            "message_id": delivery.message_id,
            "recipient": delivery.recipient_id,
            "channel": delivery.channel,
            "outcome": delivery.outcome.value,
            "attempts": delivery.attempts,
            "receipt": delivery.receipt,
            "error": delivery.error,
        },
    )


def service_entry(text: str, at: datetime, **detail: str | int) -> Entry:
    """A line about the service itself."""
    return Entry(at=at, kind="service", text=text, actor="alerts", detail=detail)


def quota_trouble(channel: str, stands: Used, used: int, most: int, month: str) -> Trouble:
    """How far the messages of a month are used up."""
    facts = {"channel": channel, "used": used, "most": most, "month": month}
    return Trouble(channel, QUOTA_JA[stands].format(**facts), QUOTA_EN[stands].format(**facts))
