"""Times and lengths as people write them at the command line."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from deploy.commands.context import UsageError
from ingest.clock import JST

UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def moment(text: str, now: datetime, option: str) -> datetime:
    """A time of Japan (or with an offset of its own): ``2026-07-01T18:00``, ``2026-07-01``, or ``18:00`` of today."""
    written = text.strip()
    if re.fullmatch(r"\d{1,2}:\d{2}", written):
        written = f"{now.astimezone(JST):%Y-%m-%d}T{written.zfill(5)}"
    try:
        at = datetime.fromisoformat(written)
    except ValueError as error:
        raise UsageError(f"{option} {text}: write a time like 2026-07-01T18:00, or 18:00 for today") from error
    return at if at.tzinfo is not None else at.replace(tzinfo=JST)


def length(text: str, option: str) -> timedelta:
    """A length: a number with min, h or d."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(min|h|d)", text.strip())
    if found is None or not float(found[1]):
        raise UsageError(f"{option} {text}: write a number with min, h or d, for example 90min, 12h or 3d")
    return float(found[1]) * UNITS[found[2]]
