"""Microsoft Teams, by the webhook of a workflow (Power Automate) that posts the adaptive card it is given.

The older "incoming webhook" connectors are retired; those that still answer say 200 for everything and put the error
into the text, so the text is read.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from alerts.channels.channel import ChannelError
from alerts.channels.fitting import shortened
from alerts.channels.http import Answer, Http, failure, quoted
from alerts.channels.http_settings import HttpSettings, safe_address
from alerts.records import Delivery

check_address = safe_address
LARGEST_TEXT_BYTES = 12_000
"""Teams takes 28 kB; the card around each line needs about as much as the line."""
MOST_LINES = 100
LINK = re.compile(r"https?://\S+")
HIDDEN_STATUS = re.compile(r"HTTP error (\d{3})")
SWITCHED_OFF = ("TriggerIsNotEnabled", "WorkflowTriggerIsNotEnabled", "DirectApiAuthorizationRequired")
"""What a workflow says that somebody switched off, or whose rights changed: somebody can put that right."""


class TeamsSettings(HttpSettings):
    """How Teams is reached; where to is each recipient's address."""


class Teams:
    """One card per delivery. A workflow recognises no repeats."""

    idempotent = False

    def __init__(self, settings: TeamsSettings) -> None:
        self._http = Http(settings)

    def send(self, delivery: Delivery) -> str:
        """Post the card; 2xx is accepted unless its text says otherwise. The id of the workflow's run, if any."""
        answer = self._http.post_json(delivery.address, card(delivery), {})
        _check(answer, delivery.address)
        return answer.headers.get("x-ms-workflow-run-id", "")

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


def card(delivery: Delivery) -> dict[str, Any]:
    """The delivery as an adaptive card: a bold first line, one block a line, a button for the link at the end."""
    body = shortened(delivery.body, LARGEST_TEXT_BYTES, lambda text: len(text.encode()))
    links = LINK.findall(body)
    title = {"type": "TextBlock", "text": _plain(delivery.subject), "weight": "Bolder", "size": "Medium", "wrap": True}
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": [title, *_blocks(body)],
        "actions": [{"type": "Action.OpenUrl", "title": "開く / Open", "url": each} for each in links[-1:]],
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": content}
    return {"type": "message", "attachments": [attachment]}


def _blocks(body: str) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    spacing = "Medium"
    for line in body.splitlines():
        if line.strip():
            blocks.append({"type": "TextBlock", "text": _plain(line), "wrap": True, "spacing": spacing})
        spacing = "None" if line.strip() else "Medium"
    return blocks[:MOST_LINES]


def _plain(text: str) -> str:
    """The text without the signs that a card takes for formatting."""
    return re.sub(r"([\\*_\[\]`])", r"\\\1", text)


def _check(answer: Answer, address: str) -> None:
    hidden = HIDDEN_STATUS.search(answer.text)
    if answer.ok and hidden:
        answer = replace(answer, status=int(hidden.group(1)))
    elif answer.ok and "failed" in answer.text.lower():
        raise ChannelError(f"Teams answered {answer.status} but did not post: {quoted(answer.text, address)}")
    if not answer.ok:
        error = failure(answer, address)
        error.permanent = error.permanent and not any(each in answer.text for each in SWITCHED_OFF)
        raise error
