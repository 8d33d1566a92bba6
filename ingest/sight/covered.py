"""Covered: a large part of the usual view is hidden by something that has no edges of its own. Pure."""

from __future__ import annotations

import numpy as np

from ingest.sight.comparison import Comparison
from ingest.sight.view import Finding, View

TRACES = 0.07
"""Likeness of the lost tiles above which they are still there, behind a veil: fog, rain, a web."""
EDGELESS = 0.55
"""Share of the lost tiles that must have become soft or empty; water and a moved view bring edges of their own."""
VOTES = 12


def covered(compared: Comparison | None, view: View) -> Finding:
    """Whether enough of the view is gone, without a trace and without edges in its place.

    Withheld where no face is known for this light, or too little of it is to be seen.
    """
    if compared is None or np.count_nonzero(compared.votes) < VOTES:
        return Finding(None)
    figures = {
        "lost_share": compared.lost_share,
        "lost_traces": compared.traces,
        "lost_edgeless": compared.edgeless_share,
    }
    gone = compared.lost_share >= view.thresholds.covered_share and compared.traces < TRACES
    return Finding(gone and compared.edgeless_share >= EDGELESS, figures)
