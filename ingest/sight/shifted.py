"""Shifted: the camera looks elsewhere than on a normal day. Pure."""

from __future__ import annotations

import numpy as np

from ingest.sight.comparison import Comparison
from ingest.sight.covered import VOTES
from ingest.sight.memory import Memory
from ingest.sight.pace import gone_at_once, sudden
from ingest.sight.structure import WIDTH
from ingest.sight.view import Finding, View

SUSPECT = 0.3
"""Share of the view that must be lost before anybody looks where it went."""
CLEARER, BETTER = 0.045, 1.2
"""A face that fits elsewhere must fit better there than here, by so much and by so many times."""
REGAINED_SHARE = 0.45
"""Share of the lost tiles that are found again elsewhere; what lies on the lens (a web, a name) stays where it is."""
AS_WELL = 0.7
"""Part of how well the face fits here that it must fit there: in a flood half of it may seem to lie lower."""
TURNED_CLEARER = 0.12
BARE = 0.88
"""Share of the lost tiles without edges of their own from which it is a cover that is seen, not another view."""
FITS, TURNED_FITS = 0.15, 0.2
"""How well it must fit there at all; whatever hides the view fits somewhere by chance."""
GONE, LEFT = 0.7, 0.12
"""Where the view is found nowhere: share of it that must be lost, and likeness that may be left by chance.

A flood leaves what stands above the water.
"""
OWN = 0.6
"""Share of the lost tiles without edges of their own up to which another view took the detail, and no cover."""
STAYING, STAYING_ANYWAY, MUCH = 5, 8, 0.5
"""Tiles of the detail that stay while the camera does, and while this share of the view is lost."""


def shifted(compared: Comparison | None, view: View, memory: Memory) -> Finding:
    """Whether the face is found elsewhere (moved, turned, zoomed), or nothing of it is left but sharp edges are.

    Withheld where no face is known for this light, or too little of it is to be seen.
    """
    if compared is None or np.count_nonzero(compared.votes) < VOTES:
        return Finding(None)
    if float(np.hypot(*compared.face.drift)) / WIDTH >= view.thresholds.shifted_by:
        return Finding(True, {"crept_share": float(np.hypot(*compared.face.drift)) / WIDTH})
    gone = gone_at_once(compared, view, memory)
    if not gone and compared.lost_share < SUSPECT and compared.place.away < view.thresholds.shifted_by:
        return Finding(False, {"moved_share": compared.place.away})
    if _stays(compared):
        return Finding(False, {"moved_share": 0.0})
    moved = _moved(compared, view, memory)
    turned = not moved and _turned(compared)
    figures = {
        "moved_share": compared.elsewhere.away,
        "regained": compared.regained_share,
        "fit_here": compared.here,
        "fit_there": compared.place.fit,
    }
    return Finding(moved or turned or _gone(compared, view, memory), figures)


def _stays(compared: Comparison) -> bool:
    """Whether enough of the detail is seen exactly where it always is; a turn about the middle leaves some of it."""
    if compared.left is None:
        return False
    needed = STAYING if compared.lost_share < MUCH else STAYING_ANYWAY
    return compared.left.staying >= needed


def _moved(compared: Comparison, view: View, memory: Memory) -> bool:
    elsewhere = compared.place.away >= view.thresholds.shifted_by or compared.lost_share >= MUCH
    if elsewhere and compared.regained_share >= REGAINED_SHARE and compared.elsewhere.fit >= AS_WELL * compared.here:
        return compared.elsewhere.away >= view.thresholds.shifted_by
    place = compared.place
    clear = place.fit >= FITS and place.fit >= compared.here + CLEARER and place.fit >= BETTER * compared.here
    return clear and place.away >= view.thresholds.shifted_by and sudden(compared, view, memory)


def _gone(compared: Comparison, view: View, memory: Memory) -> bool:
    """Nothing of the view, or nothing of its detail, is left, and what there is instead has edges of its own."""
    view_gone = compared.lost_share >= GONE and compared.kept < LEFT and compared.edgeless_share < BARE
    away = compared.left is not None and compared.left.away and compared.lost_share >= SUSPECT
    detail_gone = away or gone_at_once(compared, view, memory)
    gone = view_gone or (detail_gone and compared.edgeless_share < OWN)
    return gone and sudden(compared, view, memory)


def _turned(compared: Comparison) -> bool:
    there = compared.turned
    clear = there.fit >= TURNED_FITS and there.fit >= compared.here + TURNED_CLEARER
    return clear and there.fit >= BETTER * compared.here
