"""Blurred: edges are there in small and have lost their usual sharpness all over the view. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ingest.sight.comparison import Comparison
from ingest.sight.detail import SOFT
from ingest.sight.view import Finding, View

KEPT = 0.45
"""Part of its usual sharpness below which a tile is blurred."""
SURELY = 2.0
"""How far above what may be noise a tile's fine edges would have to stand if it were sharp."""
TILES = 4
"""Tiles that must show edges for a picture to be judged."""
SHARP = 0.75
"""Part of its fine structure from which a view is sharp for certain."""
WRITTEN = 2
"""Sharpest tiles that are left out: a camera that writes its name writes it sharp through any lens."""


def blurred(beside: Sequence[Comparison], view: View) -> Finding:
    """Whether most tiles that still show the view in small lack the fine edges that they mostly have.

    ``beside`` are the comparisons with the faces of this hour: in twilight it must be blurred beside both. Withheld
    where the camera's own sharpness is not known, or fog, night or noise leave too few tiles to judge.
    """
    left = [each.left.fine_left for each in beside if each.left is not None]
    known = [each for each in left if each is not None]
    if known and not SOFT <= max(known) < SHARP:
        return Finding(max(known) < SOFT, {"fine_left": max(known)})
    measured = [_ratios(compared) for compared in beside]
    count = min((len(ratios) for ratios in measured), default=0)
    if count < TILES:
        return Finding(None, {"sharp_tiles": float(count)})
    share = min(float((np.sort(ratios)[:-WRITTEN] < KEPT).mean()) for ratios in measured)
    return Finding(share >= view.thresholds.blurred_share, {"sharp_tiles": float(count), "blurred_share": share})


def _ratios(compared: Comparison) -> NDArray[np.float32]:
    """What is left of the usual sharpness, for each tile that can be judged."""
    sharp = compared.gist.sharp
    expected = np.nan_to_num(compared.face.sharp) * sharp.small
    judged = compared.votes & ~compared.lost & (expected > SURELY * sharp.unsure)
    ratios: NDArray[np.float32] = sharp.fine[judged] / expected[judged]
    return ratios
