"""How long stills are kept, and how much of the disk they may have: evidence and the last of each camera always."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update

from deploy.monitor.signs import State
from deploy.monitor.stills_probe import StillsProbe
from deploy.settings import SettingsError, read_settings
from ingest.inbox import Arrived
from ingest.lanes import lane_of_stills
from ingest.readings import CameraReport, CameraState, Still
from ingest.store import housekeeping
from ingest.store.appender import SqlAppender
from ingest.store.housekeeping import make_room, prune
from ingest.store.log import SqlLog
from ingest.store.past.locks import Locked, Said, lock
from ingest.store.protocol import Batch
from ingest.store.room import Room, WithRoom
from ingest.store.still_sweep import Sweep
from ingest.store.stills import StillFolder
from ingest.store.tables import camera_memory, looks, stills, writing
from tests.ingest.camera_files import jpeg, scene
from tests.ingest.cities import NOON, message
from tests.ingest.mqtt_parts import still_receiver
from tests.ingest.stores import database, look_at_all, newest_letters

MINUTE = timedelta(minutes=1)
SIZE = 1_000


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = database(tmp_path)
    yield made
    made.dispose()


@pytest.fixture
def folder(tmp_path: Path) -> StillFolder:
    return StillFolder(tmp_path / "stills")


def taken(engine: Engine, folder: StillFolder, count: int, camera: str = "cam", start: int = 0) -> list[str]:
    """So many stills of a kilobyte, one a minute, looked at; their files."""
    made = []
    for number in range(start, start + count):
        at = NOON + number * MINUTE
        file = f"{camera}/{at:%Y%m%d}/{at:%H%M%S}-{number:012x}.jpg"
        folder.write(file, bytes(SIZE))
        made.append(Still(camera, at, at, file, 64, 48, size_bytes=SIZE))
    SqlAppender(engine).append(Batch(stills=made))
    look_at_all(engine)
    return [each.file for each in made]


def copied(root: Path, file: str) -> list[Path]:
    """A thumbnail and a masked copy of a kilobyte, in the two ways in which copies lie beside the stills."""
    camera, _, name = file.partition("/")
    copies = [(root / ".thumb" / file), (root / ".masked" / camera / "0123456789abcdef" / name)]
    for each in copies:
        each.parent.mkdir(parents=True, exist_ok=True)
        each.write_bytes(bytes(SIZE))
    return copies


def left(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(select(stills.c.file).order_by(stills.c.seq)))


def evidence(engine: Engine, camera: str, since: int, until: int) -> None:
    with writing(engine) as connection:
        span = (NOON + since * MINUTE, NOON + until * MINUTE)
        lock(connection, Locked(camera_ids=[camera]), *span, Said("incident 1", "flood", NOON))


def test_beyond_their_size_the_oldest_go_with_their_looks_and_files(engine: Engine, folder: StillFolder) -> None:
    files = taken(engine, folder, 20)
    assert make_room(engine, 12 * SIZE, folder) == 8 * SIZE
    assert left(engine) == files[8:]
    assert [folder.read(each) is None for each in files] == [True] * 8 + [False] * 12
    with engine.connect() as connection:
        assert len(connection.execute(select(looks)).all()) == 12
    assert make_room(engine, 12 * SIZE, folder) == 0


def test_of_stills_whose_size_is_not_known_yet_no_more_go_than_must(engine: Engine, folder: StillFolder) -> None:
    """Those of a former version."""
    files = taken(engine, folder, 20)
    with writing(engine) as connection:
        connection.execute(update(stills).values(size_bytes=0))
    files += taken(engine, folder, 5, start=20)
    make_room(engine, 20 * SIZE, folder)
    assert left(engine) == files[5:]


def test_what_becomes_evidence_while_the_oldest_are_looked_for_stays(
    engine: Engine, folder: StillFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = taken(engine, folder, 10)
    look_for = housekeeping._removable

    def and_an_incident_begins(*asked: Any) -> list[housekeeping.Old]:
        found = look_for(*asked)
        evidence(engine, "cam", 0, 3)
        return found

    monkeypatch.setattr(housekeeping, "_removable", and_an_incident_begins)
    assert prune(engine, NOON + 6 * MINUTE, folder.remove) == 2
    assert left(engine) == [*files[:4], *files[6:]]
    assert folder.read(files[0]) is not None


def test_copies_count_and_go_with_their_still(engine: Engine, folder: StillFolder, tmp_path: Path) -> None:
    files = taken(engine, folder, 20)
    copies = [copied(tmp_path / "stills", each) for each in files]
    assert folder.kept_bytes(files[0]) == 3 * SIZE
    make_room(engine, 30 * SIZE, folder)
    assert left(engine) == files[10:]
    assert [any(each.exists() for each in both) for both in copies] == [False] * 10 + [True] * 10


def test_evidence_the_newest_the_shown_and_the_normal_day_stay_whatever_they_take(
    engine: Engine, folder: StillFolder, caplog: pytest.LogCaptureFixture
) -> None:
    files = taken(engine, folder, 20)
    others = taken(engine, folder, 3, camera="other")
    evidence(engine, "cam", 5, 7)
    with writing(engine) as connection:
        connection.execute(
            insert(camera_memory).values(
                {column.name: {"camera_id": "cam", "memory": b"", "changed_at": NOON, "reference_file": files[2],
                               "reference_by": "duty", "reference_at": NOON, "reference_due": False}.get(column.name)
                 for column in camera_memory.columns}
            )
        )  # fmt: skip
    make_room(engine, 1, folder)
    assert left(engine) == [files[2], *files[5:8], files[19], others[2]]
    assert "evidence alone takes more than the stills may" in caplog.text
    assert SqlLog(engine).cameras()["other"].still is not None
    prune(engine, NOON + timedelta(days=400), folder.remove)
    assert left(engine) == [files[2], *files[5:8], files[19], others[2]]


def test_the_newest_report_that_is_shown_stays_also_where_a_late_one_came_after_it(engine: Engine) -> None:
    now = CameraReport("cam", CameraState.DEGRADED, NOON, NOON, "now")
    late = CameraReport("cam", CameraState.ONLINE, NOON - 10 * MINUTE, NOON + MINUTE, "late")
    for each in (now, late):
        SqlAppender(engine).append(Batch(reports=[each]))
    prune(engine, NOON + timedelta(days=400), lambda _: None)
    latest = SqlLog(engine).cameras()["cam"].report
    assert latest is not None
    assert latest.reason == "now"


def test_a_row_without_its_file_is_no_longer_kept_for_whoever_asks_and_goes_with_its_days(
    engine: Engine, folder: StillFolder, tmp_path: Path
) -> None:
    files = taken(engine, folder, 3)
    (tmp_path / "stills" / files[0]).unlink()
    assert folder.read(files[0]) is None
    assert make_room(engine, 2 * SIZE, folder) == SIZE
    assert left(engine) == files[1:]


def aged(file: Path, hours: float) -> Path:
    """A file that was written so long ago."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        file.write_bytes(b"x")
    then = time.time() - hours * 3600
    os.utime(file, (then, then))
    return file


def test_files_without_a_row_go_when_they_are_an_hour_old(engine: Engine, folder: StillFolder, tmp_path: Path) -> None:
    root, now = tmp_path / "stills", datetime.now(UTC)
    known = taken(engine, folder, 2)
    copies = [aged(each, 5) for each in copied(root, known[0])]
    for each in known:
        aged(root / each, 5)
    day = root / "cam" / "20260701"
    stray = [aged(day / "235959-ffffffffffff.jpg", 2), aged(day / "a.jpg.140.partial", 2)]
    stray += [aged(root / ".thumb" / "gone" / "20260630" / "120000-aaaaaaaaaaaa.jpg", 2)]
    stray += [aged(root / ".masked" / "cam" / "0123456789abcdef" / "20260701" / "120000-bbbbbbbbbbbb.jpg", 2)]
    young = [aged(day / "235958-ffffffffffff.jpg", 0.5), aged(day / "b.partial", 0.5)]
    foreign = aged(root / "README", 900)
    sweep = Sweep(engine, root)
    assert sweep.turn(now) == 0  # it has not begun
    assert sum(sweep.turn(now, folders=1) for _ in range(40)) == len(stray)
    assert not any(each.exists() for each in stray)
    assert all(each.exists() for each in (*young, *copies, foreign, *(root / each for each in known)))
    assert not (root / ".thumb" / "gone" / "20260630").exists()


def test_a_sweep_of_a_folder_that_is_not_there_finds_nothing(engine: Engine, tmp_path: Path) -> None:
    sweep = Sweep(engine, tmp_path / "none")
    assert [sweep.turn(NOON), sweep.turn(NOON)] == [0, 0]


def test_with_too_little_free_pictures_are_refused_and_say_why(engine: Engine, tmp_path: Path) -> None:
    room = Room(tmp_path / "stills", 10**15)
    images = WithRoom(StillFolder(tmp_path / "stills"), room)
    worker, acknowledged = still_receiver(engine, tmp_path, lane_of_stills(), images), list[bool]()
    picture = message("mizumori/v1/fujii/camera/fujii-cam/still", jpeg(scene(64, 48)))
    worker.keep([Arrived(picture, lambda: acknowledged.append(True))])
    letter = newest_letters(engine)[0]
    assert letter.reason == "unwritable"
    assert "cameras.free_gb = 1e+06" in letter.detail
    assert (acknowledged, left(engine)) == ([True], [])
    assert not (tmp_path / "stills").exists()


def test_with_enough_free_they_are_taken(tmp_path: Path) -> None:
    folder = StillFolder(tmp_path / "stills")
    WithRoom(folder, Room(tmp_path / "stills", 0)).write("cam/20260701/120000-aa.jpg", b"x")
    assert folder.read("cam/20260701/120000-aa.jpg") == b"x"
    assert Room(tmp_path, 0).lacks() == ""


def test_what_was_set_for_the_stills_before_says_where_it_is_now() -> None:
    with pytest.raises(SettingsError, match=r"write cameras\.kept_days"):
        read_settings(None, {"MIZUMORI_INGEST__STILLS_KEPT_DAYS": "3"})
    found = read_settings(None, {"MIZUMORI_CAMERAS__KEPT_GB": "0.5", "MIZUMORI_CAMERAS__KEPT_DAYS": "3"}).cameras
    assert (found.most_bytes, found.kept, found.least_free_bytes) == (500_000_000, timedelta(days=3), 2_000_000_000)


def test_staff_hear_that_no_still_is_taken(tmp_path: Path) -> None:
    checks = [next(iter(StillsProbe(Room(tmp_path, least)).checks())) for least in (0, 10**15)]
    assert [each.state for each in checks] == [State.OK, State.DEGRADED]
    assert "make room" in checks[1].sentence
