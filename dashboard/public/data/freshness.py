"""How fresh the site is: the small file that is written last."""

from __future__ import annotations

from functools import partial

from dashboard.public.data.written import as_json
from dashboard.public.edition import Edition
from dashboard.public.sheets import Sheet
from dashboard.public.words import stamp


def sheet(edition: Edition) -> Sheet:
    """The file; it changes with every publication."""
    return Sheet("freshness.json", edition.board.at, partial(freshness, edition))


def freshness(edition: Edition) -> bytes:
    """``freshness.json``: the stamp that every page carries, and after how many real seconds that is old."""
    return as_json(
        {
            "published_at": stamp(edition.board.at),
            "stale_after_s": edition.settings.stale_after_s,
            "clock_speed": edition.clock_speed,
        }
    )
