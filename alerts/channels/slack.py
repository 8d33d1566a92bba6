"""Slack, by incoming webhooks: the recipient's address is the webhook of one conversation, and its password."""

from __future__ import annotations

from alerts.channels.channel import ChannelError
from alerts.channels.fitting import shortened
from alerts.channels.http import Answer, Http, failure, quoted
from alerts.channels.http_settings import HttpSettings, safe_address
from alerts.records import Delivery

check_address = safe_address
LONGEST_TEXT = 12_000
"""Slack cuts above 40,000 characters and advises 4,000; a digest has at most some twenty lines."""
GONE = ("no_service", "no_team", "channel_not_found", "user_not_found", "invalid_token")
"""What Slack says of a webhook that was removed: only a new one helps."""


class SlackSettings(HttpSettings):
    """How Slack is reached; where to is each recipient's address."""


class Slack:
    """One message per delivery. Slack recognises no repeats."""

    idempotent = False

    def __init__(self, settings: SlackSettings) -> None:
        self._http = Http(settings)

    def send(self, delivery: Delivery) -> str:
        """Post the text; only the answer ``ok`` is accepted."""
        text = shortened(f"{delivery.subject}\n{delivery.body}".strip(), LONGEST_TEXT, len)
        answer = self._http.post_json(delivery.address, {"text": escaped(text), "mrkdwn": False}, {})
        _check(answer, delivery.address)
        return ""

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


def escaped(text: str) -> str:
    """The three characters with which Slack writes links and mentions, made plain: a name cannot call everybody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _check(answer: Answer, address: str) -> None:
    said = answer.text.strip()
    if answer.ok and said == "ok":
        return
    if answer.ok:  # a sign-in page of a network on the way also answers 200
        raise ChannelError(
            f"Slack answered {answer.status} but not ok: {quoted(said, address)}".rstrip(": "),
            unknown=not answer.whole,
        )
    error = failure(answer, address)
    error.permanent = error.permanent or said in GONE
    raise error
