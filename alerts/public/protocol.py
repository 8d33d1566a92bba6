"""What the rooms above may see of public messages and do with them. Pure: who keeps them stands elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from alerts.public.records import Given, Out, PublicMessage, Refused, State, Step
from alerts.public.settings import PublicMessages
from alerts.records import Delivery, Outcome

SMS_ALONE, SMS_OF_SEVERAL = 70, 67
"""UTF-16 units of one text message in Japanese, and of each of several that are joined (3GPP TS 23.040)."""
PLAIN_ALONE, PLAIN_OF_SEVERAL = 160, 153
"""The same of a text in the letters of the GSM alphabet alone; of ASCII some ten signs count twice there, or are not in
it, and make it longer: then the text counts as Japanese."""
_NOT_PLAIN = frozenset("^{}[]~|\\`")


@dataclass(frozen=True, slots=True)
class Form:
    """A message in one language as its receivers get it: ``long`` by mail and LINE, ``short`` by SMS; ``cap`` and
    ``atom`` are XML, empty where they cannot be written yet."""

    subject: str
    long: str
    short: str
    atom: str = ""

    @property
    def sms_units(self) -> int:
        """The length of the short form as SMS counts."""
        return len(self.short.encode("utf-16-le")) // 2

    @property
    def sms_parts(self) -> int:
        """How many text messages the short form takes."""
        plain = self.short.isascii() and not _NOT_PLAIN & set(self.short)
        alone, each = (PLAIN_ALONE, PLAIN_OF_SEVERAL) if plain else (SMS_ALONE, SMS_OF_SEVERAL)
        return 1 if self.sms_units <= alone else -(-self.sms_units // each)


@dataclass(frozen=True, slots=True)
class Preview:
    """A message as it would go out now, by language, and what is wrong with it (``faults``, sentences in English)."""

    message: PublicMessage
    forms: Mapping[str, Form]
    cap: str = ""
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a message goes to: how many addresses by channel, the people by their names, and how many deliveries of
    earlier messages are taken back unsent by it."""

    channels: Mapping[str, int]
    people: tuple[Mapping[str, str], ...]
    taken_back: int = 0

    @property
    def addresses(self) -> int:
        """How many addresses."""
        return sum(self.channels.values())


@dataclass(frozen=True, slots=True)
class Missed:
    """A person, by their names, whom a message did not reach, or of whom that is not known."""

    name: Mapping[str, str]
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a message that went out: how many deliveries by channel and outcome, and whom it missed."""

    counts: Mapping[str, Mapping[Outcome, int]]
    missed: tuple[Missed, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """A message with what somebody may do with it now.

    ``needed`` is how many persons must approve. ``not_approvable`` and ``not_publishable`` say why the one who asks
    cannot, None where nothing hinders; ``despite`` whether a reason would help. ``highest`` is the highest hazard of
    any gauge of its stations now. ``chain`` are the published messages of its chain, ``drafts`` those that wait.
    """

    message: PublicMessage
    chain: tuple[PublicMessage, ...]
    drafts: tuple[PublicMessage, ...]
    needed: int
    not_approvable: Refused | None
    not_publishable: Refused | None
    despite: bool
    highest: int
    unverified: bool
    unconfirmed: bool


class PublicDesk(Protocol):
    """The acts, each by a person; every one raises Refused where it cannot be done now."""

    def draft(self, by: str, given: Given) -> PublicMessage:
        """Begin a message by hand."""
        ...

    def edit(self, public_id: int, by: str, given: Given, seen: str = "") -> PublicMessage:
        """Change a draft; approvals given before are void. ``seen`` is the mark of what was read."""
        ...

    def approve(self, public_id: int, by: str, despite: str = "", seen: str = "") -> PublicMessage:
        """Approve a draft; ``seen`` is the mark of what was read."""
        ...

    def publish(self, public_id: int, by: str, despite: str = "", seen: str = "") -> Out:
        """Let an approved message out."""
        ...

    def withdraw(self, public_id: int, by: str, why: str = "") -> PublicMessage:
        """Take a draft back."""
        ...

    def update(self, public_id: int, by: str, given: Given) -> PublicMessage:
        """Draft what follows a published message."""
        ...

    def all_clear(self, public_id: int, by: str, given: Given | None = None) -> PublicMessage:
        """Draft the end of a danger."""
        ...

    def cancel(self, public_id: int, by: str, why: Mapping[str, str]) -> Out:
        """Take a whole chain back, at once."""
        ...

    def correct(
        self, public_id: int, by: str, why: Mapping[str, str], given: Given, last_seen: int | None = None
    ) -> Out:
        """Say what is right in place of what was wrong, at once; ``last_seen`` is the newest published message of the
        chain that was seen."""
        ...


class PublicLooks(Protocol):
    """What may be seen; nothing is changed by it. Refused where there is no such message."""

    def mark(self) -> int:
        """It grows with whatever is decided about any message."""
        ...

    def newest(self, limit: int, states: Sequence[State] = tuple(State)) -> list[PublicMessage]:
        """The newest messages first."""
        ...

    def in_force(self) -> list[PublicMessage]:
        """The newest published message of every chain that has no end yet."""
        ...

    def needed(self, messages: Iterable[PublicMessage]) -> dict[int, int]:
        """How many persons must approve each of some messages, by its number."""
        ...

    def look(self, public_id: int, by: str) -> Look:
        """A message with what somebody may do with it now."""
        ...

    def reach(self, public_id: int, step: Step) -> Reach:
        """Whom it would go to if it went out now as ``step``: itself, or what corrects or cancels it."""
        ...

    def sent(self, public_id: int) -> Sent:
        """What became of it at those whom it was for; nothing before it has gone out."""
        ...

    def shown(self, public_id: int) -> Preview:
        """A message as it stands: what went out, or what would go out now."""
        ...

    def preview(
        self, step: Step, given: Given, public_id: int | None = None, why: Mapping[str, str] | None = None
    ) -> Preview:
        """What would go out. ``public_id`` is the draft that is changed (the step is its own), else the published
        message that is followed, None for a new one."""
        ...

    def settings(self) -> PublicMessages:
        """Who must agree."""
        ...
