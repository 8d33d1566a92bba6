"""Why a camera that was asked gave no picture."""

from __future__ import annotations

from enum import StrEnum


class Cause(StrEnum):
    """The kinds of failure, for screens to word; the sentence beside it says what exactly."""

    NO_CREDENTIAL = "no_credential"
    BAD_ADDRESS = "bad_address"
    NO_CONNECTION = "no_connection"
    TIMED_OUT = "timed_out"
    BROKEN_OFF = "broken_off"
    REDIRECTED = "redirected"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    BUSY = "busy"
    OTHER_ANSWER = "other_answer"
    OVERSIZED = "oversized"
    ENCODED = "encoded"
    NO_PICTURE = "no_picture"
    OLD = "old"
    REFUSED = "refused"
    UNEXPECTED = "unexpected"


UNANSWERED = frozenset({Cause.NO_CREDENTIAL, Cause.BAD_ADDRESS, Cause.NO_CONNECTION, Cause.UNEXPECTED})
"""Of these the camera gave no sign of life."""


class Vain(Exception):
    """A request for a still that brought none: its cause and a sentence, in which no address and no secret stands."""

    def __init__(self, cause: Cause, sentence: str, *, answered: bool | None = None, late: bool = False) -> None:
        """``late``: it ran out of a time shorter than that of the settings."""
        super().__init__(sentence)
        self.cause = cause
        self.sentence = sentence
        self.late = late
        self.answered = cause not in UNANSWERED if answered is None else answered
