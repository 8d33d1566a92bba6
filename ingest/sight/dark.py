"""Dark: nothing to be seen though there is light. Pure."""

from __future__ import annotations

from ingest.sight.gist import Gist
from ingest.sight.view import Finding, View

WELL_UP_DEG = 8.0
"""Elevation of the sun from which no sky is so dark that a camera sees nothing."""


def dark(gist: Gist, view: View) -> Finding:
    """Whether even the brightest fiftieth of the picture is dark; at night only for a camera that has light."""
    mean, _, bright = gist.light
    figures = {"light_mean": mean, "light_high": bright}
    if view.sun_deg < WELL_UP_DEG and not view.lit:
        return Finding(None, figures)
    return Finding(bright < view.thresholds.dark_below, figures)
