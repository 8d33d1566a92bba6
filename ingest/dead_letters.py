"""A refused message goes through today's pipeline again: after the registry or a decoder was put right."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from ingest.messages import Message, Refusal
from ingest.pipeline import Kept
from ingest.readings import DeadLetter, Reading
from ingest.receiver import ImageFolder, together
from ingest.store.protocol import Appended, Appender, Unavailable

log = logging.getLogger(__name__)


class Letters(Protocol):
    """Where what became of a letter is written."""

    def made_good(self, letter: DeadLetter) -> bool:
        """Remove a letter whose message was kept after all."""
        ...

    def still_refused(self, letter: DeadLetter, reason: str, detail: str) -> None:
        """Write why a letter is refused today."""
        ...


@dataclass(frozen=True, slots=True)
class Retried:
    """What became of one letter: what its message brought, or ``refused`` with the reason in a sentence."""

    letter: DeadLetter
    appended: Appended = Appended()  # noqa: RUF009
    refused: str = ""


class Retry:
    """Tries letters again beside a running ingest; a letter that is tried twice is kept once.

    The message keeps its time of receipt and its packet number, so what it brings has the key and the time of
    observation that it would have had. But its readings count as received now. Else whoever follows the log would take
    a present that lies after their receipt for the work of a clock that was set back since, and them for the present.
    What a camera sent keeps its receipt, which says when it was heard, and goes in as late.
    It is appended before its letter is removed: a crash in between leaves a letter whose next retry finds repeats.
    """

    def __init__(
        self,
        interpret: Callable[[Message], Kept],
        judge: Callable[[Sequence[Reading]], Sequence[Reading]],
        appender: Appender,
        images: ImageFolder,
        letters: Letters,
        now: Callable[[], datetime],
    ) -> None:
        """``judge`` gives the rows that readings become, by what the log knows of their gauges at this moment."""
        self._interpret = interpret
        self._judge = judge
        self._appender = appender
        self._images = images
        self._letters = letters
        self._now = now

    def one(self, letter: DeadLetter) -> Retried:
        """Try a letter; raises Unavailable or OSError where the store cannot write now, and the letter stays."""
        if letter.reason == Refusal.NOT_FETCHED:
            return Retried(
                letter, refused="no message came that could be tried again; the camera is asked again anyway"
            )
        if not letter.whole:
            cut = f"only {len(letter.head)} of its {letter.size_bytes} bytes were kept, so it cannot be tried again"
            return Retried(letter, refused=cut)
        try:
            return self._kept(letter)
        except (Unavailable, OSError):
            raise
        except Exception as error:  # a fault of ours in one letter must not stop the others
            log.exception("letter %d could not be tried again", letter.id)
            return self._refused(letter, Refusal.UNEXPECTED, repr(error))

    def _kept(self, letter: DeadLetter) -> Retried:
        kept = self._interpret(message_of(letter))
        for refusal in kept.dead_letters:
            return self._refused(letter, refusal.reason, refusal.detail)
        for file, data in kept.images.items():
            self._images.write(file, data)
        now = self._now()
        readings = [replace(each, received_at=max(now, each.received_at)) for each in kept.readings]
        appended = self._appender.append(replace(together([kept], self._judge(readings)), late=True))
        self._letters.made_good(letter)
        return Retried(letter, appended)

    def _refused(self, letter: DeadLetter, reason: str, detail: str) -> Retried:
        self._letters.still_refused(letter, reason, detail)
        return Retried(letter, refused=f"{reason}: {detail}")


def message_of(letter: DeadLetter) -> Message:
    """The message that a whole letter was."""
    return Message(
        topic=letter.topic,
        payload=letter.head,
        received_at=letter.received_at,
        size_bytes=letter.size_bytes,
        packet_id=letter.packet_id,
        redelivered=letter.redelivered,
        retained=letter.retained,
        properties=letter.properties,
    )
