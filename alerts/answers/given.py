"""What a crew can answer, and what was answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from alerts.messages.catalogue import one_line

LONGEST_NOTE = 200


class Reply(StrEnum):
    """The four buttons. Whoever is on the way has taken it on as well."""

    ACKNOWLEDGE = "acknowledge"
    ON_MY_WAY = "on_my_way"
    ON_SITE = "on_site"
    DONE = "done"

    @property
    def acknowledges(self) -> bool:
        """Whether nobody else has to be asked any more."""
        return self in (Reply.ACKNOWLEDGE, Reply.ON_MY_WAY)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of one contact. ``token_id`` names the link by which it came."""

    incident_id: int
    contact_id: str
    reply: Reply
    note: str
    at: datetime
    token_id: str
    id: int = 0

    def repeats(self, before: Answer | None) -> bool:
        """Whether it says what the last one said: the button was pressed twice."""
        return before is not None and (self.reply, self.note) == (before.reply, before.note)


def note_of(text: str) -> str:
    """A note on one line; ValueError where it is too long."""
    note = one_line(text)
    if len(note) > LONGEST_NOTE:
        raise ValueError(f"a note has at most {LONGEST_NOTE} letters")
    return note
