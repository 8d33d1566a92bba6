"""Cameras asked over real sockets: their pictures are kept, their failures leave a trace, and none holds up another."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from ingest.cameras.condition import NO_HEARTBEAT, NO_STILL, condition
from ingest.messages import Refusal
from ingest.pull.book import Book
from ingest.pull.settings import CameraSettings, Credential
from ingest.pull.vain import Cause, Vain
from ingest.readings import CameraState
from ingest.store.stills import StillFolder
from simulators.http_camera import VIDEO, HttpCamera
from simulators.http_login import Login
from tests.brokers import free_port
from tests.ingest.asked_cameras import Turned, Watch, camera
from tests.ingest.cities import NOON
from tests.ingest.pictures import jpeg
from tests.ingest.stores import look_at_all

PASSWORD = "a-word-that-nobody-may-see"
CREDENTIALS = {"all": Credential(username="viewer", password=PASSWORD)}


class Scene:
    """A server whose cameras give another picture each time."""

    def __init__(self) -> None:
        self.clock = Turned()
        self.shots = 0
        self.still = False
        self.takes_s = 0.0
        self.server = HttpCamera(self.picture, self.clock.now, frame_every_s=0.05)

    def picture(self, _: str) -> bytes:
        self.shots += not self.still
        time.sleep(self.takes_s)
        return jpeg(self.shots)


@pytest.fixture
def scene() -> Iterator[Scene]:
    found = Scene()
    with found.server:
        yield found


def test_a_picture_that_was_fetched_is_kept_like_one_that_was_sent(scene: Scene, tmp_path: Path) -> None:
    with Watch(tmp_path, [camera("up", scene.server.url())], clock=scene.clock) as watch:
        watch.until(lambda: watch.stills("up"))
        still = watch.stills("up")[0]
        assert StillFolder(tmp_path / "stills").read(still.file) is not None
        assert NOON <= still.taken_at == still.received_at <= NOON + timedelta(seconds=61)
        assert not still.clock_suspect
        assert watch.latest("up").still_at == still.received_at
        assert watch.letters() == []


def test_a_camera_is_asked_once_a_minute_however_often_we_look(scene: Scene, tmp_path: Path) -> None:
    with Watch(tmp_path, [camera("up", scene.server.url())], clock=scene.clock) as watch:
        watch.until(lambda: watch.clock.at >= NOON + timedelta(minutes=10), step_s=5.0)
        watch.until(lambda: len(watch.stills("up")) >= 10, step_s=0)
        assert 10 <= scene.shots <= 11


def test_a_stream_of_pictures_serves_as_a_camera(scene: Scene, tmp_path: Path) -> None:
    with Watch(tmp_path, [camera("up", scene.server.url(file=VIDEO))], clock=scene.clock) as watch:
        watch.until(lambda: len(watch.stills("up")) >= 2)


@pytest.mark.parametrize(
    ("fault", "refusal", "cause"),
    [
        ("truncated", Refusal.UNREADABLE_IMAGE, Cause.NO_PICTURE),
        ("web_page", Refusal.UNREADABLE_IMAGE, Cause.NO_PICTURE),
        ("bomb", Refusal.OVERSIZED, Cause.OVERSIZED),
        ("never_ends", Refusal.NOT_FETCHED, Cause.OVERSIZED),
        ("redirects", Refusal.NOT_FETCHED, Cause.REDIRECTED),
        ("500", Refusal.NOT_FETCHED, Cause.BUSY),
        ("old", Refusal.NOT_FETCHED, Cause.OLD),
    ],
)
def test_each_failure_leaves_a_dead_letter_and_stands_beside_the_camera(
    scene: Scene, tmp_path: Path, fault: str, refusal: Refusal, cause: Cause
) -> None:
    url = scene.server.url(misbehave=fault)
    with Watch(tmp_path, [camera("up", url)], clock=scene.clock) as watch:
        watch.until(lambda: watch.asked("up"))
        letter = watch.letters()[0]
        asked = watch.asked("up")
        assert asked is not None
        assert (letter.reason, asked.cause) == (refusal, cause)
        assert letter.topic == "mizumori/v1/fujii/camera/up/still"
        assert letter.detail == asked.sentence
        assert watch.stills() == []


def test_a_camera_that_answers_and_gives_no_picture_is_degraded_and_says_why(scene: Scene, tmp_path: Path) -> None:
    each = camera("up", scene.server.url(misbehave="403"))
    with Watch(tmp_path, [each], clock=scene.clock) as watch:
        watch.until(lambda: watch.asked("up"))
        watch.clock.go(240)
        found = condition(each, watch.latest("up"), watch.clock.now())
        assert (found.state, found.reason, found.asked) == (CameraState.DEGRADED, NO_STILL, Cause.FORBIDDEN)


def test_a_camera_that_does_not_answer_any_more_is_offline_and_says_why(scene: Scene, tmp_path: Path) -> None:
    with Watch(tmp_path, [camera("up", scene.server.url())], clock=scene.clock) as watch:
        watch.until(lambda: watch.stills("up"))
        dead = camera("up", f"http://127.0.0.1:{free_port()}/")
        watch.cameras = [dead]
        watch.until(lambda: watch.asked("up"))
        watch.clock.go(240)
        found = condition(dead, watch.latest("up"), watch.clock.now())
        assert (found.state, found.reason, found.asked) == (CameraState.OFFLINE, NO_HEARTBEAT, Cause.NO_CONNECTION)


def test_a_camera_that_works_again_is_well_again(scene: Scene, tmp_path: Path) -> None:
    each = camera("up", scene.server.url())
    with Watch(tmp_path, [each], clock=scene.clock) as watch:
        scene.server.misbehave = "500"
        watch.until(lambda: (asked := watch.asked("up")) and asked.failures >= 3, step_s=5.0)
        scene.server.misbehave = ""
        watch.until(lambda: (asked := watch.asked("up")) and not asked.failures, step_s=5.0)
        look_at_all(watch.engine)
        found = condition(each, watch.latest("up"), watch.clock.now())
        assert (found.state, found.asked) == (CameraState.ONLINE, "")


def test_a_camera_that_fails_for_a_day_leaves_a_letter_an_hour() -> None:
    book, vain = Book(), Vain(Cause.BUSY, "it answered 500: it has trouble of its own")
    asked, letters, last = 0, 0, None
    for second in range(0, 86_400, 10):
        now = NOON + timedelta(seconds=second)
        book.adopt([camera("up", "http://127.0.0.1/")], {}, now)
        for each, _ in book.take_due(now):
            asked += 1
            book.vain(each.id, now, vain)
            book.ended(each.id, now, 0.1)
        news = book.take_news()
        letters += len(news.letters)
        last = news.requests.get("up", last)
    assert 24 <= letters <= 25
    assert 280 <= asked <= 292
    assert last is not None
    assert last.failures == asked
    assert last.failing_since is not None
    assert last.failing_since <= NOON + timedelta(minutes=1)


def test_a_file_that_nobody_renews_is_kept_once_and_then_refused(scene: Scene, tmp_path: Path) -> None:
    scene.server.headers = {"Last-Modified": format_datetime(NOON - timedelta(seconds=30), usegmt=True)}
    scene.still = True
    with Watch(tmp_path, [camera("up", scene.server.url())], clock=scene.clock) as watch:
        watch.until(watch.stills)
        assert abs(watch.stills()[0].taken_at - (NOON - timedelta(seconds=30))) <= timedelta(seconds=12)  # with steps
        watch.until(watch.letters, step_s=10.0)
        assert len(watch.stills()) == 1
        assert watch.letters()[0].detail.startswith("its file was last changed at 2026-07-01 11:5")
        assert watch.clock.at > NOON + timedelta(minutes=14)


def test_the_time_in_the_picture_counts_before_that_of_its_file(scene: Scene, tmp_path: Path) -> None:
    taken_at = NOON - timedelta(minutes=2)
    scene.server.picture = lambda _: jpeg(1, taken_at)
    scene.server.headers = {"Last-Modified": format_datetime(NOON - timedelta(minutes=1), usegmt=True)}
    with Watch(tmp_path, [camera("up", scene.server.url())], clock=scene.clock) as watch:
        watch.until(lambda: watch.stills("up"))
        assert watch.stills("up")[0].taken_at == taken_at


def test_slow_and_dead_cameras_hold_up_nobody(scene: Scene, tmp_path: Path) -> None:
    """Twenty cameras that never answer and ten that do: after their first minute the ten come as if they were alone."""
    hung = [camera(f"hung-{n}", scene.server.url(misbehave="silent")) for n in range(20)]
    well = [camera(f"well-{n}", scene.server.url()) for n in range(10)]
    settings = CameraSettings(timeout_s=0.25, workers=4)
    with Watch(tmp_path, [*hung, *well], settings, scene.clock) as watch:
        watch.until(lambda: len(watch.failing()) == len(hung))
        before = len(watch.stills())
        begun_s, begun = time.monotonic(), watch.clock.at
        watch.until(lambda: len(watch.stills()) >= before + 20, step_s=1.0)
        assert time.monotonic() - begun_s < 4.0
        assert watch.clock.at - begun <= timedelta(minutes=4)


def test_a_line_that_is_dead_from_the_beginning_holds_up_nobody(scene: Scene, tmp_path: Path) -> None:
    """Sixty cameras of which nobody knows yet that they are slow would take three threads 40 s of their 2 s each."""
    hung = [camera(f"hung-{n}", scene.server.url(misbehave="silent")) for n in range(60)]
    well = [camera(f"well-{n}", scene.server.url()) for n in range(10)]
    settings = CameraSettings(timeout_s=2.0, workers=4)
    with Watch(tmp_path, [*hung, *well], settings, scene.clock, quick_s=0.1) as watch:
        watch.until(lambda: {each.camera_id for each in watch.stills()} == {each.id for each in well})


def test_a_camera_that_is_merely_slow_gets_its_time(scene: Scene, tmp_path: Path) -> None:
    scene.takes_s = 0.5
    with Watch(tmp_path, [camera("up", scene.server.url())], clock=scene.clock, quick_s=0.2) as watch:
        watch.until(lambda: watch.stills("up"), step_s=0.1)
        assert watch.letters() == []
        assert scene.shots == 2


def test_a_camera_is_never_asked_twice_at_the_same_time(scene: Scene, tmp_path: Path) -> None:
    hung = camera("hung", scene.server.url(misbehave="silent"), interval_s=1.0)
    with Watch(tmp_path, [hung], CameraSettings(timeout_s=0.5), scene.clock) as watch:
        watch.until(lambda: scene.server.asked.total() >= 1)
        for _ in range(20):
            watch.puller.turn()
            watch.clock.go(5)
        assert scene.server.asked.total() == 1


def test_a_restart_asks_nobody_before_the_time(scene: Scene, tmp_path: Path) -> None:
    each = camera("up", scene.server.url(), interval_s=3600.0)
    with Watch(tmp_path, [each], clock=scene.clock) as watch:
        watch.until(lambda: watch.stills("up"))
        for _ in range(10):
            watch.restart()
            for _ in range(5):
                watch.puller.turn()
                watch.clock.go(1)
        assert scene.shots <= 2


def test_a_password_stands_nowhere_but_in_the_settings(
    scene: Scene, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    scene.server.login = Login("digest", "viewer", PASSWORD)
    good = camera("good", scene.server.url(), auth="digest", credential="all")
    bad = camera("bad", scene.server.url(misbehave="403") + "&token=hidden", auth="digest", credential="all")
    with Watch(tmp_path, [good, bad], CameraSettings(credentials=CREDENTIALS), scene.clock) as watch:
        watch.until(lambda: watch.stills("good") and watch.asked("bad"))
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("test.db*"))
    for secret in (PASSWORD, "hidden"):
        assert secret.encode() not in kept
        assert secret not in caplog.text
    assert PASSWORD not in repr(CameraSettings(credentials=CREDENTIALS))


def test_what_could_not_be_kept_is_kept_at_the_next_turn(
    scene: Scene, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Watch(tmp_path, [camera("up", scene.server.url())], clock=scene.clock) as watch:
        refusals = 0

        def keep(batch: object) -> None:
            nonlocal refusals
            refusals += 1
            if refusals < 3:
                raise OSError("the disk is full")
            real(batch)  # type: ignore[arg-type]

        real = watch.puller._keep
        watch.puller.to(keep)

        watch.until(lambda: watch.stills("up"))
        assert refusals == 3
        assert scene.shots == 1
        assert [each.levelname for each in caplog.records if "cannot write" in each.message] == ["ERROR"]
