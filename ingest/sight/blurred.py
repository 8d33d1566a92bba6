"""Blurred: edges are there in small and have lost their usual sharpness all over the view. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ingest.sight.comparison import Comparison
from ingest.sight.view import Finding, View

KEPT = 0.45
"""Part of its usual sharpness below which a tile is blurred."""
SURELY = 2.0
"""How far above what may be noise a tile's fine edges would have to stand if it were sharp."""
TILES = 5
"""Tiles that must show edges for a picture to be judged."""


def blurred(beside: Sequence[Comparison], view: View) -> Finding:
    """Whether most tiles that still show the view in small lack the fine edges that they mostly have.

    ``beside`` are the comparisons with the faces of this hour: in twilight it must be blurred beside both. Withheld
    where the camera's own sharpness is not known, or fog, night or noise leave too few tiles to judge.
    """
    measured = [_share(compared) for compared in beside]
    if not measured or any(count < TILES for count, _ in measured):
        return Finding(None, {"sharp_tiles": float(min((count for count, _ in measured), default=0))})
    count, share = min(measured, key=lambda each: each[1])
    return Finding(share >= view.thresholds.blurred_share, {"sharp_tiles": float(count), "blurred_share": share})


def _share(compared: Comparison) -> tuple[int, float]:
    """How many tiles can be judged, and what share of them is blurred."""
    sharp = compared.gist.sharp
    expected = np.nan_to_num(compared.face.sharp) * sharp.small
    judged = compared.votes & ~compared.lost & (expected > SURELY * sharp.unsure)
    count = int(np.count_nonzero(judged))
    return count, float((sharp.fine[judged] < KEPT * expected[judged]).mean()) if count else 0.0
