"""Colours, signs and type of all figures and of the hazards. Pure."""

from __future__ import annotations

from collections.abc import Mapping

COLOURS: Mapping[int | None, str] = {
    None: "#ffffff",
    0: "#d5dbe1",
    1: "rgb(255,255,255)",
    2: "rgb(242,231,0)",
    3: "rgb(255,40,0)",
    4: "rgb(170,0,170)",
    5: "rgb(12,0,12)",
}
"""Cabinet Office 2020; for hazard and for nothing else."""
INK = "#1f2a35"
QUIET = "#5b6875"
GRID = "#e6eaee"
AXIS = "#c3ccd4"
STAGE_LINE = "#1f5f8b"
FONT = '"Noto Sans CJK JP", "Hiragino Sans", "Yu Gothic UI", sans-serif'
_MARGIN = {"l": 0, "r": 0, "t": 0, "b": 0}


def plain_layout() -> dict[str, object]:
    """The layout that all figures share."""
    return {
        "margin": _MARGIN,
        "paper_bgcolor": "#ffffff",
        "font": {"family": FONT, "size": 12, "color": INK},
        "separators": ".,",
    }


def plain_text(words: str) -> str:
    """Words for a figure: Plotly reads a few tags in its texts, and names are not to be read as tags."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
