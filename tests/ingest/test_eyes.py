"""The eyes look at every still once, and nothing that a mask covers can be had from any public copy."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain, count, repeat
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import delete, update

from ingest.cameras.condition import CameraCondition, condition
from ingest.eyes import looking
from ingest.eyes.examiner import Closed, Examiner
from ingest.messages import Refusal
from ingest.readings import CameraState
from ingest.sight.examine import examine
from ingest.sight.look import PictureFault
from ingest.sight.masks import Masks
from ingest.sight.memory import Light, from_bytes
from ingest.sight.reference import known
from ingest.sight.tasks import Examined, Seen, Task
from ingest.stations import StationKind
from ingest.store import waiting
from ingest.store.dead_letters import DeadLetters, Wanted
from ingest.store.log import SqlLog
from ingest.store.protocol import Copy, Unavailable
from ingest.store.stills import StillFolder
from ingest.store.tables import camera_memory, stills, writing
from simulators.camera_faults import faulty
from simulators.cameras import still
from simulators.scene import SMALL, Scene
from tests.ingest.cities import LEVELS, NOON, small_city
from tests.ingest.eyes_city import City, through
from tests.ingest.whole_pictures import claiming, jpeg, noise

LEFT: Masks = (((0.0, 0.0), (0.4, 0.0), (0.4, 1.0), (0.0, 1.0)),)
RIGHT: Masks = (((0.6, 0.0), (1.0, 0.0), (1.0, 1.0), (0.6, 1.0)),)
RED, BLUE = (200, 30, 30), (30, 30, 200)


@pytest.fixture
def city(tmp_path: Path) -> City:
    """A fresh one."""
    return City(tmp_path)


def halves() -> bytes:
    """A picture red on its left and blue on its right."""
    picture = Image.new("RGB", (160, 96), BLUE)
    picture.paste(RED, (0, 0, 80, 96))
    return jpeg(picture)


def colours(data: bytes | None) -> set[str]:
    """Which of the two halves can be seen anywhere in a copy."""
    assert data is not None
    red, _, blue = Image.open(io.BytesIO(data)).convert("RGB").split()
    found = {"red": red, "blue": blue}
    return {name for name, band in found.items() if any(band.histogram()[150:])}


def public_files(city: City) -> list[Path]:
    """Every file from which a public copy could be had."""
    return [
        each
        for copy in (Copy.MASKED, Copy.MASKED_THUMB)
        for each in (city.root / f".{copy}").rglob("*")
        if each.is_file()
    ]


def test_a_still_is_looked_at_and_its_thumbnail_made_once(city: City) -> None:
    file = city.send(jpeg(noise(size=(640, 360))))
    eyes = city.eyes()
    assert (eyes.turn(), eyes.turn()) == (1, 0)
    assert city.shown() == file
    thumb = city.folder.read(file, Copy.THUMB)
    assert thumb is not None
    assert Image.open(io.BytesIO(thumb)).size == (320, 180)
    assert public_files(city) == []
    assert (eyes.counts.looks, eyes.counts.refused) == (1, 0)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (jpeg(noise())[:-700], Refusal.UNREADABLE_IMAGE),
        (claiming(50_000, 50_000), Refusal.OVERSIZED),
        (b"no picture", Refusal.UNREADABLE_IMAGE),
    ],
)
def test_a_picture_that_cannot_be_opened_becomes_a_dead_letter_and_its_file_is_removed(
    city: City, data: bytes, reason: Refusal
) -> None:
    good, bad = city.send(jpeg(noise())), city.send(data)
    city.eyes().turn()
    assert city.shown() == good
    assert city.letters() == [("mizumori/v1/fujii/camera/fujii-cam/still", reason)]
    assert city.folder.read(bad) is None
    assert [each for each in city.root.rglob("*") if bad.split("/")[-1].split(".")[0] in each.name] == []
    (letter,) = DeadLetters(city.engine).find(Wanted())
    assert letter.whole
    assert datetime.fromisoformat(letter.properties["taken_at"]) == NOON + timedelta(minutes=2)


def test_a_picture_that_we_could_not_examine_is_shown_to_nobody_but_kept_as_evidence(city: City) -> None:
    file = city.send(jpeg(noise()))
    city.eyes(lambda _: Examined(Refusal.UNEXPECTED, "it took more than 30 s")).turn()
    assert city.shown() is None
    assert city.folder.read(file) is not None
    assert [reason for _, reason in city.letters()] == [Refusal.UNEXPECTED]


def test_a_still_whose_file_is_gone_holds_nobody_up(city: City) -> None:
    city.folder.remove(city.send(jpeg(noise())))
    second = city.send(jpeg(noise()))
    assert city.eyes().turn() == 2
    assert city.shown() == second


class Cut(BaseException):
    """The process ends here."""


class CutFolder(StillFolder):
    """A folder at whose n-th write or removal the process ends, before or after it is done."""

    def __init__(self, root: Path, steps: Iterator[bool]) -> None:
        super().__init__(root)
        self._steps = steps

    def write(self, file: str, data: bytes, copy: Copy = Copy.WHOLE, masks: Masks | None = None) -> None:
        """As a folder does, or not at all."""
        self._step()
        super().write(file, data, copy, masks)
        self._step()

    def remove(self, file: str) -> None:
        """As a folder does, or not at all."""
        self._step()
        super().remove(file)
        self._step()

    def _step(self) -> None:
        if next(self._steps):
            raise Cut


def remembering(task: Task) -> Examined:
    """An examination whose memory counts the pictures: one that is looked at twice is counted twice."""
    return replace(examine(replace(task, place=None)), seen=Seen(True, memory=task.memory + b"."))


def outcome(city: City) -> tuple[list[Any], dict[str, bytes], list[tuple[str, str]]]:
    """Everything that the eyes leave behind."""
    with city.engine.connect() as connection:
        tables = [
            connection.exec_driver_sql(f"SELECT * FROM {name} ORDER BY 1").fetchall()
            for name in ("looks", "camera_latest", "camera_memory", "stills_waiting")
        ]
    files = {str(each.relative_to(city.root)): each.read_bytes() for each in city.root.rglob("*") if each.is_file()}
    return tables, files, city.letters()


@pytest.mark.parametrize("backlog", [False, True])
def test_whenever_the_eyes_are_cut_off_the_next_ones_bring_it_to_the_same_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, backlog: bool
) -> None:
    if backlog:
        monkeypatch.setattr(waiting, "MOST_IN_ORDER", 0)
        monkeypatch.setattr(looking, "MOST_PER_STEP", 2)
    whole = prepared(tmp_path / "whole")
    through(whole.eyes(remembering))
    wanted = outcome(whole)
    for cut_at in count(0, 2 if backlog else 1):
        city = prepared(tmp_path / f"cut-{cut_at}")
        try:
            through(city.eyes(remembering, CutFolder(city.root, chain(repeat(False, cut_at), [True]))))
        except Cut:
            through(city.eyes(remembering))
        else:
            break
        rows, files, letters = outcome(city)
        assert (rows, letters) == (wanted[0], wanted[2])
        assert files.items() >= wanted[1].items()
        # Where the end came before its file was removed: nobody is shown it, and age removes it.
        assert files.keys() - wanted[1].keys() <= {"fujii-cam/20260701/120200-2.jpg"}
    assert cut_at == 14  # seven writes and removals, before and after each


def prepared(folder: Path) -> City:
    """A public camera with a mask and three stills, one of them cut off."""
    folder.mkdir()
    city = City(folder)
    city.set_camera(public=True, masks=LEFT)
    for data in (halves(), halves()[:-300], jpeg(noise(3))):
        city.send(data)
    return city


def test_what_cannot_be_written_now_is_tried_again(city: City) -> None:
    file = city.send(jpeg(noise()))

    class Full(StillFolder):
        """A disk without room."""

        def write(self, *_: object, **__: object) -> None:
            """Never."""
            raise OSError(28, "no space left on device")

    with pytest.raises(OSError, match="no space"):
        city.eyes(folder=Full(city.root)).turn()
    assert city.shown() is None
    city.eyes().turn()
    assert city.shown() == file


def test_the_eyes_go_on_after_an_error_and_end_when_their_examiner_is_closed(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.eyes.looking.RETRY_S", 0.01)
    city.send(jpeg(noise()))
    errors: Iterator[Exception] = iter([Unavailable("locked"), ValueError("a fault of ours")])

    def examined(task: Task) -> Examined:
        for error in errors:
            raise error
        if city.shown():
            raise Closed
        return examine(task)

    thread = threading.Thread(target=city.eyes(examined).run, args=[threading.Event()])
    thread.start()
    until = threading.Event()
    for _ in range(100):
        if city.shown() or until.wait(0.05):
            break
    city.send(jpeg(noise()))
    thread.join(5)
    assert not thread.is_alive()
    assert city.looks.waiting().stills == 1


def test_masked_copies_are_made_for_public_cameras_and_for_those_with_masks_only(city: City) -> None:
    city.eyes().turn()
    cases: list[tuple[dict[str, Any], Masks | None]] = [
        ({}, None),
        ({"public": True}, ()),
        ({"masks": LEFT}, LEFT),
        ({"public": True, "masks": RIGHT}, RIGHT),
    ]
    for more, masks in cases:
        city.set_camera(**{"public": False, "masks": (), **more})
        file = city.send(halves())
        city.eyes().turn()
        for copy in (Copy.MASKED, Copy.MASKED_THUMB):
            if masks is None:
                assert city.folder.read(file, copy, ()) is None
            else:
                wanted = {"red", "blue"} - ({"red"} if masks == LEFT else {"blue"} if masks == RIGHT else set())
                assert colours(city.folder.read(file, copy, masks)) == wanted


def test_a_masked_copy_is_not_to_be_had_without_saying_which_masks(city: City) -> None:
    file = city.send(halves())
    with pytest.raises(ValueError, match="say with which masks"):
        city.folder.read(file, Copy.MASKED)


def test_nothing_that_a_new_mask_covers_can_be_had_from_any_public_file(city: City) -> None:
    city.set_camera(public=True)
    older, newest = city.send(halves()), city.send(halves())
    eyes = city.eyes()
    eyes.turn()
    assert colours(city.folder.read(newest, Copy.MASKED, ())) == {"red", "blue"}
    city.set_camera(public=True, masks=LEFT)
    for file in (older, newest):  # before the eyes took note: with the masks of today there is nothing to be had
        assert city.folder.read(file, Copy.MASKED, LEFT) is None
    eyes.turn()
    for copy in (Copy.MASKED, Copy.MASKED_THUMB):
        assert colours(city.folder.read(newest, copy, LEFT)) == {"blue"}
        assert city.folder.read(older, copy, LEFT) is None
    assert public_files(city)
    assert all("red" not in colours(each.read_bytes()) for each in public_files(city))


def test_masks_that_changed_while_no_eyes_ran_are_put_right_at_their_start(city: City) -> None:
    city.set_camera(public=True, masks=LEFT)
    file = city.send(halves())
    city.eyes().turn()
    city.set_camera(public=True, masks=RIGHT)
    city.eyes().turn()
    assert all(colours(each.read_bytes()) == {"red"} for each in public_files(city))
    assert city.folder.read(file, Copy.MASKED_THUMB, RIGHT) is not None


@pytest.mark.parametrize("how", ["private", "retired"])
def test_public_copies_go_when_a_camera_is_no_longer_public(city: City, how: str) -> None:
    city.set_camera(public=True)
    city.send(halves())
    city.eyes().turn()
    assert public_files(city)
    if how == "private":
        city.set_camera()
    else:
        city.retire_camera()
    city.eyes().turn()
    assert public_files(city) == []


def test_a_still_of_a_camera_that_was_retired_meanwhile_is_opened_and_not_judged(city: City) -> None:
    file = city.send(jpeg(noise()))
    city.retire_camera()
    asked: list[Task] = []

    def examined(task: Task) -> Examined:
        asked.append(task)
        return examine(task)

    city.eyes(examined).turn()
    assert city.shown() == file
    assert (asked[0].place, asked[0].masks) == (None, None)


def test_what_goes_with_a_still_is_what_the_registry_says_of_its_camera(city: City) -> None:
    from ingest.devices import Box

    city.set_camera(lit=True, masks=LEFT, clock_area=Box(left=0, top=0, right=1, bottom=0.1))
    city.send(jpeg(noise()))
    city.send(jpeg(noise()))
    asked: list[Task] = []

    def examined(task: Task) -> Examined:
        asked.append(task)
        return remembering(task)

    city.eyes(examined).turn()
    first = asked[0]
    assert (first.place, first.lit, first.masks, first.clock_area) == ((34.4, 133.0), True, LEFT, (0, 0, 1, 0.1))
    assert [each.memory for each in asked] == [b"", b"."]
    assert city.looks.remembered(["fujii-cam"])["fujii-cam"].memory == b".."


def test_a_memory_from_a_clock_that_was_set_back_since_gives_way(city: City) -> None:
    asked: list[Task] = []

    def examined(task: Task) -> Examined:
        asked.append(task)
        return remembering(task)

    eyes = city.eyes(examined)
    city.send(jpeg(noise()), NOON + timedelta(minutes=1000))  # dated by a clock that was fast
    city.send(jpeg(noise()))
    eyes.turn()
    city.send(jpeg(noise()))
    eyes.turn()
    assert [each.rewound for each in asked] == [False, True, False]


def test_a_late_still_does_not_rewind_what_a_clock_remembers_that_is_a_little_fast(city: City) -> None:
    asked: list[Task] = []

    def examined(task: Task) -> Examined:
        asked.append(task)
        return remembering(task)

    city.send(jpeg(noise()), NOON + timedelta(hours=1, minutes=4))  # the eyes look at one o'clock
    city.send(jpeg(noise()))
    city.eyes(examined).turn()
    assert [each.rewound for each in asked] == [False, False]


def test_a_still_chosen_as_the_normal_day_is_learned_once(city: City) -> None:
    city.send(jpeg(noise()))
    asked: list[Task] = []

    def examined(task: Task) -> Examined:
        asked.append(task)
        return remembering(task)

    eyes = city.eyes(examined)
    eyes.turn()
    latest = SqlLog(city.engine).cameras()["fujii-cam"].still
    assert latest is not None
    city.looks.choose(latest, "engineer")
    eyes.turn()
    eyes.turn()
    assert [each.learn for each in asked] == [False, True]
    assert city.looks.remembered(["fujii-cam"])["fujii-cam"].memory == b".."


def test_the_copies_go_with_their_still(city: City) -> None:
    city.set_camera(public=True, masks=LEFT)
    file = city.send(jpeg(noise()))
    city.eyes().turn()
    city.folder.remove(file)
    assert [each for each in city.root.rglob("*") if each.is_file()] == []


def test_a_still_that_was_too_old_before_it_was_looked_at_leaves_no_copies(city: City) -> None:
    city.send(jpeg(noise()))

    def examined(task: Task) -> Examined:
        with writing(city.engine) as connection:
            connection.execute(delete(stills))
        return examine(task)

    city.eyes(examined).turn()
    assert [each for each in city.root.rglob("*") if each.is_file()] == []


def test_with_the_real_process_bad_pictures_between_good_ones_change_nothing(city: City) -> None:
    examiner = Examiner()
    bad = [b"", b"\xff\xd8" * 50, claiming(50_000, 50_000), halves()[:500]]
    for data in bad:
        city.send(data)
        file = city.send(halves())
    eyes = city.eyes(examiner.examine)
    assert eyes.turn() == 8
    examiner.close()
    examiner.release()
    assert city.shown() == file
    assert (eyes.counts.looks, eyes.counts.refused, len(city.letters()), examiner.replaced) == (8, 4, 4, 0)


@pytest.mark.parametrize("fault", ["frozen", "covered"])
def test_a_camera_with_a_fault_is_degraded_by_the_third_still_with_it(city: City, fault: str) -> None:
    """Drawn stills through the real process: sound for an hour of its life, then faulty."""
    examiner = Examiner()
    eyes = city.eyes(examiner.examine)
    camera = small_city().cameras["fujii-cam"]
    start = NOON - timedelta(hours=10)  # eleven in the morning in Japan

    def seen(number: int, data: bytes) -> CameraCondition:
        city.send(data, start + timedelta(minutes=number))
        eyes.turn()
        return condition(camera, SqlLog(city.engine).cameras()["fujii-cam"], NOON + timedelta(minutes=number + 1))

    scenes = [
        Scene(StationKind.RIVER, "fujii", "fujii-cam", 1.5, 0.0, 5.0, LEVELS, start + timedelta(minutes=number))
        for number in range(15)
    ]
    sound = [seen(number, still(scenes[number], size=SMALL)) for number in range(12)]
    assert {each.reason for each in sound} == {""}
    bad = [seen(number, faulty(fault, scenes[number], scenes[11], size=SMALL, grade=1.0)) for number in (12, 13, 14)]
    examiner.close()
    examiner.release()
    assert bad[-1].state is CameraState.DEGRADED
    assert fault in bad[-1].faults
    assert bad[0].reason == ""


def test_a_fault_that_recognition_saw_is_in_the_look(city: City) -> None:
    city.send(jpeg(noise()))
    seen = Seen(
        True, frozenset({PictureFault.FROZEN}), frozenset({PictureFault.FROZEN}), {"alike": 0.99}, b"m", b"mini"
    )
    eyes = city.eyes(lambda task: replace(examine(task), seen=seen))
    eyes.turn()
    look = SqlLog(city.engine).cameras()["fujii-cam"].look
    assert look is not None
    assert (look.faults, look.seen, look.figures, look.miniature) == (seen.faults, seen.seen, {"alike": 0.99}, b"mini")
    assert eyes.counts.faulty == 1


def test_a_normal_day_that_was_chosen_is_learned_again_where_the_memory_cannot_be_read(city: City) -> None:
    """As after an upgrade that remembers in another way: what is learned by itself may be a view that is wrong."""
    eyes = city.eyes()
    city.send(jpeg(noise(size=(640, 360))))
    eyes.turn()
    latest = SqlLog(city.engine).cameras()["fujii-cam"].still
    assert latest is not None
    city.looks.choose(latest, "engineer")
    eyes.turn()
    with writing(city.engine) as connection:
        connection.execute(update(camera_memory).values(memory=b"another version"))
    city.send(jpeg(noise(1, size=(640, 360))))
    eyes.turn()
    assert [each.due for each in city.looks.chosen().values()] == [True]
    eyes.turn()
    memory, trouble = from_bytes(city.looks.remembered(["fujii-cam"])["fujii-cam"].memory)
    assert trouble == ""
    assert known(memory, Light.DAY) is not None
    assert [each.due for each in city.looks.chosen().values()] == [False]


def test_a_normal_day_that_cannot_be_learned_is_not_said_to_be_known(city: City) -> None:
    """A picture of so few pixels cannot be compared with any."""
    eyes = city.eyes()
    city.send(jpeg(noise(size=(100, 60))))
    eyes.turn()
    latest = SqlLog(city.engine).cameras()["fujii-cam"].still
    assert latest is not None
    city.looks.choose(latest, "engineer")
    eyes.turn()
    assert city.looks.chosen() == {}


def test_a_look_that_can_never_be_written_holds_up_no_other(city: City) -> None:
    def examined(task: Task) -> Examined:
        seen = Seen(True, figures={"broken": complex(1)}) if task.data == bad else Seen(True)  # type: ignore[dict-item]
        return replace(examine(replace(task, place=None)), seen=seen)

    bad = jpeg(noise(1))
    files = [city.send(each) for each in (jpeg(noise(0)), bad, jpeg(noise(2)))]
    eyes = city.eyes(examined)
    assert (eyes.turn(), eyes.turn()) == (3, 0)
    assert city.shown() == files[2]
    assert [each.look.usable for each in city.looks.newest("fujii-cam", 9)] == [True, False, True]
    assert city.folder.read(files[1]) is not None
    assert eyes.counts.looks == 3


@pytest.mark.parametrize("fault", [PictureFault.SHIFTED, PictureFault.COVERED])
def test_of_a_picture_whose_view_may_have_moved_nothing_masked_is_made_for_the_masks_may_not_fit(
    city: City, fault: PictureFault
) -> None:
    def moved(task: Task) -> Examined:
        return replace(examine(replace(task, place=None)), seen=Seen(True, seen=frozenset({fault})))

    city.set_camera(public=True, masks=LEFT)
    city.send(halves())
    city.eyes().turn()
    assert len(public_files(city)) == 2
    file = city.send(halves())
    city.eyes(moved).turn()
    city.eyes().turn()  # another start, which makes missing copies again
    assert city.shown() == file
    assert city.folder.read(file, Copy.THUMB) is not None
    assert not any(city.folder.has(file, each, LEFT) for each in (Copy.MASKED, Copy.MASKED_THUMB))
    city.set_camera(public=True, masks=())
    city.eyes().turn()
    assert city.folder.has(file, Copy.MASKED, ())
