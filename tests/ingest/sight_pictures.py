"""Pictures by arithmetic for the laws of sight: a view of blocks with noise, whose every property is known."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ingest.sight.gist import Gist, gist
from ingest.sight.judge import judge
from ingest.sight.memory import Memory
from ingest.sight.view import Verdict, View

NOON = datetime(2026, 9, 15, 3, 0, tzinfo=UTC)
Levels = NDArray[np.float64]


def view_of(seed: int, width: int = 640, height: int = 360) -> Levels:
    """A place: rectangles of many sizes and shades, as walls, windows and a bank would be."""
    chance = np.random.default_rng(seed)
    levels = np.full((height, width), 120.0)
    for _ in range(120):
        left, top = chance.integers(0, width), chance.integers(0, height)
        wide, high = chance.integers(8, width // 5), chance.integers(6, height // 5)
        levels[top : top + high, left : left + wide] = chance.uniform(30, 220)
    return levels


def taken(levels: Levels, seed: int, noise: float = 2.0, quality: int = 85) -> Image.Image:
    """A picture of it with the noise of a sensor, through JPEG."""
    noisy = levels + np.random.default_rng(seed).normal(0, noise, levels.shape)
    out = io.BytesIO()
    Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).save(out, "JPEG", quality=quality)
    picture = Image.open(io.BytesIO(out.getvalue()))
    picture.load()
    return picture


def seen(levels: Levels, seed: int, noise: float = 2.0) -> Gist:
    """The gist of such a picture."""
    return gist(taken(levels, seed, noise), None)


def at(number: int, sun_deg: float = 50.0, lit: bool = False) -> View:
    """The hour of the picture with that number, one every five minutes."""
    return View(NOON + timedelta(minutes=5 * number), sun_deg, lit)


def acquainted(levels: Levels, pictures: int = 12) -> Memory:
    """What is remembered after so many good pictures by day."""
    memory = Memory()
    for number in range(pictures):
        _, memory = judge(seen(levels, number), memory, at(number))
    return memory


def judged(gists: list[Gist], memory: Memory, first: int = 100, sun_deg: float = 50.0) -> list[Verdict]:
    """The verdicts on pictures in a row."""
    verdicts = []
    for number, each in enumerate(gists):
        verdict, memory = judge(each, memory, at(first + number, sun_deg))
        verdicts.append(verdict)
    return verdicts
