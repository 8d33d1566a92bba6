"""Pictures of every page for the documentation: ``python -m tests.story.pictures docs/screenshots [NAME …]``.

One night at a fixed time, so that they can be made anew whenever a page changes. With names only these are made.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor
from playwright.sync_api import Browser, Page

from dashboard.palette import COLOURS as HAZARD_COLOURS
from deploy.wiring import accounts
from ingest.stations import Registry
from simulators.faults import CameraFault, FaultPlan, demonstration_faults
from simulators.scene import SMALL as STILLS
from simulators.storm import Storm
from tests.story import scene
from tests.story.night import ORIGIN, Night, NightClock, night, of_a_real_city
from tests.story.screens import DESK, PHONE, Screen, at_the_time_of, browsing, screen, screen_of

MOST_COLOURS = 256
HAZARDS = tuple(ImageColor.getrgb(colour) for colour in HAZARD_COLOURS.values())
STILL_EVERY_S = 600.0
FROZEN = "fujii-minari-up"
FREEZES_AT = ORIGIN - timedelta(minutes=45)


def _as_it_is(page: Page) -> None:
    """Nothing is done before the picture."""


def _open_the_first_still(page: Page) -> None:
    page.locator("figure button").first.click()
    page.wait_for_timeout(1500)


@dataclass(frozen=True)
class Shot:
    """A picture: its name, which page, who looks, and what is done first. ``phone``: on one as well."""

    name: str
    address: str
    who: str = "operator"
    phone: bool = False
    before: Callable[[Page], None] = _as_it_is
    at: str = "staff"


SHOTS = (
    Shot("login", "/login?lang={language}", who="", phone=True),
    Shot("staff", "/", phone=True),
    Shot("wall", "/wall", who="viewer"),
    Shot("station", "/station/fujii-kinosho", phone=True),
    Shot("pumps", "/station/pump-takasu", phone=True),
    Shot("cameras", "/cameras", phone=True),
    Shot("cameras-still", "/cameras", before=_open_the_first_still),
    Shot("alerts", "/alerts", phone=True),
    Shot("alerts-incident", "/alerts/{incident_id}", phone=True),
    Shot("messages-list", "/messages", phone=True),
    Shot("messages-new", "/messages/new"),
    Shot("messages-draft", "/messages/{draft}", who="approver", phone=True),
    Shot("messages-out", "/messages/{message_id}", who="approver"),
    Shot("messages-clear", "/messages/{clear}", who="approver"),
    Shot("chronology", "/chronology", phone=True),
    Shot("handover", "/handover", phone=True),
    Shot("audit", "/audit", who="approver"),
    Shot("devices", "/devices", phone=True),
    Shot("health", "/health", phone=True),
    Shot("account", "/account?lang={language}", who="viewer"),
    Shot("accounts", "/accounts", who="admin"),
    Shot("public", "/", who="", phone=True, at="public"),
    Shot("public-station", "/stations/fujii-kinosho.html", who="", phone=True, at="public"),
    Shot("public-messages", "/messages.html", who="", phone=True, at="public"),
    Shot("public-cameras", "/cameras.html", who="", phone=True, at="public"),
    Shot("public-levels", "/levels.html", who="", phone=True, at="public"),
    Shot("public-places", "/places.html", who="", phone=True, at="public"),
    Shot("public-print", "/print.html", who="", at="public"),
    Shot("public-data", "/data.html", who="", at="public"),
    Shot("answers", "", who="", phone=True, at="answers"),
)


def devices_of_the_night(city: Registry, storm: Storm) -> FaultPlan:
    """Those of the demonstration, and a camera that has been frozen for a while."""
    frozen = {FROZEN: CameraFault(since=FREEZES_AT, picture="frozen")}
    return demonstration_faults(city, storm).with_cameras(frozen)


def fewer_stills(city: Registry) -> Registry:
    """Cameras that send a still every ten minutes: drawing them takes most of the time."""
    slow = {key: each.model_copy(update={"interval_s": STILL_EVERY_S}) for key, each in city.cameras.items()}
    return of_a_real_city(city.model_copy(update={"cameras": slow}))


@contextmanager
def evening() -> Iterator[tuple[Night, dict[str, str]]]:
    """The house in the middle of the storm, and what stands in the addresses."""
    begins_at = ORIGIN - timedelta(hours=7)
    clock = NightClock(begins_at)
    with tempfile.TemporaryDirectory() as folder, at_the_time_of_the_house(clock):
        plan, change = devices_of_the_night, fewer_stills
        with night(Path(folder), begins_at, faults=plan, change=change, size=STILLS, clock=clock) as made:
            yield made, _played(made)


def _played(made: Night) -> dict[str, str]:
    cameras = tuple(made.city.cameras)
    for _ in range(6):
        made.go_on(60)
        scene.breathe()
    made.go_on(58, cameras)
    scene.breathe()
    items = scene.play(made)
    made.go_on(9, cameras)
    made.show()
    scene.breathe()
    scene.eventually(lambda: not made.unseen(), 300)
    made.clock.hold()
    scene.breathe()
    return items


@contextmanager
def at_the_time_of_the_house(clock: NightClock) -> Iterator[None]:
    """The audit log and the sessions go by the machine's time: here by that of the night."""
    machine_time = accounts.machine_time  # type: ignore[attr-defined]
    accounts.machine_time = clock.now  # type: ignore[attr-defined]
    try:
        yield
    finally:
        accounts.machine_time = machine_time  # type: ignore[attr-defined]


def take(
    browser: Browser, made: Night, items: dict[str, str], shot: Shot, language: str, size: tuple[int, int]
) -> Image.Image:
    """One picture."""
    made.murmur()
    looking = _screen(browser, made, shot, language, size)
    page = looking.open(_address(shot, items, language))
    shot.before(page)
    page.wait_for_timeout(800)
    picture = Image.open(io.BytesIO(page.screenshot()))
    page.context.close()
    for fault in looking.faults:
        print(f"{shot.name} {language}: {fault}", file=sys.stderr)  # noqa: T201
    return picture


def _screen(browser: Browser, made: Night, shot: Shot, language: str, size: tuple[int, int]) -> Screen:
    if shot.who:
        return screen_of(browser, made, shot.who, size, language)
    base = {"staff": made.staff, "public": made.public, "answers": scene.link_to_answer(made)}[shot.at]
    looking = screen(browser, base, size, language)
    if shot.at == "public":
        at_the_time_of(looking.page.context, made.clock.now())
    return looking


def _address(shot: Shot, items: dict[str, str], language: str) -> str:
    address = shot.address.format(language=language, **items)
    below = language == "en" and "lang=" not in address and shot.at != "answers"
    return f"/en{address}" if below else address


def save(picture: Image.Image, file: Path) -> None:
    """With a palette: a third of the size, and nobody sees it. What a page is drawn in keeps its very colour, be there
    ever so little of it: those of hazard most of all."""
    plain = picture.convert("RGB")
    kept = [*HAZARDS, *_most_frequent(plain, MOST_COLOURS // 8)]
    rest = plain.quantize(MOST_COLOURS - len(kept), Image.Quantize.MEDIANCUT).getpalette() or []
    palette = np.array([*kept, *zip(rest[0::3], rest[1::3], rest[2::3], strict=True)], dtype=np.int32)
    reduced = Image.fromarray(_nearest(np.asarray(plain, dtype=np.int32), palette))
    reduced.putpalette(palette.astype(np.uint8).tobytes())
    reduced.save(file, optimize=True)


def _nearest(pixels: NDArray[np.int32], palette: NDArray[np.int32]) -> NDArray[np.uint8]:
    """The number of the nearest colour of the palette for each pixel; Pillow's own is a guess for speed."""
    packed = pixels @ np.array([1 << 16, 1 << 8, 1], dtype=np.int32)
    colours, places = np.unique(packed, return_inverse=True)
    parts = np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1)
    best = [np.argmin(((part - palette) ** 2).sum(axis=1)) for part in parts]
    return np.array(best, dtype=np.uint8)[places].reshape(packed.shape)


def _most_frequent(picture: Image.Image, count: int) -> list[tuple[int, ...]]:
    found = sorted(picture.getcolors(picture.width * picture.height) or [], reverse=True)
    return [colour for _, colour in found[:count] if isinstance(colour, tuple)]


def main(folder: Path, names: Sequence[str]) -> None:
    """All of them, or those that are named."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [each for each in SHOTS if not names or each.name in names]
    with browsing() as browser, evening() as (made, items):
        for language in ("ja", "en"):
            for shot in wanted:
                _both(browser, made, items, shot, language, folder)


def _both(browser: Browser, made: Night, items: dict[str, str], shot: Shot, language: str, folder: Path) -> None:
    save(take(browser, made, items, shot, language, DESK), folder / f"{shot.name}-{language}.png")
    if shot.phone:
        save(take(browser, made, items, shot, language, PHONE), folder / f"{shot.name}-{language}-phone.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
