"""The machine's clock, and the schedule that it wakes."""

from __future__ import annotations

from datetime import UTC, datetime

from deploy.schedule import Job, Schedule


def machine_time() -> datetime:
    """The machine's clock, in UTC."""
    return datetime.now(UTC)


def schedule(jobs: list[Job]) -> Schedule:
    """Jobs woken by the machine's clock, whatever the house's own clock is."""
    return Schedule(jobs, machine_time)
