"""Light: the sun by the real hour, clouds, dusk, the dark, lamps and headlights."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from functools import lru_cache

from PIL import Image, ImageChops

from simulators.chance import between
from simulators.drawing.view import DEPTH_UNIT_M, View
from simulators.scene import Lamp, Scene, Size

LATITUDE_DEG, LONGITUDE_DEG = 34.4, 133.2
"""Where all these cameras stand."""
DARK_BELOW_DEG, BRIGHT_ABOVE_DEG = -9.0, 6.0
"""Elevation of the sun at which the last light is gone, and from which on a camera evens out the rest."""
NIGHT_BLACK = 7
LAMP_REACH_M = {Lamp.LAMP: 26.0, Lamp.INFRARED: 32.0}


def sun_elevation_deg(at: datetime) -> float:
    """Height of the sun above the horizon, within a degree (declination and equation of time by their usual series)."""
    moment = at.astimezone(UTC)
    day = moment.timetuple().tm_yday
    hour = moment.hour + moment.minute / 60 + moment.second / 3600
    angle = 2 * math.pi * (day - 81) / 365
    equation_min = 9.87 * math.sin(2 * angle) - 7.53 * math.cos(angle) - 1.5 * math.sin(angle)
    declination = math.radians(23.44) * math.sin(angle)
    hour_angle = math.radians(15 * (hour + LONGITUDE_DEG / 15 + equation_min / 60 - 12))
    latitude = math.radians(LATITUDE_DEG)
    height = math.sin(latitude) * math.sin(declination)
    height += math.cos(latitude) * math.cos(declination) * math.cos(hour_angle)
    return math.degrees(math.asin(max(-1.0, min(1.0, height))))


def daylight(at: datetime) -> float:
    """Brightness at a time as a camera shows it: 0 at night, 1 by day, smooth in between."""
    share = (sun_elevation_deg(at) - DARK_BELOW_DEG) / (BRIGHT_ABOVE_DEG - DARK_BELOW_DEG)
    share = min(1.0, max(0.0, share))
    return share * share * (3 - 2 * share)


def passing_clouds(scene: Scene) -> float:
    """A factor near 1 that changes from minute to minute: most under a broken sky, slowly under a closed one."""
    minutes = scene.at.timestamp() / 60
    broken = 4 * scene.weather.cloud * (1 - scene.weather.cloud)
    first, now = math.floor(minutes / 2.5), minutes / 2.5
    part = (now - first) ** 2 * (3 - 2 * (now - first))
    low, high = (between(-1, 1, scene.station_id, number, "cloud") for number in (first, first + 1))
    return (1.04 - 0.26 * scene.weather.cloud) * (1 + (0.03 + 0.13 * broken) * (low + (high - low) * part))


def lit(picture: Image.Image, scene: Scene, view: View) -> Image.Image:
    """The picture in the light of its time, with the lamps that burn."""
    day = daylight(scene.at)
    if day > 0.995:
        return _toned(picture, passing_clouds(scene), (1.0, 1.0, 1.0))
    dusk = 4 * day * (1 - day)
    tone = (1 - 0.10 * dusk, 1 - 0.03 * dusk, 1 + 0.10 * dusk)
    seen = _toned(picture, passing_clouds(scene) * (0.03 + 0.97 * day), tone)
    if scene.lamp is not Lamp.NONE and day < 0.5:
        lamp = _by_lamp(picture, scene.lamp, view)
        seen = Image.blend(lamp, seen, min(1.0, 2 * day))
    seen = seen.point(_lifted(1 - day))
    if day < 0.6:
        seen = _with_street_lamps(seen, view, 1 - day / 0.6)
    if scene.weather.headlights > 0 and day < 0.8:
        seen = _with_headlights(seen, view, scene.weather.headlights, 1 - day)
    return seen


def _lifted(night: float) -> list[int]:
    """The sensor's black is not quite black when it amplifies."""
    return [min(255, value + round(NIGHT_BLACK * night)) for value in range(256)] * 3


def _toned(picture: Image.Image, light: float, tone: tuple[float, float, float]) -> Image.Image:
    """Brighter or darker, the highest lights softened."""
    tables: list[int] = []
    for channel in tone:
        for value in range(256):
            bright = value * light * channel
            tables.append(round(min(255.0, bright if bright < 200 else 200 + 55 * (1 - math.exp((200 - bright) / 55)))))
    return picture.point(tables)


def _by_lamp(picture: Image.Image, lamp: Lamp, view: View) -> Image.Image:
    """Lit from beside the camera: near things bright, far ones dark, without colour under infrared."""
    light = _lamp_light(lamp, view.depth.size)
    near = view.depth.point(_falloff(LAMP_REACH_M[lamp]))
    grey = picture.convert("L")
    if lamp is Lamp.INFRARED:
        grey = ImageChops.lighter(grey, view.leafy.point([round(0.55 * value) for value in range(256)]))
        shone = ImageChops.multiply(ImageChops.multiply(grey, near), light)
        return Image.merge("RGB", (shone, shone, shone))
    pale = Image.blend(Image.merge("RGB", (grey, grey, grey)), picture, 0.3)
    cone = ImageChops.multiply(near, light)
    tints = [cone.point([value * tint // 255 for value in range(256)]) for tint in (255, 240, 214)]
    return ImageChops.multiply(pale, Image.merge("RGB", tints))


def _falloff(reach_m: float) -> list[int]:
    """Depth as a view has it → light that comes back."""
    table = []
    for value in range(256):
        distance_m = -DEPTH_UNIT_M * math.log(max(1e-3, 1 - value / 255))
        table.append(round(min(255.0, 300 / (1 + (distance_m / reach_m) ** 2.4))) if value < 255 else 6)
    return table


@lru_cache(maxsize=4)
def _lamp_light(lamp: Lamp, size: Size) -> Image.Image:
    """The cone of the lamp: bright in the middle."""
    glow = Image.radial_gradient("L").resize(size, Image.Resampling.BICUBIC)
    edge = 0.25 if lamp is Lamp.INFRARED else 0.18
    return glow.point([round(255 * (edge + (1 - edge) * math.exp(-((value / 150) ** 2.2)))) for value in range(256)])


def _with_street_lamps(picture: Image.Image, view: View, strength: float) -> Image.Image:
    """Lamps far off, each with its glow and its long image in what is wet before it."""
    for place in view.place.lamps:
        x, y, depth_m = view.eye.project(place, picture.size)
        if depth_m > 1 and 0 < y < picture.height:
            radius = min(0.16, 1.1 / depth_m) * picture.width
            shine(picture, (x, y), (radius, radius), _dimmed((255, 214, 150), strength))
            shine(picture, (x, y + 2.4 * radius), (0.35 * radius, 2.0 * radius), _dimmed((88, 70, 44), strength))
            shine(picture, (x, y), (0.16 * radius, 0.16 * radius), _dimmed((255, 250, 236), strength))
    return picture


def _with_headlights(picture: Image.Image, view: View, share: float, strength: float) -> Image.Image:
    """A car on the road of the place: two lamps, and what they light up."""
    start, stop = view.place.road
    middle = start + share * (stop - start)
    x, y, depth_m = view.eye.project(middle, picture.size)
    if depth_m <= 2:
        return picture
    gap = 0.7 * view.eye.focal * picture.width / depth_m
    flare = min(0.34, 3.4 / depth_m) * picture.width
    shine(picture, (x, y + 0.3 * flare), (3.2 * flare, 1.6 * flare), _dimmed((92, 92, 84), strength))
    shine(picture, (x, y + 2.2 * flare), (0.5 * flare, 1.8 * flare), _dimmed((96, 94, 86), strength))
    for side in (-gap, gap):
        shine(picture, (x + side, y), (flare, flare), _dimmed((255, 250, 232), strength))
    return picture


def shine(
    picture: Image.Image, middle: tuple[float, float], radius: tuple[float, float], colour: tuple[int, int, int]
) -> None:
    """Add a soft light to a picture: a glow of two radii that is brightest in its middle."""
    left, top = round(middle[0] - radius[0]), round(middle[1] - radius[1])
    size = max(2, round(2 * radius[0])), max(2, round(2 * radius[1]))
    box = max(0, left), max(0, top), min(picture.width, left + size[0]), min(picture.height, top + size[1])
    if box[0] >= box[2] or box[1] >= box[3]:
        return
    inside = (box[0] - left, box[1] - top, box[2] - left, box[3] - top)
    scale = 256 / size[0], 256 / size[1]
    part = (inside[0] * scale[0], inside[1] * scale[1], inside[2] * scale[0], inside[3] * scale[1])
    glow = _glow().resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.BILINEAR, box=part)
    light = Image.merge("RGB", [glow.point([value * channel // 255 for value in range(256)]) for channel in colour])
    picture.paste(ImageChops.screen(picture.crop(box), light), box[:2])


@lru_cache(maxsize=1)
def _glow() -> Image.Image:
    """A bright core that falls off quickly and then slowly to nothing at the rim."""
    rim = Image.radial_gradient("L").point([min(255, round(value * 1.42)) for value in range(256)])
    return rim.point([round(255 * (1 - value / 255) ** 2.6) for value in range(256)])


def _dimmed(colour: tuple[int, int, int], strength: float) -> tuple[int, int, int]:
    red, green, blue = (round(channel * min(1.0, max(0.0, strength))) for channel in colour)
    return red, green, blue
