"""Which time counts for what a device dated: its own where its clock can be believed, else that of receipt. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from ingest.quality import ClockLimits

EARLIEST, LATEST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)


def in_utc(at: datetime | None) -> datetime | None:
    """The time in UTC. A zero date at the edge of the calendar has none: it becomes the edge, which nobody believes."""
    if at is None:
        return None
    try:
        return at.astimezone(UTC)
    except OverflowError:
        return EARLIEST if at.year == 1 else LATEST


def believed(device_at: datetime | None, received_at: datetime, limits: ClockLimits) -> tuple[datetime, bool]:
    """The time that counts, and whether the device's clock is suspect. ``device_at`` is ``in_utc``."""
    if device_at is None:
        return received_at, False
    if received_at - limits.behind <= device_at <= received_at + limits.ahead:
        return device_at, False
    return received_at, True


def believed_time(device_at: datetime | None, received_at: datetime, limits: ClockLimits) -> datetime:
    """The time that counts for something that a device dated so, or not at all."""
    return believed(in_utc(device_at), received_at, limits)[0]
