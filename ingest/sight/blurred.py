"""Blurred: edges are there and have lost their usual sharpness all over the view. Pure."""

from __future__ import annotations

import numpy as np

from ingest.sight.gist import Gist
from ingest.sight.memory import Face
from ingest.sight.view import Finding, View

KEPT = 0.45
"""Part of its usual sharpness (above that of a ramp, which is 1) below which a tile is blurred."""
SHARP_ENOUGH = 1.5
"""Usual sharpness from which a tile has one to lose."""
TILES = 12
"""Tiles that must have an edge to judge."""


def blurred(gist: Gist, face: Face | None, view: View) -> Finding:
    """Whether most tiles with edges are less than half as sharp as they mostly are; fog and night have too few edges.

    Withheld where the camera's own sharpness is not known or too few tiles show an edge.
    """
    if face is None:
        return Finding(None)
    now = gist.sharp.by_tile()
    judged = gist.open & np.isfinite(now) & (np.nan_to_num(face.sharp) > SHARP_ENOUGH)
    count = int(np.count_nonzero(judged))
    if count < TILES:
        return Finding(None, {"sharp_tiles": float(count)})
    share = float((now[judged] - 1 < KEPT * (face.sharp[judged] - 1)).mean())
    return Finding(share >= view.thresholds.blurred_share, {"sharp_tiles": float(count), "blurred_share": share})
