"""Covered: a large part of the usual view is hidden by something that has no edges of its own. Pure."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from ingest.sight.comparison import Comparison
from ingest.sight.look import PictureFault
from ingest.sight.memory import Memory, Run
from ingest.sight.view import Finding, View

TRACES = 0.07
"""Likeness of the lost tiles above which they are still there, behind a veil: fog, rain, a web."""
INVERTED = -0.12
"""Likeness below which they are there as well, bright for dark, as by lamp and by daylight."""
EDGELESS = 0.55
"""Share of the lost tiles that must have become soft or empty; water and a moved view bring edges of their own."""
VOTES = 12
PLAINLY, BARE = 0.83, 0.85
"""Part of that share that is enough where the detail is gone too, or so much of what is lost has no edges."""
SUDDEN, FOG_SUDDEN = 0.25, 0.5
"""Shares of the view that water, and fog, do not take within one interval."""
OVERNIGHT, FLOODED, ALL = 0.5, 0.7, 0.92
"""Shares of the view that are not lost at dawn by themselves, that no flood takes, and that no fog takes."""
REST = 0.4
"""Share of what was left of the view that they do not take within one interval either."""
FRESH = 3
"""Comparable pictures in a row from which pace tells something."""
GAP, LASTING = timedelta(hours=1), timedelta(hours=24)


def covered(compared: Comparison | None, view: View, memory: Memory) -> Finding:
    """Whether enough of the view is gone, without a trace and without edges in its place.

    Water rises, fog thickens and dusk falls over some pictures: what goes must go from one picture to the next, or stay
    gone for a day. Withheld where no face is known for this light, or too little of it is to be seen.
    """
    if compared is None or np.count_nonzero(compared.votes) < VOTES:
        return Finding(None)
    figures = {
        "lost_share": compared.lost_share,
        "lost_traces": compared.traces,
        "lost_edgeless": compared.edgeless_share,
    }
    plain = compared.edgeless_share >= BARE or (compared.left is not None and compared.left.away)
    much = view.thresholds.covered_share * (PLAINLY if plain else 1)
    gone = compared.lost_share >= much and INVERTED < compared.traces < TRACES
    if not (gone and compared.edgeless_share >= EDGELESS):
        return Finding(False, figures)
    return Finding(sudden(compared, view, memory) or _lasting(compared, view, memory), figures)


def sudden(compared: Comparison, view: View, memory: Memory) -> bool:
    """Whether what is lost went from one comparable picture to the next, or is known already to have gone so.

    After a gap (a night without a lamp) pace tells nothing; then the look decides what fog or water may have taken.
    """
    begun = any(memory.runs.get(fault, Run()).bad for fault in (PictureFault.COVERED, PictureFault.SHIFTED))
    before = memory.losses.get(compared.light)
    if begun or before is None:
        return True
    gap = view.taken_at - before.at > GAP
    if gap or before.fresh < FRESH:
        taken = ALL if compared.as_in_fog else FLOODED if compared.from_below else OVERNIGHT
        if gap or compared.lost_share >= taken:
            return compared.lost_share >= taken
    foggy = compared.as_in_fog and compared.lost_share < ALL
    much = FOG_SUDDEN if foggy else min(SUDDEN, REST * (1 - before.share))
    return compared.lost_share - before.share >= much


def _lasting(compared: Comparison, view: View, memory: Memory) -> bool:
    loss = memory.losses.get(compared.light)
    if loss is None or loss.since is None or compared.from_below:
        return False
    return view.taken_at - loss.since >= LASTING
