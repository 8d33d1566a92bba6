"""What the rules of rise, outlook and silence make of the recordings: ``python -m tests.floods.rules_report``.

Alerts per gauge and week, and how long before hazard 3 or more (4 where there is no 3) they were made.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median

from ingest.stations import ThresholdSet
from tests.floods import aire, ditwah, floodnet, guaiba, jakarta, kotogawa, kuji, nation, ruled
from tests.floods.recording import SINCE, Recording
from tests.floods.ruled import Night
from tests.parts import data_folder

COLUMNS = (
    *("recording", "gauges", "weeks", "rise", "a week", "outlook", "came", "silence", "a week"),
    *("reached", "by rise", "lead", "by outlook", "lead"),
)


def tides(data: Path) -> Recording:
    """The tidal gauges of England, all others having one reading each, with a lowest threshold half a metre above the
    highest tide of the day: the source knows none, so this is made up."""
    found = nation.recording(data)
    highest: dict[str, float] = {}
    for each in found.rows:
        if "tidal" in each.gauge_id:
            highest[each.gauge_id] = max(each.stage_m, highest.get(each.gauge_id, each.stage_m))
    gauges = {
        gauge_id: each.model_copy(
            update={"thresholds": (ThresholdSet(valid_from=SINCE, levels={1: highest[gauge_id] + ABOVE_TIDE_M}),)}
        )
        for gauge_id, each in found.registry.gauges.items()
        if gauge_id in highest
    }
    rows = tuple(each for each in found.rows if each.gauge_id in highest)
    return Recording(rows, found.registry.model_copy(update={"gauges": gauges}))


def bare_tides(data: Path) -> Recording:
    """The same without any threshold."""
    found = nation.recording(data)
    return replace(found, rows=tuple(each for each in found.rows if "tidal" in each.gauge_id))


ABOVE_TIDE_M = 0.5
CASES: tuple[tuple[str, Callable[[Path], Recording]], ...] = (
    ("Kuji and Naka", kuji.recording),
    ("England, tides", tides),
    ("  no thresholds", bare_tides),
    ("Aire 2025", aire.recording),
    ("Guaíba 2023", guaiba.recording),
    ("Jakarta 2019", jakarta.recording),
    ("Kotogawa 2023", kotogawa.recording),
    ("Ditwah 2025", ditwah.recording),
    ("FloodNet", floodnet.recording),
)
LEAST = 3
ONE_RISE = timedelta(hours=3)
"""An alert further before a threshold belongs to another rise."""
CAME = timedelta(hours=1)
"""What was foreseen for the next half hour counts as come within twice that time."""


def main() -> None:
    """Print the table."""
    data = data_folder()
    _say(COLUMNS)
    for name, recording in CASES:
        _say((name, *line(ruled.nights(recording(data)))))


def line(nights: Sequence[Night]) -> list[str]:
    """The cells of a recording."""
    weeks = ruled.gauge_weeks(nights)
    rises, silences = ([each for night in nights for each in night.raised(rule)] for rule in ("rise", "silence"))
    outlooks = [(night, each) for night in nights for each in night.raised("outlook")]
    came = sum(ruled.followed(night, each, CAME, LEAST) for night, each in outlooks)
    cells = [str(len(nights)), f"{weeks:.1f}", *_rate(len(rises), weeks), str(len(outlooks)), str(came)]
    return [*cells, *_rate(len(silences), weeks), *_leads(nights)]


def _rate(count: int, weeks: float) -> list[str]:
    return [str(count), f"{count / weeks:.3f}" if weeks > 1 else "–"]


def _leads(nights: Sequence[Night]) -> list[str]:
    by = {
        rule: [each for night in nights for each in ruled.leads(night, rule, LEAST, ONE_RISE).values()]
        for rule in ("rise", "outlook")
    }
    cells = [str(len(by["rise"]))]
    for found in by.values():
        known = [each / timedelta(minutes=1) for each in found if each is not None]
        cells += [str(len(known)), f"{median(known):.0f} min" if known else "–"]
    return cells


def _say(cells: Sequence[str]) -> None:
    sys.stdout.write(f"{cells[0]:18}" + "".join(f"{cell:>11}" for cell in cells[1:]) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
