"""One visual language: the colours of the hazards are for hazards alone, and all others have a name in one place."""

from __future__ import annotations

import colorsys
import re
from pathlib import Path

import pytest

from dashboard.palette import COLOURS

ASSETS = Path(__file__).parents[2] / "dashboard" / "staff" / "assets"
SHEETS = sorted(ASSETS.glob("*.css"))
NAMED = ("head", "overview", "cameras", "station", "wallview", "pumps")
"""The sheets that take every colour from the names in staff.css; black and white are everybody's."""
HEX = re.compile(r"#([0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b")
WORDS = re.compile(r"[:\s](red|orange|yellow|gold|purple|magenta|violet|crimson|tomato|fuchsia)\b")
STRONG = 0.4
"""From this saturation on a colour has a hue that is seen."""


def hue_of(red: float, green: float, blue: float) -> float | None:
    """Degrees, or None for what looks grey, nearly white or nearly black."""
    hue, saturation, value = colorsys.rgb_to_hsv(red / 255, green / 255, blue / 255)
    return hue * 360 if saturation >= STRONG and value >= 0.2 else None


def said_in(sheet: Path) -> str:
    """What the rules of a sheet say, without selectors and comments."""
    plain = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL)
    return "\n".join(re.findall(r"\{([^{}]*)\}", plain))


def colours(rules: str) -> list[str]:
    return [found.lower() for found in HEX.findall(rules)]


def rgb(short: str) -> tuple[int, int, int]:
    digits = short if len(short) == 6 else "".join(2 * each for each in short)
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def hazard_hues() -> list[float]:
    shown = [re.findall(r"\d+", said) for said in COLOURS.values() if said.startswith("rgb")]
    found = [hue_of(*map(float, parts)) for parts in shown]
    return [hue for hue in found if hue is not None]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.stem)
def test_no_sheet_uses_the_colour_of_a_hazard(sheet: Path) -> None:
    rules = said_in(sheet)
    hues = {each: hue_of(*rgb(each)) for each in colours(rules)}
    assert len(hazard_hues()) == 3  # yellow, red and purple
    near = [
        each
        for each, hue in hues.items()
        if hue is not None and any(min(abs(hue - one), 360 - abs(hue - one)) < 25 for one in hazard_hues())
    ]
    assert near == []
    assert WORDS.findall(rules) == []


@pytest.mark.parametrize("name", NAMED)
def test_colours_have_their_names_in_one_place(name: str) -> None:
    rules = said_in(ASSETS / f"{name}.css")
    assert set(colours(rules)) <= {"fff", "000"}
    known = set(re.findall(r"(--[a-z-]+):", (ASSETS / "staff.css").read_text("utf-8")))
    assert set(re.findall(r"var\((--[a-z-]+)\)", rules)) <= known
