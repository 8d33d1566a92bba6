"""Stills as a river camera would send them: water at a staff gauge, weather, night, and the camera's own clock."""

from __future__ import annotations

import io
from datetime import datetime

from PIL import Image, ImageStat
from PIL.ExifTags import IFD, Base

from ingest.clock import JST
from ingest.stations import StationKind
from simulators.caption import write_caption
from simulators.chance import between
from simulators.drawing.backdrop import sky
from simulators.drawing.lens import through_the_lens
from simulators.drawing.light import daylight, lit
from simulators.drawing.paints import plain
from simulators.drawing.places.place import staff_of
from simulators.drawing.sensor import noisy, vignetted
from simulators.drawing.staff import BOARD
from simulators.drawing.view import View, place_of, view_of
from simulators.drawing.water import Water, draw_water
from simulators.drawing.weather import dazzled, hazy, rained, swayed
from simulators.scene import HD, SMALL, Scene, Size

JPEG_QUALITY = 78
BOARD_MIDDLE = BOARD / 2
"""Of the width of staff and post."""
OFFSET_TIME_ORIGINAL = 0x9011
DRY_ROAD_M = 0.01
"""Below this stage an underpass is merely wet."""


def still(scene: Scene, taken_at: datetime | None = None, size: Size = HD, quality: int = JPEG_QUALITY) -> bytes:
    """A JPEG of a size with its time in EXIF (``taken_at``, else the time of the scene); same arguments, same bytes."""
    view = view_of(scene, size)
    picture = _place(view, scene)
    picture = dazzled(rained(hazy(lit(picture, scene, view), view, scene), scene), scene)
    picture = through_the_lens(_trembled(picture, scene), scene)
    picture = noisy(vignetted(picture), _gain(scene), _moment(scene))
    write_caption(picture, scene)
    return _jpeg(picture, taken_at or scene.at, quality)


def water_line_px(scene: Scene, size: Size = HD) -> float:
    """Row of the water's surface at the staff gauge, counted from the top of the picture."""
    share = (scene.stage_m - scene.bottom_m) / (scene.top_m - scene.bottom_m)
    return _on_staff_px(scene, size, BOARD_MIDDLE, share)[1]


def staff_px(scene: Scene, size: Size = HD) -> tuple[float, float, float, float]:
    """Left, upper, right and lower end of the board of the staff gauge in the picture, water or not."""
    left, top = _on_staff_px(scene, size, 0.0, 1.0)
    right, bottom = _on_staff_px(scene, size, 2 * BOARD_MIDDLE, 0.0)
    return left, top, right, bottom


def _on_staff_px(scene: Scene, size: Size, across: float, up: float) -> tuple[float, float]:
    """Where a point of the staff is seen, by its shares of width and height."""
    place, eye = place_of(scene)
    face = staff_of(place, plain((0, 0, 0)))
    column, row, _ = eye.project(face.corner + across * face.along + up * face.up, size)
    return column, row


def _place(view: View, scene: Scene) -> Image.Image:
    """The place in even daylight, with its water."""
    picture = swayed(view.picture, view, scene)
    seconds = scene.at.timestamp()
    heaven = sky(picture.size, scene.weather.cloud, seconds, view.seed)
    picture.paste(heaven, (0, 0), view.sky)
    if scene.kind is StationKind.UNDERPASS and scene.stage_m < DRY_ROAD_M:
        return picture
    share = (scene.stage_m - scene.bottom_m) / (scene.top_m - scene.bottom_m)
    rough = min(1.0, 0.25 + 0.5 * scene.weather.wind + scene.weather.rain_mm_per_h / 120)
    muddy = min(1.0, max(0.0, 0.1 + 1.3 * share))
    red, green, blue = ImageStat.Stat(heaven.reduce(8)).mean
    water = Water(_height_m(scene, view.place.rise_m), muddy, rough, seconds, (red, green, blue))
    draw_water(picture, view, water)
    return picture


def _height_m(scene: Scene, rise_m: float) -> float:
    """Height of the surface above the drawn bed."""
    return rise_m * (scene.stage_m - scene.bottom_m) / (scene.top_m - scene.bottom_m)


def _trembled(picture: Image.Image, scene: Scene) -> Image.Image:
    """Moved by whole pixels; at the rim the picture's own edge stays."""
    scale = picture.width / SMALL[0]
    right, down = round(scene.pose.right_px * scale), round(scene.pose.down_px * scale)
    if (right, down) == (0, 0):
        return picture
    moved = picture.copy()
    moved.paste(picture, (right, down))
    return moved


def _gain(scene: Scene) -> float:
    """How far the camera amplifies: by night, and when its iris stays shut."""
    return max(1 - daylight(scene.at), 1 - min(1.0, scene.lens.exposure)) * between(0.9, 1.0, _moment(scene))


def _moment(scene: Scene) -> str:
    return f"{scene.camera_id} {scene.seed} {scene.at.isoformat()}"


def _jpeg(picture: Image.Image, taken_at: datetime, quality: int) -> bytes:
    local = taken_at.astimezone(JST)
    exif = Image.Exif()
    details = exif.get_ifd(IFD.Exif)
    details[Base.DateTimeOriginal] = local.strftime("%Y:%m:%d %H:%M:%S")
    details[OFFSET_TIME_ORIGINAL] = local.strftime("%z")[:3] + ":" + local.strftime("%z")[3:]
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, exif=exif)
    return out.getvalue()
