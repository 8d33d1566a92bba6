"""Shifted: the camera looks elsewhere than on a normal day. Pure."""

from __future__ import annotations

import numpy as np

from ingest.sight.comparison import Comparison, Place
from ingest.sight.covered import VOTES
from ingest.sight.structure import WIDTH
from ingest.sight.view import Finding, View

SUSPECT = 0.3
"""Share of the view that must be lost before anybody looks where it went."""
CLEARER, BETTER = 0.08, 1.35
"""A face that fits elsewhere must fit better there than here, by so much and by so many times."""
TURNED_CLEARER = 0.12
GONE = 0.88
"""Share of the view that must be lost where it is found nowhere; a flood leaves what stands above the water."""
TRACES = 0.07


def shifted(compared: Comparison | None, view: View) -> Finding:
    """Whether the face is found elsewhere (moved, turned, zoomed), or nothing of it is left but sharp edges are.

    Withheld where no face is known for this light, or too little of it is to be seen.
    """
    if compared is None or np.count_nonzero(compared.votes) < VOTES:
        return Finding(None)
    if float(np.hypot(*compared.face.drift)) / WIDTH >= view.thresholds.shifted_by:
        return Finding(True, {"crept_share": float(np.hypot(*compared.face.drift)) / WIDTH})
    if compared.lost_share < SUSPECT and compared.place.away < view.thresholds.shifted_by:
        return Finding(False, {"moved_share": compared.place.away})
    moved = _moved(compared, compared.place, view, CLEARER)
    turned = not moved and _turned(compared)
    figures = {"moved_share": compared.place.away, "fit_here": compared.here, "fit_there": compared.place.fit}
    gone = compared.lost_share >= GONE and compared.traces < TRACES
    return Finding(moved or turned or gone, figures)


def _moved(compared: Comparison, place: Place, view: View, clearer: float) -> bool:
    clear = place.fit >= compared.here + clearer and place.fit >= BETTER * compared.here
    return clear and place.away >= view.thresholds.shifted_by


def _turned(compared: Comparison) -> bool:
    there = compared.turned
    return there.fit >= compared.here + TURNED_CLEARER and there.fit >= BETTER * compared.here
