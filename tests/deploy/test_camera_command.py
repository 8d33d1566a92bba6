"""``mizumori camera``: what an engineer sees of cameras and sets on them."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from deploy.__main__ import main
from deploy.settings import read_settings
from deploy.wiring.stores import Stores, open_stores
from ingest.clock import JST
from ingest.eyes.looking import Eyes
from ingest.readings import Still
from ingest.registry_files import to_toml
from ingest.sight.examine import examine
from ingest.sight.masking import COLOUR
from ingest.stations import Registry
from ingest.store.appender import SqlAppender
from ingest.store.looks import SqlLooks
from ingest.store.protocol import Batch
from ingest.store.viewpoints import SqlViewpoints
from tests.deploy.houses import CLOCK
from tests.ingest.cities import small_city
from tests.ingest.whole_pictures import jpeg, noise

TODAY = CLOCK.now().astimezone(JST).replace(hour=0, minute=0, second=0, microsecond=0)
NOON, NIGHT = TODAY - timedelta(hours=12), TODAY
LEFT = (((0.0, 0.0), (0.4, 0.0), (0.4, 1.0), (0.0, 1.0)),)
RIGHT = (((0.6, 0.0), (1.0, 0.0), (1.0, 1.0), (0.6, 1.0)),)


class Desk:
    """A data folder with a camera, and somebody who types commands on it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.environment = {"MIZUMORI_DATA_FOLDER": str(folder / "var")}
        self.stores: Stores = open_stores(read_settings(None, self.environment))
        self._capsys = capsys
        self.take(masks=LEFT)

    def city(self, **more: object) -> Registry:
        """The small city with its camera set like this."""
        city = small_city()
        camera = city.cameras["fujii-cam"].model_copy(update=more)
        return Registry.of(city.city, [*city.stations.values(), *city.gauges.values(), camera])

    def take(self, **more: object) -> None:
        """Import it."""
        self.stores.registry.apply(self.city(**more), CLOCK.now(), "test")

    def still(self, taken_at: datetime, data: bytes, **more: bool) -> str:
        """A still that was looked at."""
        file = f"fujii-cam/20260701/{taken_at:%d%H%M%S}.jpg"
        self.stores.stills.write(file, data)
        still = Still("fujii-cam", taken_at, CLOCK.now(), file, 160, 96, size_bytes=len(data), **more)
        SqlAppender(self.stores.database).append(Batch(stills=[still]))
        self.look()
        return file

    def look(self) -> None:
        """A turn of the eyes."""
        database = self.stores.database
        Eyes(SqlLooks(database), self.stores.stills, SqlViewpoints(database), examine, CLOCK).turn()

    def types(self, *words: str) -> tuple[int, str, str]:
        """A command: its exit status, what it says, what it complains of."""
        self._capsys.readouterr()
        status = main(["camera", *words], self.environment)
        return (status, *self._capsys.readouterr())


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    """A fresh one."""
    return Desk(tmp_path, capsys)


def test_every_camera_is_listed_with_its_condition_and_newest_still(desk: Desk) -> None:
    assert desk.types("list")[1].splitlines()[1].split()[:4] == ["fujii-cam", "fujii", "waiting", "awaited"]
    desk.still(NOON, jpeg(noise(size=(640, 360))))
    line = desk.types("list")[1].splitlines()[1]
    assert f"{NOON:%m-%d %H:%M}" in line
    assert line.split()[2] == "online"
    assert line.endswith("not learned yet")


def test_one_camera_is_shown_with_its_looks_and_figures(desk: Desk) -> None:
    good = desk.still(NOON, jpeg(noise(size=(640, 360))))
    bad = desk.still(NOON + timedelta(minutes=1), b"no picture")
    _, said, _ = desk.types("show", "fujii-cam")
    assert "figures" in said
    assert [line.split()[2] for line in said.splitlines() if ".jpg" in line] == [bad, good]
    assert "cannot be used: unreadable_image: not a whole JPEG or PNG" in said


def test_a_clock_that_stands_is_said(desk: Desk) -> None:
    desk.still(NOON, jpeg(noise(size=(640, 360))), clock_suspect=True, clock_stands=True)
    assert "clock stands still" in desk.types("list")[1].splitlines()[1]
    assert "clock       clock stands still" in desk.types("show", "fujii-cam")[1]


def test_a_still_becomes_the_normal_day_and_is_learned_at_the_next_turn(desk: Desk) -> None:
    file = desk.still(NOON, jpeg(noise(size=(640, 360))))
    desk.still(NIGHT, jpeg(noise(1, size=(640, 360))))
    status, said, _ = desk.types("reference", "fujii-cam", "--still", file, "--by", "engineer")
    assert (status, f"{file} is the normal day of fujii-cam now" in said) == (0, True)
    assert "by engineer (not learned yet)" in desk.types("list")[1]
    desk.look()
    assert desk.types("list")[1].splitlines()[1].endswith("by engineer")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["show", "fuji-cam"], "there is no camera fuji-cam in service; there are: fujii-cam"),
        (["reference", "fujii-cam", "--by", "engineer"], "was taken at night"),
        (["reference", "fujii-cam", "--by", "engineer", "--still", "x.jpg"], "has no still x.jpg that can be shown"),
        (["masks", "fujii-cam", "OUT", "--still", "x.jpg"], "has no still x.jpg that can be shown"),
    ],
)
def test_what_cannot_be_done_is_said_with_what_to_do_instead(
    desk: Desk, tmp_path: Path, words: list[str], complaint: str
) -> None:
    desk.still(NIGHT, jpeg(noise(size=(640, 360))))
    status, _, said = desk.types(*(str(tmp_path / "out.jpg") if word == "OUT" else word for word in words))
    assert status == 1
    assert complaint in said
    assert "Traceback" not in said


def test_a_dark_still_is_not_taken_for_the_normal_day_unless_it_is_named(desk: Desk) -> None:
    for minute in range(3):
        file = desk.still(NOON + timedelta(minutes=minute), jpeg(Image.new("RGB", (640, 360), (4, 4, 4))))
    status, _, said = desk.types("reference", "fujii-cam", "--by", "engineer")
    assert status == 1
    assert "dark" in said
    assert "name a good one with --still" in said
    assert desk.types("reference", "fujii-cam", "--by", "engineer", "--still", file)[0] == 0


def test_the_masks_of_a_camera_can_be_seen_before_residents_see_them(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "out.jpg"
    assert "no still of fujii-cam can be shown yet" in desk.types("masks", "fujii-cam", str(out))[2]
    desk.still(NOON, jpeg(Image.new("RGB", (640, 360), (20, 160, 20))))
    assert desk.types("masks", "fujii-cam", str(out))[0] == 0
    shown = Image.open(io.BytesIO(out.read_bytes()))
    assert near(shown.getpixel((100, 180)), COLOUR)
    assert near(shown.getpixel((600, 180)), (20, 160, 20))
    assert near(shown.getpixel((256, 180)), (255, 196, 0), 110)
    desk.take(masks=())
    assert "has no masks: add masks = " in desk.types("masks", "fujii-cam", str(out))[2]
    planned = tmp_path / "city.toml"
    planned.write_text(to_toml(desk.city(masks=RIGHT)), encoding="utf-8")
    assert desk.types("masks", "fujii-cam", str(out), "--registry", str(planned))[0] == 0
    assert near(Image.open(io.BytesIO(out.read_bytes())).getpixel((600, 180)), COLOUR)


def near(pixel: object, colour: tuple[int, int, int], within: int = 12) -> bool:
    """Whether a pixel has about a colour."""
    assert isinstance(pixel, tuple)
    return all(abs(one - other) <= within for one, other in zip(pixel, colour, strict=True))
