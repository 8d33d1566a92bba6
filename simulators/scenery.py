"""What stands around the water, drawn once for each kind of station and view: sky, banks, walls, road."""

from __future__ import annotations

import random
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from ingest.stations import StationKind

WIDTH_PX, HEIGHT_PX = 640, 360
STAFF_X_PX, STAFF_WIDTH_PX = 300, 38
Colour = tuple[int, int, int]


@lru_cache(maxsize=64)
def scenery(kind: StationKind, view: int) -> Image.Image:
    """The view without water, in daylight. ``view`` varies trees, houses and tones; do not draw on the result."""
    chance = random.Random(f"{kind} {view}")
    picture = _gradient((0, 0, WIDTH_PX, HEIGHT_PX), (140, 148, 156), (196, 200, 202))
    _PAINTERS[kind](picture, chance)
    return _grainy(picture.filter(ImageFilter.GaussianBlur(0.6)), chance)


@lru_cache(maxsize=1)
def water_tone() -> Image.Image:
    """The colour of a river in flood, lighter where it mirrors the sky."""
    return _gradient((0, 0, WIDTH_PX, HEIGHT_PX), (158, 144, 116), (98, 84, 60))


def _gradient(box: tuple[int, int, int, int], top: Colour, bottom: Colour) -> Image.Image:
    size = (box[2] - box[0], box[3] - box[1])
    ramp = Image.linear_gradient("L").resize(size)
    return Image.composite(Image.new("RGB", size, bottom), Image.new("RGB", size, top), ramp)


def _grainy(picture: Image.Image, chance: random.Random) -> Image.Image:
    noise = Image.frombytes("L", (320, 180), chance.randbytes(320 * 180)).resize((WIDTH_PX, HEIGHT_PX))
    soft = noise.point([118 + value // 13 for value in range(256)])
    return ImageChops.overlay(picture, Image.merge("RGB", (soft, soft, soft)))


def _shade(colour: Colour, chance: random.Random, by: int = 12) -> Colour:
    shift = chance.randint(-by, by)
    red, green, blue = (max(0, min(255, part + shift)) for part in colour)
    return red, green, blue


def _hills(draw: ImageDraw.ImageDraw, chance: random.Random, base: int) -> None:
    for tone, height in (((112, 124, 126), 46), ((84, 102, 92), 26)):
        points = [(x, base - height * chance.uniform(0.3, 1.0)) for x in range(-40, WIDTH_PX + 81, 60)]
        draw.polygon([(-40, base), *points, (WIDTH_PX + 80, base)], fill=_shade(tone, chance, 6))


def _houses(draw: ImageDraw.ImageDraw, chance: random.Random, base: int) -> None:
    x = chance.randint(-20, 20)
    while x < WIDTH_PX:
        wide, high = chance.randint(34, 64), chance.randint(14, 30)
        wall = _shade((176, 172, 164), chance, 20)
        draw.rectangle((x, base - high, x + wide, base), fill=wall)
        roof = _shade((88, 84, 88), chance)
        draw.polygon(((x - 5, base - high), (x + wide / 2, base - high - 14), (x + wide + 5, base - high)), fill=roof)
        for left in range(x + 6, x + wide - 10, 14):
            draw.rectangle((left, base - high + 6, left + 6, base - high + 12), fill=(74, 84, 96))
        x += wide + chance.randint(4, 46)


def _grass(draw: ImageDraw.ImageDraw, chance: random.Random, top: int, bottom: int) -> None:
    draw.rectangle((0, top, WIDTH_PX, bottom), fill=_shade((98, 116, 72), chance, 8))
    for _ in range(900):
        x, y = chance.uniform(0, WIDTH_PX), chance.uniform(top + 4, bottom)
        draw.line((x, y, x + chance.uniform(-2, 2), y - chance.uniform(2, 7)), fill=_shade((86, 108, 62), chance, 24))


def _concrete(draw: ImageDraw.ImageDraw, outline: list[tuple[float, float]], chance: random.Random) -> None:
    draw.polygon(outline, fill=_shade((150, 148, 140), chance, 6))


def _river(picture: Image.Image, chance: random.Random) -> None:
    draw = ImageDraw.Draw(picture)
    _hills(draw, chance, 74)
    _houses(draw, chance, 84)
    _grass(draw, chance, 84, HEIGHT_PX)
    draw.line((0, 92, WIDTH_PX, 92), fill=(150, 148, 140), width=5)
    for y in range(110, HEIGHT_PX, 26):
        draw.line((0, y, WIDTH_PX, y), fill=(112, 122, 92), width=1)
    draw.polygon(((0, 300), (120, HEIGHT_PX), (0, HEIGHT_PX)), fill=_shade((120, 116, 104), chance))
    draw.polygon(((WIDTH_PX, 300), (520, HEIGHT_PX), (WIDTH_PX, HEIGHT_PX)), fill=_shade((120, 116, 104), chance))
    _post(draw)


def _channel(picture: Image.Image, chance: random.Random) -> None:
    """A concrete channel between two walls, with a fence and houses behind."""
    draw = ImageDraw.Draw(picture)
    _houses(draw, chance, 82)
    draw.rectangle((0, 82, WIDTH_PX, HEIGHT_PX), fill=_shade((128, 126, 120), chance))
    _fence(draw, 60, 90)
    _concrete(draw, [(96, 90), (544, 90), (544, HEIGHT_PX), (96, HEIGHT_PX)], chance)
    for y in range(120, HEIGHT_PX, 34):
        draw.line((96, y, 544, y), fill=(128, 126, 118), width=2)
        for x in range(96 + (y // 34 % 2) * 32, 544, 64):
            draw.line((x, y, x, y + 34), fill=(132, 130, 122), width=1)
    for x in (96, 544):
        draw.line((x, 90, x, HEIGHT_PX), fill=(92, 90, 86), width=6)
    draw.ellipse((440, 250, 500, 310), fill=(38, 38, 40), outline=(104, 102, 98), width=5)


def _pump_station(picture: Image.Image, chance: random.Random) -> None:
    """The forebay with its screen and the pump house behind."""
    draw = ImageDraw.Draw(picture)
    _hills(draw, chance, 60)
    draw.rectangle((150, 34, 490, 92), fill=_shade((178, 176, 166), chance))
    draw.rectangle((140, 28, 500, 38), fill=(92, 98, 104))
    for x in range(176, 470, 56):
        draw.rectangle((x, 48, x + 30, 70), fill=(64, 76, 90))
    draw.rectangle((0, 90, WIDTH_PX, HEIGHT_PX), fill=_shade((134, 132, 126), chance))
    _concrete(draw, [(96, 90), (544, 90), (544, HEIGHT_PX), (96, HEIGHT_PX)], chance)
    for x in range(104, 544, 9):
        draw.line((x, 104, x, HEIGHT_PX), fill=(74, 78, 80), width=3)
    for y in (104, 190, 280):
        draw.line((96, y, 544, y), fill=(86, 90, 92), width=5)
    draw.rectangle((88, 84, 552, 94), fill=(196, 168, 40))
    _post(draw)


def _pond(picture: Image.Image, chance: random.Random) -> None:
    draw = ImageDraw.Draw(picture)
    _hills(draw, chance, 80)
    _houses(draw, chance, 92)
    _grass(draw, chance, 92, HEIGHT_PX)
    _concrete(draw, [(0, 112), (WIDTH_PX, 112), (WIDTH_PX, 150), (0, 150)], chance)
    _concrete(draw, [(430, 104), (520, 104), (520, HEIGHT_PX), (430, HEIGHT_PX)], chance)
    draw.rectangle((448, 250, 502, HEIGHT_PX), fill=(46, 46, 48))
    draw.polygon(((60, HEIGHT_PX), (580, HEIGHT_PX), (500, 318), (140, 318)), fill=(118, 108, 84))
    _fence(draw, 78, 106)
    _post(draw)


def _underpass(picture: Image.Image, chance: random.Random) -> None:
    """A road that dips under a railway: retaining walls, a girder, lane marks."""
    draw = ImageDraw.Draw(picture)
    _houses(draw, chance, 66)
    draw.rectangle((0, 66, WIDTH_PX, 104), fill=_shade((96, 104, 110), chance))
    draw.text((270, 76), "3.8 m", fill=(240, 220, 60))
    draw.rectangle((0, 98, WIDTH_PX, 106), fill=(210, 178, 40))
    draw.rectangle((110, 106, 530, 200), fill=(52, 54, 56))
    for side in (0, 1):
        wall = [(0, 106), (110, 106), (110, 200), (0, 330)]
        _concrete(draw, [(abs(side * WIDTH_PX - x), y) for x, y in wall], chance)
    draw.polygon(((110, 200), (530, 200), (WIDTH_PX, 330), (WIDTH_PX, 360), (0, 360), (0, 330)), fill=(92, 93, 96))
    for near, far in ((0.0, 0.12), (0.22, 0.40), (0.55, 0.85)):
        top, bottom = 200 + 160 * near, 200 + 160 * far
        draw.polygon(
            ((366 + 30 * near, top), (370 + 32 * near, top), (372 + 36 * far, bottom), (364 + 30 * far, bottom)),
            fill=(214, 212, 202),
        )
    draw.rectangle((STAFF_X_PX - 6, 198, STAFF_X_PX + STAFF_WIDTH_PX + 6, 345), fill=(120, 118, 112))


def _post(draw: ImageDraw.ImageDraw) -> None:
    draw.rectangle((STAFF_X_PX - 6, 104, STAFF_X_PX + STAFF_WIDTH_PX + 6, 345), fill=(116, 114, 108))


def _fence(draw: ImageDraw.ImageDraw, top: int, bottom: int) -> None:
    for x in range(0, WIDTH_PX, 22):
        draw.line((x, top, x, bottom), fill=(214, 216, 218), width=2)
    for y in (top, (top + bottom) // 2):
        draw.line((0, y, WIDTH_PX, y), fill=(214, 216, 218), width=2)


_PAINTERS = {
    StationKind.RIVER: _river,
    StationKind.WATERWAY: _channel,
    StationKind.UNDERPASS: _underpass,
    StationKind.PUMP_STATION: _pump_station,
    StationKind.RETENTION_POND: _pond,
}
