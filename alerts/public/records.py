"""The vocabulary of public messages. ``hazard`` is what a gauge says; ``issued`` is the level that the authority has
issued, which only a person enters: the two never mix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b

from alerts.cap.flood import Issued, Place, Step

__all__ = [
    "AUTOMATIC",
    "Action",
    "Content",
    "Decision",
    "Given",
    "Out",
    "PublicMessage",
    "Refused",
    "State",
    "Step",
    "Texts",
    "Where",
]

AUTOMATIC = "rule"
"""The author of a draft that nobody wrote."""


class Refused(Exception):
    """Something that must not be done with a public message now: one sentence that says why and what to do.

    The sentence is for the command line. ``name`` and ``values`` say the same for screens, which have words and
    languages of their own; the name is empty where they have none for it.
    """

    def __init__(self, sentence: str, name: str = "", **values: object) -> None:
        super().__init__(sentence)
        self.name = name
        self.values = values


class State(StrEnum):
    """How far a message is. A draft that nobody wanted is withdrawn, one that nobody looked at expires."""

    DRAFT = "draft"
    APPROVED = "approved"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Action(StrEnum):
    """What somebody, or a rule, decided about a message."""

    DRAFTED = "drafted"
    EDITED = "edited"
    APPROVED = "approved"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    REMINDED = "reminded"


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided what, and when. ``detail`` says why, where somebody had to."""

    actor: str
    action: Action
    at: datetime
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Texts:
    """What is said in one language."""

    headline: str
    description: str
    instruction: str


@dataclass(frozen=True, slots=True)
class Where:
    """A place with its names by language, and how it is drawn."""

    names: Mapping[str, str]
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says. ``gravity`` (1 to 5) is how grave it is; ``hazard``, ``gauge_id`` and ``observed_at`` are
    those of the gauge behind it, None and empty where people wrote it from what they know. ``texts`` are by language.
    ``note`` says why, in a correction or cancellation."""

    gravity: int
    texts: Mapping[str, Texts]
    where: tuple[Where, ...]
    station_ids: tuple[str, ...] = ()
    hazard: int | None = None
    gauge_id: str = ""
    observed_at: datetime | None = None
    issued: Issued | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class PublicMessage:
    """One message to the public and what was decided about it, oldest first.

    ``chain_id`` is the id of the first message of its chain (its own there, 0 before it is kept). ``corrects`` is the
    id of the wrong message. ``rule_id`` names the rule, approved in advance, that published it.
    """

    step: Step
    content: Content
    author: str
    created_at: datetime
    decisions: tuple[Decision, ...]
    state: State = State.DRAFT
    station_id: str = ""
    chain_id: int = 0
    corrects: int | None = None
    drill: bool = False
    rule_id: str = ""
    identifier: str = ""
    sent_at: datetime | None = None
    expires_at: datetime | None = None
    id: int = 0

    @property
    def content_mark(self) -> str:
        """It differs where it says something else: what somebody saw when they decided."""
        return blake2b(repr(self.content).encode(), digest_size=8).hexdigest()

    @property
    def is_open(self) -> bool:
        """Whether it can still be changed, approved and published."""
        return self.state in (State.DRAFT, State.APPROVED)

    @property
    def ends_chain(self) -> bool:
        """Whether nothing of the danger is said to go on after it."""
        return self.step in (Step.ALL_CLEAR, Step.CANCEL)

    @property
    def approvals(self) -> tuple[Decision, ...]:
        """The approvals of what it says now: an edit makes those before it void."""
        changed = [number for number, each in enumerate(self.decisions) if each.action is Action.EDITED]
        since = self.decisions[changed[-1] + 1 if changed else 0 :]
        return tuple(each for each in since if each.action is Action.APPROVED)

    @property
    def written_by_hand(self) -> bool:
        """Whether a person wrote it or changed it: no rule touches it any more."""
        return self.author != AUTOMATIC or any(each.action is Action.EDITED for each in self.decisions)


@dataclass(frozen=True, slots=True)
class Given:
    """What a person enters; what is empty is taken from before, or filled with a general sentence.

    ``texts`` are by language and part (headline, description, instruction). ``issued`` is the alert level that the
    authority has issued: nobody but a person can enter it. ``gravity`` (1 to 5) is how grave it is.
    """

    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    station_ids: tuple[str, ...] = ()
    where: tuple[Where, ...] = ()
    gravity: int | None = None
    issued: Issued | None = None
    no_issued: bool = False
    """Take out the issued level that a message before had."""


@dataclass(frozen=True, slots=True)
class Out:
    """A message that went out: to how many, and how many deliveries of earlier ones were taken back unsent."""

    message: PublicMessage
    told: int
    taken_back: int
