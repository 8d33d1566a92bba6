"""The vocabulary of devices beside gauges: cameras, pumps and gates. Frozen values of the registry."""

from __future__ import annotations

from typing import Annotated, Literal, Self, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from ingest.naming import Frozen, Identifier, Metres, Names

Share = Annotated[float, Field(ge=0, le=1)]
"""Of the width or the height of a picture, from its upper left corner."""
Point: TypeAlias = tuple[Share, Share]


def _has_an_area(points: tuple[Point, ...]) -> tuple[Point, ...]:
    if len(points) < 3:
        raise ValueError("a mask needs three points or more, each [x, y] as shares of width and height")
    if _crosses_itself(points):
        raise ValueError("the outline of a mask must not cross itself: write its corners in their order round the area")
    return points


def _crosses_itself(points: tuple[Point, ...]) -> bool:
    """Whether two sides of a polygon cross: then what lies inside is not what was meant."""
    sides = list(zip(points, (*points[1:], points[0]), strict=True))
    return any(_cross(*one, *other) for number, one in enumerate(sides) for other in sides[number + 2 :])


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether the lines from a to b and from c to d cross, other than by touching."""
    return _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0


def _turn(a: Point, b: Point, c: Point) -> float:
    """Above 0 where c lies to one side of the line from a to b, below 0 to the other, 0 on it."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


Polygon = Annotated[tuple[Point, ...], AfterValidator(_has_an_area)]
"""Points in order; the last is joined to the first."""


class Box(Frozen):
    """A rectangle of a picture, as shares of its width and height."""

    left: Share
    top: Share
    right: Share
    bottom: Share

    @model_validator(mode="after")
    def _has_an_area(self) -> Self:
        if self.left >= self.right or self.top >= self.bottom:
            raise ValueError("left must be less than right, and top less than bottom")
        return self


def _web_address(url: str) -> str:
    """An address without user and password: these would be exported and logged with it."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError as error:
        raise ValueError(f"this is no web address ({error}): write http:// or https://, host and path") from error
    if parts.scheme not in ("http", "https") or not host or not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError("this is no web address: write http:// or https://, host and path, in plain letters")
    if parts.username is not None or parts.password is not None:
        raise ValueError(
            "take user and password out of the address: name them in `credential` and write them in the settings "
            "under [cameras.credentials.NAME]"
        )
    return url


WebAddress = Annotated[str, Field(max_length=500), AfterValidator(_web_address)]


class Pull(Frozen):
    """How a still is fetched from a camera that does not send by itself.

    ``credential`` names user and password in the settings; they are no part of the registry.
    """

    url: WebAddress
    auth: Literal["none", "basic", "digest"] = "none"
    credential: str = Field(default="", pattern=r"^[a-z0-9_-]{0,64}$")

    @model_validator(mode="after")
    def _names_its_credential(self) -> Self:
        if (self.auth == "none") == bool(self.credential):
            raise ValueError(
                'auth = "basic" or "digest" goes together with `credential`, the name of one in the settings'
            )
        return self


class Live(Frozen):
    """Where staff see a camera live: an HLS playlist, an MJPEG stream, or a page of its own."""

    kind: Literal["hls", "mjpeg", "page"]
    url: WebAddress


class Camera(Frozen):
    """A camera of a station; ``interval_s`` is the time between stills.

    ``heartbeat_s`` is the time between its words about itself, where it sends these more often or more seldom.
    ``public``: residents may see its pictures, in a copy without what lies in ``masks`` (polygons of what is private).
    ``lit``: it has light of its own, so that a dark picture is a fault by night as well. ``clock_area`` is where it
    writes the time into its pictures. ``pull``: its stills are fetched; else it sends them.
    """

    id: Identifier
    station_id: Identifier
    name: Names | None = None
    interval_s: float = Field(default=300.0, gt=0)
    heartbeat_s: float | None = Field(default=None, gt=0)
    public: bool = False
    lit: bool = False
    masks: tuple[Polygon, ...] = ()
    clock_area: Box | None = None
    pull: Pull | None = None
    live: Live | None = None


class Pump(Frozen):
    """A pump of a station. ``interval_s`` is the time between its reports.

    ``start_m`` is the stage of the inner gauge from which it should run; without one it should where that gauge reaches
    its lowest threshold, and any other pump may do its work.
    """

    id: Identifier
    station_id: Identifier
    name: Names | None = None
    interval_s: float = Field(default=60.0, gt=0)
    start_m: Metres | None = None
    capacity_m3_per_s: float | None = Field(default=None, gt=0)


class Gate(Frozen):
    """A gate or sluice of a station. ``interval_s`` is the time between its reports."""

    id: Identifier
    station_id: Identifier
    name: Names | None = None
    interval_s: float = Field(default=60.0, gt=0)
