"""The mark of a drill on a message, whoever wrote it. Pure."""

from __future__ import annotations

from dataclasses import replace

from alerts.records import Delivery

MARK = "【訓練】"


def marked(delivery: Delivery) -> Delivery:
    """The delivery with the mark at the beginning of its subject and body and in its last line; once is enough."""
    return replace(
        delivery,
        subject=_begun(delivery.subject),
        body=_ended(_begun(delivery.body)),
        data={**delivery.data, "drill": True},
    )


def _begun(text: str) -> str:
    return text if text.startswith(MARK) else f"{MARK}{text}"


def _ended(text: str) -> str:
    """A single line has it already, as a short message has."""
    lines = text.rstrip().splitlines()
    return text if MARK in lines[-1] else f"{text.rstrip()}\n{MARK}\n"
