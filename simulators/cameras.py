"""Stills as a simple river camera would send them: the water, a staff gauge, rain, night and the camera's clock."""

from __future__ import annotations

import io
import math
import random
from datetime import datetime
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont
from PIL.ExifTags import IFD, Base

from ingest.clock import JST
from ingest.stations import StationKind
from simulators.caption import write_caption
from simulators.chance import interpolated, share
from simulators.lens import through_the_lens
from simulators.scene import HD, Scene, Size
from simulators.scenery import HEIGHT_PX, STAFF_WIDTH_PX, STAFF_X_PX, WIDTH_PX, scenery, water_tone

JPEG_QUALITY = 78
STAFF_BOTTOM_PX = 330
STAFF_TOP_PX = dict.fromkeys(StationKind, 118) | {StationKind.UNDERPASS: 212}
"""Row of the upper end of the staff gauge; on a road a few decimetres are all there is to show."""
DAYLIGHT = ((0.0, 0.22), (5.0, 0.22), (7.0, 0.95), (9.0, 1.0), (15.5, 1.0), (18.5, 0.24), (24.0, 0.22))
"""Hour of the day in Japan → brightness."""
OFFSET_TIME_ORIGINAL = 0x9011


def still(scene: Scene, taken_at: datetime | None = None, size: Size = HD, quality: int = JPEG_QUALITY) -> bytes:
    """A JPEG of a size with its time in EXIF (``taken_at``, else the time of the scene); same arguments, same bytes."""
    picture = scenery(scene.kind, int(share(scene.camera_id, "view") * 1000)).copy()
    _draw_water(picture, scene)
    _draw_staff(picture, scene)
    picture = _darkened(picture, daylight(scene.at))
    _draw_rain(picture, scene)
    picture = through_the_lens(_posed(picture, scene), scene).resize(size, Image.Resampling.BICUBIC)
    write_caption(picture, scene)
    return _jpeg(picture, taken_at or scene.at, quality)


def _posed(picture: Image.Image, scene: Scene) -> Image.Image:
    pose = scene.pose
    right = pose.right_px - pose.pan_deg * WIDTH_PX / 60
    down = pose.down_px + pose.tilt_deg * WIDTH_PX / 60
    turned = picture.rotate(-pose.roll_deg, Image.Resampling.BILINEAR, translate=(round(right), round(down)))
    side = (1 - 1 / pose.zoom) / 2
    return turned.crop(
        (round(side * WIDTH_PX), round(side * HEIGHT_PX), round((1 - side) * WIDTH_PX), round((1 - side) * HEIGHT_PX))
    ).resize((WIDTH_PX, HEIGHT_PX))


def water_line_px(scene: Scene) -> int:
    """Row of the water's surface at the staff gauge, counted from the top of the picture."""
    return round(min(HEIGHT_PX - 2.0, max(80.0, _row(scene, scene.stage_m))))


def daylight(at: datetime) -> float:
    """Brightness at a time, 0 to 1, by the hour in Japan."""
    local = at.astimezone(JST)
    return interpolated(local.hour + local.minute / 60, DAYLIGHT)


def _row(scene: Scene, stage_m: float) -> float:
    ends = ((scene.bottom_m, float(STAFF_BOTTOM_PX)), (scene.top_m, float(STAFF_TOP_PX[scene.kind])))
    return interpolated(stage_m, ends)


def _draw_water(picture: Image.Image, scene: Scene) -> None:
    if scene.kind is StationKind.UNDERPASS and scene.stage_m < 0.01:
        return
    line = water_line_px(scene)
    box = (0, line, WIDTH_PX, HEIGHT_PX)
    surface = _surface(int(share(scene.camera_id, scene.at) * 8)).crop((0, 0, WIDTH_PX, HEIGHT_PX - line))
    mask = _water_mask(scene.kind).crop(box)
    picture.paste(surface, box, mask)
    _draw_foam(ImageDraw.Draw(picture), scene, line)


@lru_cache(maxsize=8)
def _surface(variant: int) -> Image.Image:
    """Muddy water with ripples that grow towards the viewer."""
    chance = random.Random(variant)
    picture = water_tone().copy()
    draw = ImageDraw.Draw(picture)
    for _ in range(420):
        depth = chance.random() ** 0.6
        x, y, half = chance.uniform(-20, WIDTH_PX), depth * 260, 6 + 34 * depth
        tone = chance.choice(((150, 132, 98), (96, 82, 58), (168, 152, 120)))
        draw.line((x - half, y, x, y - 1 - depth, x + half, y), fill=tone, width=1 + int(depth * 1.6))
    return picture.filter(ImageFilter.GaussianBlur(0.8))


@lru_cache(maxsize=8)
def _water_mask(kind: StationKind) -> Image.Image:
    """Where water can stand in the view: between the banks or walls."""
    mask = Image.new("L", (WIDTH_PX, HEIGHT_PX), 0)
    ImageDraw.Draw(mask).polygon(_basin(kind), fill=244 if kind is StationKind.UNDERPASS else 252)
    return mask


def _basin(kind: StationKind) -> list[tuple[int, int]]:
    """Outline of the space that fills, from the left bank's top clockwise."""
    if kind is StationKind.RIVER:
        return [(0, 96), (WIDTH_PX, 96), (WIDTH_PX, 250), (520, HEIGHT_PX), (120, HEIGHT_PX), (0, 250)]
    if kind is StationKind.RETENTION_POND:
        return [(0, 110), (WIDTH_PX, 110), (WIDTH_PX, 290), (580, HEIGHT_PX), (60, HEIGHT_PX), (0, 290)]
    if kind is StationKind.UNDERPASS:
        return [(70, 90), (570, 90), (640, 240), (640, HEIGHT_PX), (0, HEIGHT_PX), (0, 240)]
    return [(96, 90), (544, 90), (544, HEIGHT_PX), (96, HEIGHT_PX)]


def _draw_foam(draw: ImageDraw.ImageDraw, scene: Scene, line: int) -> None:
    chance = random.Random(f"{scene.camera_id} {scene.at.isoformat()}")
    for _ in range(14):
        x = chance.uniform(110, 530)
        draw.line((x, line + chance.uniform(1, 5), x + chance.uniform(8, 40), line + 3), fill=(196, 184, 158), width=1)


def _draw_staff(picture: Image.Image, scene: Scene) -> None:
    """The staff gauge (量水標): a white board, a mark each 0.1 m or coarser, red figures, the thresholds beside it."""
    draw = ImageDraw.Draw(picture)
    line = water_line_px(scene)
    left, right, top = STAFF_X_PX, STAFF_X_PX + STAFF_WIDTH_PX, STAFF_TOP_PX[scene.kind] - 8
    draw.rectangle((left - 2, top, right + 2, min(line, STAFF_BOTTOM_PX)), fill=(238, 238, 232))
    step_m = _step_m(scene.top_m - scene.bottom_m)
    first = math.ceil(scene.bottom_m / step_m)
    for index in range(first, math.floor(scene.top_m / step_m) + 1):
        row = _row(scene, index * step_m)
        if row < line - 1:
            _draw_mark(draw, row, index, step_m)
    for hazard, stage_m in scene.levels.items():
        row = _row(scene, stage_m)
        if top <= row < line:
            draw.polygon(((right + 4, row), (right + 14, row - 5), (right + 14, row + 5)), fill=_MARKS[hazard])


_MARKS = {1: (240, 240, 240), 2: (242, 231, 0), 3: (255, 40, 0), 4: (170, 0, 170), 5: (12, 0, 12)}


def _draw_mark(draw: ImageDraw.ImageDraw, row: float, index: int, step_m: float) -> None:
    left, right = STAFF_X_PX, STAFF_X_PX + STAFF_WIDTH_PX
    main = index % 5 == 0
    draw.rectangle((right - (14 if main else 8), row - 1, right, row + 1), fill=(20, 20, 20))
    if main:
        draw.text((left, row - 7), f"{index * step_m:.1f}", fill=(190, 10, 10), font=_font(13))


def _step_m(span_m: float) -> float:
    """Distance of the marks so that some twenty fit on the staff."""
    return next((step for step in (0.02, 0.05, 0.1, 0.2, 0.5) if span_m / step <= 26), 1.0)


def _darkened(picture: Image.Image, brightness: float) -> Image.Image:
    """Night takes the colour first, then the light; a lamp keeps the middle of the view readable."""
    if brightness >= 0.99:
        return picture
    grey = picture.convert("L").convert("RGB")
    dim = Image.blend(grey, picture, brightness)
    return ImageChops.multiply(dim, _lamp(round(brightness, 2)))


@lru_cache(maxsize=128)
def _lamp(brightness: float) -> Image.Image:
    glow = Image.radial_gradient("L").resize((WIDTH_PX, HEIGHT_PX))
    low, high = 255 * brightness, 255 * min(1.0, brightness + 0.42)
    light = glow.point([round(high + (low - high) * min(1.0, value / 170)) for value in range(256)])
    return Image.merge("RGB", (light, light, light))


def _draw_rain(picture: Image.Image, scene: Scene) -> None:
    chance = random.Random(f"rain {scene.camera_id} {scene.at.isoformat()}")
    tone = round(70 + 130 * daylight(scene.at))
    draw = ImageDraw.Draw(picture, "RGBA")
    for _ in range(min(260, round(3.2 * scene.weather.rain_mm_per_h))):
        x, y, length = chance.uniform(0, WIDTH_PX + 30), chance.uniform(-20, HEIGHT_PX), chance.uniform(10, 30)
        draw.line((x, y, x - 0.22 * length, y + length), fill=(tone, tone, tone + 15, 110), width=1)


@lru_cache(maxsize=4)
def _font(size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size_px)


def _jpeg(picture: Image.Image, taken_at: datetime, quality: int) -> bytes:
    local = taken_at.astimezone(JST)
    exif = Image.Exif()
    details = exif.get_ifd(IFD.Exif)
    details[Base.DateTimeOriginal] = local.strftime("%Y:%m:%d %H:%M:%S")
    details[OFFSET_TIME_ORIGINAL] = local.strftime("%z")[:3] + ":" + local.strftime("%z")[3:]
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, exif=exif)
    return out.getvalue()
