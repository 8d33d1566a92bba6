"""The staff gauge (量水標): a white board with marks, figures and the station's thresholds beside it."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ingest.hazard import Levels
from simulators.drawing.texture import Field

SHAPE = 0.14
"""Width of board and post as a share of its height."""
ROWS = 1400
BOARD = 0.74
"""Share of the width that is board; the rest is the post with the plates of the thresholds."""
PLATES = {1: (240, 240, 240), 2: (242, 231, 0), 3: (255, 40, 0), 4: (170, 0, 170), 5: (12, 0, 12)}
MOST_FIGURES = 9


def board(bottom_m: float, top_m: float, levels: Levels, rows_px: int) -> Field:
    """The board from its upper end down, made for a picture in which it is so many pixels high."""
    full = _full(bottom_m, top_m, tuple(sorted(levels.items())))
    height = min(ROWS, max(80, rows_px))
    small = full.resize((max(12, round(height * SHAPE)), height), Image.Resampling.LANCZOS)
    return np.asarray(small, dtype=np.float32)


def step_m(span_m: float) -> float:
    """Distance of the figures: so that at most nine stand on the staff."""
    return next((step for step in (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0) if span_m / step <= MOST_FIGURES), 5.0)


@lru_cache(maxsize=32)
def _full(bottom_m: float, top_m: float, levels: tuple[tuple[int, float], ...]) -> Image.Image:
    width = round(ROWS * SHAPE)
    image = Image.new("RGB", (width, ROWS), (118, 116, 110))
    draw = ImageDraw.Draw(image)
    edge = round(width * BOARD)
    draw.rectangle((0, 0, edge, ROWS), fill=(232, 232, 226), outline=(70, 70, 70), width=3)
    figure_m = step_m(top_m - bottom_m)
    mark_m = figure_m / 5
    first, last = math.ceil(bottom_m / mark_m), math.floor(top_m / mark_m)
    for index in range(first, last + 1):
        _mark(draw, _row(index * mark_m, bottom_m, top_m), _row((index + 0.5) * mark_m, bottom_m, top_m), edge, index)
    for index in range(first, last + 1):
        if index % 5 == 0:
            _figure(draw, index * mark_m, _row(index * mark_m, bottom_m, top_m), edge, figure_m)
    for hazard, stage_m in levels:
        row = _row(stage_m, bottom_m, top_m)
        draw.rectangle((edge + 6, row - 14, width, row + 14), fill=PLATES[hazard], outline=(40, 40, 40), width=2)
    return image


def _row(stage_m: float, bottom_m: float, top_m: float) -> float:
    return ROWS * (top_m - stage_m) / (top_m - bottom_m)


def _mark(draw: ImageDraw.ImageDraw, low: float, high: float, edge: int, index: int) -> None:
    """A block from a mark half way up to the next one; the blocks of the figures are longer and red."""
    main = index % 5 == 0
    left = edge * (0.62 if main else 0.76)
    draw.rectangle((left, high, edge - 4, low), fill=(190, 20, 16) if main else (22, 22, 24))


def _figure(draw: ImageDraw.ImageDraw, stage_m: float, row: float, edge: int, figure_m: float) -> None:
    """The figure stands on its mark."""
    text = f"{stage_m:.0f}" if figure_m >= 1 else f"{stage_m:.{1 if figure_m >= 0.1 else 2}f}"
    size = 74 if len(text) < 4 else 58
    font = ImageFont.load_default(size)
    colour = (24, 24, 28)
    draw.text((edge * 0.33, row + 4), text, fill=colour, font=font, anchor="md", stroke_width=2, stroke_fill=colour)
