"""Probes of what a service does: receiving, waking jobs, telling people."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from deploy.monitor.signs import Check, Sample, State
from ingest.pulse import Fault
from ingest.receiver import Counts
from ingest.store.protocol import Appended, Appender, Batch

BROKER_AWAY_S = 60.0
SILENT, DEAF = 3, 12
"""So many intervals of the fastest gauge without any message."""
LEAST_INTERVAL_S = 60.0
SLOW_COMMIT_S = 5.0
STALLED_S, STALLED_TURNS = 60.0, 5


class Line(Protocol):
    """The connection to the broker."""

    replaced: int
    sessions_lost: int

    @property
    def taken_over(self) -> int:
        """How often another client with our name was found at work."""
        ...


class Ingest(Protocol):
    """What is asked of ingest. ``line`` is None where it stands by."""

    @property
    def counts(self) -> Counts:
        """What went through since the start."""
        ...

    @property
    def connected(self) -> bool:
        """Whether the subscription stands."""
        ...

    @property
    def standing_by(self) -> bool:
        """Whether another process has the task."""
        ...

    @property
    def line(self) -> Line | None:
        """The connection."""
        ...

    @property
    def waiting(self) -> int:
        """Messages that wait to be written."""
        ...


@dataclass
class Commits:
    """How the commits of ingest went, over all its appenders."""

    monotonic: Callable[[], float] = time.monotonic
    done: int = 0
    failed: int = 0
    total_s: float = 0.0
    last_s: float = 0.0
    last_at_s: float | None = None
    failing: str = ""
    failing_since_s: float = 0.0

    def of(self, appender: Appender) -> Appender:
        """The same appender, watched."""
        return _Watched(appender, self)

    def succeeded(self, began_s: float) -> None:
        """A batch is written."""
        self.last_at_s = self.monotonic()
        self.last_s = self.last_at_s - began_s
        self.total_s += self.last_s
        self.done += 1
        self.failing = ""

    def was_refused(self, began_s: float, error: Exception) -> None:
        """A batch is not written; it is tried again."""
        self.failed += 1
        self.failing_since_s = self.failing_since_s if self.failing else began_s
        self.failing = str(error) or repr(error)


@dataclass(frozen=True)
class _Watched:
    appender: Appender
    commits: Commits

    def append(self, batch: Batch) -> Appended:
        """As the appender does."""
        began_s = self.commits.monotonic()
        try:
            appended = self.appender.append(batch)
        except Exception as error:
            self.commits.was_refused(began_s, error)
            raise
        self.commits.succeeded(began_s)
        return appended


@dataclass
class IngestProbe:
    """From the broker to the disk. ``interval_s`` gives the fastest gauge's interval."""

    broker: str
    ingest: Ingest
    commits: Commits
    interval_s: Callable[[], float]
    monotonic: Callable[[], float] = time.monotonic
    name: str = "ingest"

    def __post_init__(self) -> None:
        self._began_s = self._connected_s = self.monotonic()

    def samples(self) -> Iterable[Sample]:
        """What came, what waits, and how it is written."""
        counts, commits, line = self.ingest.counts, self.commits, self.ingest.line
        yield Sample("messages_total", "messages acknowledged since the start", counts.messages)
        yield Sample("duplicates_total", "readings that were there already", counts.duplicates)
        yield Sample("inbox_messages", "messages that wait to be written", self.ingest.waiting)
        yield Sample("last_message_age_seconds", "since a message was kept, or since the start", self._silent_s())
        yield Sample("broker_connected", "1 while the subscription stands", self.ingest.connected)
        yield Sample("standing_by", "1 while another ingest is the active one", self.ingest.standing_by)
        if line is not None:
            yield from _line_samples(line)
        yield Sample("commits_total", "batches written", commits.done)
        yield Sample("commit_seconds_total", "seconds spent writing them", commits.total_s)
        yield Sample("commit_failures_total", "batches that could not be written", commits.failed)
        yield Sample("last_commit_duration_seconds", "how long the last one took", commits.last_s)

    def checks(self) -> Iterable[Check]:
        """The broker, the messages, the writing."""
        yield self._check_broker()
        yield self._check_messages()
        yield self._check_commits()

    def _silent_s(self) -> float:
        last_s = self.commits.last_at_s or self._began_s
        return self.monotonic() - max(last_s, self._began_s)

    def _check_broker(self) -> Check:
        now_s = self.monotonic()
        if self.ingest.connected:
            self._connected_s = now_s
            return Check("broker", State.OK, f"connected to {self.broker}")
        if self.ingest.standing_by:
            return Check("broker", State.OK, "another ingest is active; this one stands by")
        away_s = now_s - self._connected_s
        state = State.FAILED if away_s > BROKER_AWAY_S else State.DEGRADED
        sentence = f"no connection to {self.broker} for {away_s:.0f} s: start the broker, or run mizumori doctor"
        return Check("broker", state, sentence, Fault.BROKER_AWAY, {"broker": self.broker, "s": away_s})

    def _check_messages(self) -> Check:
        if self.ingest.standing_by:
            self._began_s = self.monotonic()
            return Check("messages", State.OK, "another ingest is active; this one stands by")
        interval_s = max(self.interval_s(), LEAST_INTERVAL_S)
        silent_s = self._silent_s()
        said = f"the last message was kept {silent_s:.0f} s ago, and a gauge reports every {interval_s:.0f} s"
        if silent_s <= SILENT * interval_s:
            return Check("messages", State.OK, said)
        state = State.FAILED if silent_s > DEAF * interval_s else State.DEGRADED
        sentence = f"{said}: look whether devices reach the broker"
        return Check("messages", state, sentence, Fault.NO_MESSAGES, {"s": silent_s})

    def _check_commits(self) -> Check:
        commits = self.commits
        if commits.failing and not self.ingest.standing_by:
            since_s = self.monotonic() - commits.failing_since_s
            sentence = f"nothing can be written for {since_s:.0f} s ({commits.failing}): run mizumori doctor"
            figures: dict[str, float | str] = {"s": since_s, "reason": commits.failing}
            return Check("writing", State.FAILED, sentence, Fault.CANNOT_WRITE, figures)
        said = f"the last batch took {commits.last_s:.2f} s, {self.ingest.waiting} messages wait"
        if commits.last_s > SLOW_COMMIT_S:
            sentence = f"{said}: the disk is slow, look what else writes to it"
            return Check("writing", State.DEGRADED, sentence, Fault.SLOW_WRITING, {"s": commits.last_s})
        return Check("writing", State.OK, said)


def _line_samples(line: Line) -> Iterable[Sample]:
    yield Sample("broker_sessions_lost_total", "sessions that the broker forgot", line.sessions_lost)
    yield Sample("broker_takeovers_total", "connections taken over by a client of our name", line.taken_over)
    yield Sample("network_threads_replaced_total", "network threads replaced by the watchdog", line.replaced)


@dataclass(frozen=True, slots=True)
class Beat:
    """The turns of a job: how often it is woken, when it last ended (None before), and how its turns went."""

    every_s: float
    since_s: float
    turns: int = 0
    failures: int = 0
    failing: str = ""


@dataclass(frozen=True)
class ScheduleProbe:
    """The jobs that are woken. ``beats`` gives them by name, with the seconds since the last turn ended."""

    beats: Callable[[], Mapping[str, Beat]]
    name: str = "schedule"

    def samples(self) -> Iterable[Sample]:
        """The heartbeats."""
        for name, beat in self.beats().items():
            job = {"job": name}
            yield Sample("job_last_turn_age_seconds", "since a job's last turn ended", beat.since_s, job)
            yield Sample("job_turns_total", "turns of a job", beat.turns, job)
            yield Sample("job_failures_total", "turns of a job that failed", beat.failures, job)

    def checks(self) -> Iterable[Check]:
        """Jobs that are not woken, that hang, or whose last turn failed."""
        beats = self.beats()
        for name, beat in beats.items():
            if beat.since_s > max(STALLED_S, STALLED_TURNS * beat.every_s):
                sentence = f"{name} should run every {beat.every_s:g} s and has not ended for {beat.since_s:.0f} s: "
                sentence += "look at the log, restart the service"
                figures: dict[str, float | str] = {"job": name, "s": beat.since_s}
                yield Check(f"job {name}", State.FAILED, sentence, Fault.JOB_STALLED, figures)
            elif beat.failing:
                sentence = f"the last turn of {name} failed ({beat.failing}); it is tried again"
                figures = {"job": name, "reason": beat.failing}
                yield Check(f"job {name}", State.DEGRADED, sentence, Fault.JOB_FAILED, figures)
            else:
                yield Check(f"job {name}", State.OK, f"runs every {beat.every_s:g} s")
