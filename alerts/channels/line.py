"""LINE: messages of the city's LINE Official Account, over the Messaging API.

A 200 says that LINE has taken the message, not that anybody got it: whoever has blocked the account gets nothing, and
LINE does not say so. The retry key makes a repeat harmless for 24 hours after the first attempt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import Field, field_validator

from alerts.channels.channel import ChannelError
from alerts.channels.fitting import in_pieces
from alerts.channels.http import Answer, Http, accepted
from alerts.channels.http_settings import HttpSettings, safe_address
from alerts.records import Delivery

EVERYBODY = "broadcast"
"""The address of everybody who is a friend of the account."""
LONGEST_TEXT, MOST_TEXTS = 5000, 5
QUOTA_RETRY_S = 900.0
"""The month's messages are used up: somebody can buy more within the flood, so it is asked again, but seldom."""


class LineSettings(HttpSettings):
    """The LINE Official Account."""

    url: str = Field(default="https://api.line.me", description="address of LINE's Messaging API")
    token: str = Field(default="", repr=False, description="channel access token of the LINE Official Account")

    @field_validator("url")
    @classmethod
    def _is_safe(cls, url: str) -> str:
        return safe_address(url).rstrip("/")

    @field_validator("token")
    @classmethod
    def _fits_a_header(cls, token: str) -> str:
        if not token.isascii() or not token.isprintable() or " " in token:
            raise ValueError("a token is one line of letters, digits and signs: copy it again without blanks")
        return token


def check_address(address: str) -> None:
    """ValueError where this is no id of a user, group or room, nor the word for everybody."""
    if address != EVERYBODY and not re.fullmatch(r"[UCR][0-9a-f]{32}", address):
        raise ValueError(
            f"{address!r} is no address of LINE: write the user or group id (U, C or R and 32 digits or letters a to f,"
            f" not the LINE ID that people search by), or {EVERYBODY}"
        )


def missing(settings: LineSettings) -> str:
    """What is not set yet, as a sentence; empty where nothing is."""
    if settings.token:
        return ""
    return "LINE has no channel access token: set alerts.channels.line.token (docs/channels.md)"


class Line:
    """One push, or one broadcast, per delivery."""

    idempotent = True

    def __init__(self, settings: LineSettings) -> None:
        self._settings = settings
        self._http = Http(settings)

    def send(self, delivery: Delivery) -> str:
        """Hand the message to LINE; the id of the message, or of the request that was accepted before."""
        headers = {"Authorization": f"Bearer {self._settings.token}", "X-Line-Retry-Key": delivery.key}
        everybody = delivery.address == EVERYBODY
        url = f"{self._settings.url}/v2/bot/message/{'broadcast' if everybody else 'push'}"
        document = _messages(delivery) if everybody else {"to": delivery.address, **_messages(delivery)}
        return _receipt(self._http.post_json(url, document, headers), self._settings.token)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


def _messages(delivery: Delivery) -> dict[str, Any]:
    texts = in_pieces(f"{delivery.subject}\n\n{delivery.body}".strip(), LONGEST_TEXT, MOST_TEXTS)
    return {"messages": [{"type": "text", "text": each} for each in texts]}


def _receipt(answer: Answer, token: str) -> str:
    before = answer.headers.get("x-line-accepted-request-id", "")
    if answer.status == 409 and before:
        return before
    if answer.status == 409:
        raise ChannelError("LINE says that it has this message already, but not since when", unknown=True)
    if answer.status == 429 and "monthly limit" in answer.text.lower():
        raise ChannelError(
            "the month's messages of the LINE account are used up: raise the plan or its limit of additional messages"
            " in the LINE Official Account Manager",
            retry_after_s=QUOTA_RETRY_S,
        )
    accepted(answer, token)
    sent: Any = answer.document()
    match sent:
        case {"sentMessages": [{"id": str(number)}, *_]}:
            return number
    return _request_id(answer.headers)


def _request_id(headers: Mapping[str, str]) -> str:
    return headers.get("x-line-request-id", "")
