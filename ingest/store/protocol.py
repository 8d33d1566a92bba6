"""What the rooms above may ask of the store. They import this file and no implementation."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from ingest.cameras.asked import Asked
from ingest.health.fold import GaugeState
from ingest.readings import CameraReport, DeadLetter, Reading, Still, Vitals
from ingest.sight.look import Look
from ingest.sight.masks import Masks
from ingest.stations import Quantity, Registry, Station


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest reading of a gauge by ``observed_at``, and the newest good one (the same where it is good)."""

    reading: Reading
    good: Reading | None


@dataclass(frozen=True, slots=True)
class CameraLatest:
    """A camera's newest report by its time, and of its stills the newest that can be shown, with the look at it.

    ``still_at`` is when a still last came, also one that was not looked at yet; ``heard_at`` when anything did.
    ``asked`` says how requests go, where it does not send by itself. None where there was none yet. What it said and
    showed at another station is not among it. ``known_at`` is since when it is in service where it stands, None where
    that is longer than anybody noted.
    """

    report: CameraReport | None = None
    still: Still | None = None
    look: Look | None = None
    still_at: datetime | None = None
    heard_at: datetime | None = None
    asked: Asked | None = None
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pictured:
    """A still that can be shown, with the look at it."""

    still: Still
    look: Look


@dataclass(frozen=True, slots=True)
class Batch:
    """What one durable commit takes: everything made of the messages about to be acknowledged.

    ``readings`` keep their order; a requalified one stands before the reading that spoke for it. ``late``: what is of
    cameras was received some time ago, and must not take the place of anything newer.
    """

    readings: Sequence[Reading] = ()
    vitals: Sequence[Vitals] = ()
    reports: Sequence[CameraReport] = ()
    stills: Sequence[Still] = ()
    dead_letters: Sequence[DeadLetter] = ()
    late: bool = False


@dataclass(frozen=True, slots=True)
class Appended:
    """What became of a batch: rows written, and readings that were there already."""

    readings: int = 0
    duplicates: int = 0
    reports: int = 0
    stills: int = 0
    dead_letters: int = 0


@dataclass(frozen=True, slots=True)
class Marks:
    """The ends of the log: whoever remembers them can ask whether anything came since.

    Looks have no end of their own, since stills are not looked at in their order: ``looked`` grows with each of them.
    """

    reading_seq: int = 0
    report_seq: int = 0
    still_seq: int = 0
    looked: int = 0
    registry_revision: int = 0


@dataclass(frozen=True, slots=True)
class BusyTopic:
    """A topic with refused messages: how many in the last 30 days, those of them that were only counted, the last."""

    topic: str
    refused: int
    passed_over: int
    newest_at: datetime


@dataclass(frozen=True, slots=True)
class DeadLetterSummary:
    """How many messages were refused, by reason.

    ``counts`` are growing totals since the beginning; of these ``kept`` are still there, ``passed_over`` were counted
    but not kept because too many came, ``retried`` were made good by a retry. ``busiest`` are topics, the worst first.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    kept: Mapping[str, int] = field(default_factory=dict)
    passed_over: Mapping[str, int] = field(default_factory=dict)
    retried: Mapping[str, int] = field(default_factory=dict)
    newest_at: datetime | None = None
    busiest: Sequence[BusyTopic] = ()


@dataclass(frozen=True, slots=True)
class LetterReason:
    """Messages refused for one reason: ``total`` since the beginning, ``retried`` of them made good.

    ``day`` counts those of the last 24 hours that were kept; ``day_more`` says that there were others, which were only
    counted. ``example`` is the newest that is still kept.
    """

    reason: str
    total: int
    retried: int = 0
    day: int = 0
    day_more: bool = False
    newest_at: datetime | None = None
    example: DeadLetter | None = None


class Log(Protocol):
    """The append-only log of the present. Sequence numbers grow in commit order; nothing is changed or deleted."""

    def marks(self) -> Marks:
        """The ends of the log now."""
        ...

    def readings_after(self, seq: int, limit: int = 1000) -> list[Reading]:
        """The readings that came after ``seq``, in order of sequence."""
        ...

    def latest(self, gauge_ids: Collection[str] | None = None) -> dict[str, Latest]:
        """The newest reading of the stage by gauge id; of all gauges, or of some."""
        ...

    def history(
        self, gauge_id: str, since: datetime, until: datetime, quantity: Quantity = Quantity.STAGE
    ) -> list[Reading]:
        """Readings of a gauge observed in [since, until], by ``observed_at``; of corrected ones the last revision."""
        ...

    def recent(self, since: datetime) -> dict[str, list[Reading]]:
        """Good readings of every gauge observed since, by gauge id and ``observed_at``: for trends."""
        ...

    def stages(
        self, since: datetime, gauge_ids: Collection[str] | None = None
    ) -> dict[str, list[tuple[datetime, float]]]:
        """Good stages of all gauges, or of some, observed since: (observed_at, metres above the gauge zero) by time; of
        corrected ones the last revision."""
        ...

    def states(self) -> dict[tuple[str, Quantity], Reading]:
        """The newest reading of everything that is not a stage, by the id of its pump or gate and its quantity."""
        ...

    def cameras(self) -> dict[str, CameraLatest]:
        """What is newest of every camera that was heard or asked, or came into service, by its id."""
        ...

    def dead_letters(self) -> DeadLetterSummary:
        """Refused messages by reason."""
        ...


@dataclass(frozen=True, slots=True)
class HealthChanges:
    """States of gauges that changed, up to ``revision``: whoever remembers it can ask what came after.

    The log is folded up to ``reading_seq``; ``turned_at`` is when the keeper looked last, None before its first turn.
    """

    revision: int = 0
    reading_seq: int = 0
    turned_at: datetime | None = None
    states: Mapping[str, GaugeState] = field(default_factory=dict)


class HealthStore(Protocol):
    """The health of the devices as it was folded from the log; ``ingest.health.judge`` says what it means."""

    def changed_after(self, revision: int) -> HealthChanges:
        """The states that were written after a revision (0: all), those of retired gauges perhaps among them."""
        ...


class Unavailable(Exception):
    """The store cannot take or give anything now (disk full, locked, away); the same may succeed later."""


class Appender(Protocol):
    """The one writer's side of the log."""

    def append(self, batch: Batch) -> Appended:
        """Write a batch durably in one transaction; readings that are there already are counted, not written.

        Raises Unavailable where trying again can help; any other error lies in what the batch holds.
        """
        ...


class RegistryStore(Protocol):
    """The registry in the database."""

    def registry(self) -> Registry | None:
        """What is in service now, or None before the first import."""
        ...


@dataclass(frozen=True, slots=True)
class Discontinued:
    """A station that had gauges and has none in service: as it was known last, and their ids."""

    station: Station
    gauge_ids: tuple[str, ...]


class Copy(StrEnum):
    """The copies of a still: as it came, small, and both again without what its camera's masks cover."""

    WHOLE = "whole"
    THUMB = "thumb"
    MASKED = "masked"
    MASKED_THUMB = "masked_thumb"


class Stills(Protocol):
    """The image files."""

    def read(self, file: str, copy: Copy = Copy.WHOLE, masks: Masks | None = None) -> bytes | None:
        """The bytes of a still or of a copy of it, or None where it is not kept, or no longer.

        A masked copy is asked for with the masks that its camera has now; there is none but with exactly these.
        ValueError where it is asked for without.
        """
        ...


@dataclass(frozen=True, slots=True)
class Reference:
    """The picture of a normal day of a camera. ``chosen_by`` is empty where nobody chose it."""

    camera_id: str
    file: str
    taken_at: datetime
    chosen_by: str = ""


class Pictures(Protocol):
    """The stills that were looked at and can be shown."""

    def strip(self, camera_id: str, since: datetime, until: datetime, most: int) -> list[Pictured]:
        """Those of a camera taken in [since, until], by ``taken_at``; where there are more than ``most``, spread evenly
        with the first and the last."""
        ...

    def nearest(self, camera_ids: Sequence[str], at: datetime, within: timedelta) -> Pictured | None:
        """The one of these cameras taken nearest to a time; None where none lies that near."""
        ...

    def reference(self, camera_id: str) -> Reference | None:
        """The picture of a normal day of a camera, where there is one."""
        ...

    def references(self) -> dict[str, Reference]:
        """Those of all cameras that have one, by camera id."""
        ...


class History(Protocol):
    """What was observed, however long ago: from the present and the past together, each observation once."""

    def history(
        self, gauge_id: str, since: datetime, until: datetime, quantity: Quantity = Quantity.STAGE
    ) -> list[Reading]:
        """Readings of a gauge observed in [since, until], by ``observed_at``; of corrected ones the last revision."""
        ...

    def course(
        self, gauge_id: str, since: datetime, until: datetime, steps: int, quantity: Quantity = Quantity.STAGE
    ) -> Course:
        """The same thinned to about ``steps`` steps, with the lowest and highest of each step and quality."""
        ...


class Archive(History, Protocol):
    """The same for files, which must not lack what the past could not be asked for."""

    def whole(
        self, gauge_id: str, since: datetime, until: datetime, quantity: Quantity = Quantity.STAGE
    ) -> list[Reading]:
        """As ``history``; Unavailable where the past has to be asked and does not answer."""
        ...


@dataclass(frozen=True, slots=True)
class Course:
    """A long range thinned to the width of a screen.

    ``readings`` are real ones, by ``observed_at``: of every step and quality the lowest and the highest, so that no
    peak is lost and a suspect one stays marked. ``step`` is the length of a step. ``whole`` is False where the past
    could not be asked, so that what is older than the present is missing.
    """

    readings: Sequence[Reading]
    step: timedelta
    whole: bool = True
