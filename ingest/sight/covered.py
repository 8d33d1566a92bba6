"""Covered: a large part of the usual view is hidden by something that has no edges of its own. Pure."""

from __future__ import annotations

import numpy as np

from ingest.sight.comparison import Comparison
from ingest.sight.memory import Memory
from ingest.sight.pace import gone_at_once, lasting, sudden
from ingest.sight.view import Finding, View

TRACES = 0.07
"""Likeness of the lost tiles above which they are still there, behind a veil: fog, rain, a web."""
INVERTED = -0.12
"""Likeness below which they are there as well, bright for dark, as by lamp and by daylight."""
EDGELESS = 0.55
"""Share of the lost tiles that must have become soft or empty; water and a moved view bring edges of their own."""
VOTES = 12
PLAINLY, BARE = 0.83, 0.85
"""Part of the share that is enough where the detail is gone too, or so much of what is lost has no edges."""


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
    enough = compared.lost_share >= much or gone_at_once(compared, view, memory)
    gone = enough and INVERTED < compared.traces < TRACES
    if not (gone and compared.edgeless_share >= EDGELESS):
        return Finding(False, figures)
    return Finding(sudden(compared, view, memory) or lasting(compared, view, memory), figures)
