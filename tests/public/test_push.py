"""The copy of the site on another host is whole, honest and without what was withdrawn, whatever happens on the way."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dashboard.public import files
from dashboard.public.push import MARK, Push
from dashboard.public.push_settings import PushSettings
from dashboard.public.rsync import Interrupted, PushError
from deploy.drills import drill_house
from deploy.monitor.signs import State
from deploy.settings import Settings, SettingsError, read_settings
from deploy.wiring.push import PushService, check_copies, push_services
from ingest.pulse import Fault
from tests.parts import program
from tests.public.fakes import Site

PICTURE, OTHER = "pictures/cam.1111.jpg", "pictures/cam.2222.jpg"
PAGES = 10
OF_PICTURES, OF_ASSETS, OF_PAGES, OF_FRESHNESS = 2, 3, 4, 5
"""The connections of one copy by their numbers; the first only looks."""


@dataclass
class Copy:
    """A site of files, and a folder that it is copied to as if over ssh: ``way`` is what lies between them.

    ``way`` is a shell script that gets the number of the connection as ``$N`` and runs the other side's rsync with
    ``"$@"``.
    """

    folder: Path
    limit_s: float = 20.0
    way: str = 'exec "$@"'
    never: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        program("rsync")
        self.site, self.there = self.folder / "site", self.folder / "there"
        self.there.mkdir(parents=True)
        (self.there / MARK).touch()
        self._count = self.folder / "count"
        shell = self.folder / "way.sh"
        shell.write_text(
            f"shift\necho x >> {self._count}\nN=$(wc -l < {self._count})\n. {self.folder}/way\n", encoding="utf-8"
        )
        self.settings = PushSettings(targets=(f"far:{self.there}",), shell=f"sh {shell}", limit_s=self.limit_s)
        self.push = Push(self.site, self.settings.targets[0], self.settings)

    def publish(self, edition: int, *pictures: str) -> None:
        """Write an edition as the publisher does: pictures that must go first, the freshness last."""
        for old in (self.site / "pictures").glob("*.jpg"):
            if f"pictures/{old.name}" not in pictures:
                old.unlink()
        with files.Batch(self.site, PAGES) as batch:
            for each in pictures:
                batch.put(each, each.encode() * 500)
            for n in range(PAGES):
                batch.put(f"stations/s{n}.html", f"<p>edition {edition}</p>".encode() + os.urandom(2000))
            batch.put("freshness.json", f"edition {edition}".encode())

    def turn(self, way: str = 'exec "$@"') -> bool:
        """One turn over this way."""
        self._count.write_text("")
        (self.folder / "way").write_text(way, encoding="utf-8")
        return self.push.turn(self.never)

    def editions(self) -> set[str]:
        """The editions of the pages there; a half page fails."""
        found = set()
        for page in (self.there / "stations").glob("*.html"):
            body = page.read_bytes()
            head, _, rest = body.partition(b"</p>")
            assert len(rest) == 2000, f"{page.name} is half a page"
            found.add(head.decode().removeprefix("<p>"))
        return found

    @property
    def freshness(self) -> str:
        """What the copy says of its age."""
        return (self.there / "freshness.json").read_text()


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


def tree(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file below a folder with its content and the second of its time."""
    return {
        each.relative_to(folder).as_posix(): (each.read_bytes(), int(each.stat().st_mtime))
        for each in folder.rglob("*")
        if each.is_file() and each.name != MARK
    }


def cut_off(connection: int, after_bytes: int) -> str:
    """In this connection, let so much through, then end the other side as a power failure does."""
    through = f'setsid "$@" < way.$$ & R=$!; dd bs=1 count={after_bytes} status=none > way.$$'
    return f"[ $N = {connection} ] && {{ cd ${{0%/*}}; mkfifo way.$$; {through}; kill -9 -- -$R; exit 1; }}"


def told(check: Callable[[], object]) -> str:
    with pytest.raises(PushError) as caught:
        check()
    return str(caught.value)


def test_a_copy_is_the_site_file_by_file_with_its_times_and_smaller_forms(tmp_path: Path) -> None:
    program("rsync")
    site, there = Site(tmp_path / "site"), tmp_path / "there"
    there.mkdir()
    (there / MARK).touch()
    (there / "old.html").write_text("of the last year")
    (there / ".index.html.Xy12").write_text("half, of a crash")
    site.publish()
    push, never = Push(site.folder, str(there), PushSettings()), threading.Event()
    assert push.turn(never)
    assert tree(there) == tree(site.folder)
    assert any(name.endswith(".br") for name in tree(there))
    assert not push.turn(never)  # nothing new


def test_each_new_edition_is_brought_and_only_once(copy: Copy) -> None:
    copy.publish(1, PICTURE)
    assert copy.turn()
    copy.publish(2, OTHER)
    assert copy.turn()
    assert tree(copy.there) == tree(copy.site)
    assert copy.push.state().carried == 2
    assert copy.push.state().behind_s == 0
    assert not copy.turn()


def test_a_folder_without_the_mark_is_left_alone(copy: Copy) -> None:
    copy.publish(1)
    (copy.there / MARK).unlink()
    (copy.there / "somebody's.txt").write_text("work of years")
    assert MARK in told(copy.turn)
    assert [each.name for each in copy.there.iterdir()] == ["somebody's.txt"]


def test_an_empty_site_deletes_nothing_there(copy: Copy) -> None:
    copy.publish(1)
    copy.turn()
    (copy.site / "freshness.json").unlink()
    assert not copy.turn()
    assert copy.editions() == {"edition 1"}


def test_a_picture_that_was_withdrawn_goes_before_anything_else_comes(copy: Copy) -> None:
    copy.publish(1, PICTURE)
    copy.turn()
    (copy.there / "pictures" / ".cam.1111.jpg.Xy12").write_text("half of it, left by a crash")
    copy.publish(2, OTHER)
    seen = copy.folder / "seen"
    copy.turn(f'ls -A {copy.there}/pictures > {seen}.$N; cat {copy.there}/freshness.json >> {seen}.$N; exec "$@"')
    after_the_first_step = Path(f"{seen}.{OF_ASSETS}").read_text()
    assert after_the_first_step == "edition 1"
    assert tree(copy.there) == tree(copy.site)


def test_a_picture_goes_though_the_disk_refused_the_pages_after_it(copy: Copy) -> None:
    copy.publish(1, PICTURE)
    copy.turn()
    (copy.site / PICTURE).unlink()
    assert copy.turn()
    assert not (copy.there / PICTURE).exists()


def test_the_copy_never_says_to_be_fresher_than_its_pages(copy: Copy) -> None:
    copy.publish(1)
    stamp = copy.site / "freshness.json"
    newer = f'printf "edition 2" > {stamp}; touch -d "2 seconds" {stamp}'
    copy.turn(f'[ $N = {OF_PAGES} ] && {{ {newer}; }}; exec "$@"')
    assert copy.freshness == "edition 1"
    assert copy.turn()
    assert copy.freshness == "edition 2"


@pytest.mark.parametrize("cut", [OF_PICTURES, OF_ASSETS, OF_FRESHNESS])
def test_a_copy_that_is_cut_off_leaves_no_half_file_and_is_whole_the_next_time(copy: Copy, cut: int) -> None:
    copy.publish(1, PICTURE)
    copy.turn()
    copy.publish(2, OTHER)
    told(lambda: copy.turn(f'{cut_off(cut, 20)}; exec "$@"'))
    assert copy.freshness == "edition 1"
    assert copy.editions() <= {"edition 1", "edition 2"}
    assert copy.push.state().failed == 0  # counted by the loop
    assert copy.turn()
    assert tree(copy.there) == tree(copy.site)


def test_pages_that_are_cut_off_in_the_middle_are_not_put_in_place(copy: Copy) -> None:
    copy.publish(1)
    copy.turn()
    copy.publish(2)
    told(lambda: copy.turn(f'{cut_off(OF_PAGES, 8_000)}; exec "$@"'))
    assert (copy.freshness, copy.editions()) == ("edition 1", {"edition 1"})
    copy.turn()
    assert tree(copy.there) == tree(copy.site)


def test_a_target_without_room_keeps_its_old_pages_whole(copy: Copy) -> None:
    copy.publish(1)
    copy.turn()
    copy.publish(2)
    no_room = 'trap "" XFSZ; ulimit -f 1; exec "$@"'
    assert "write failed" in told(lambda: copy.turn(no_room))
    assert (copy.freshness, copy.editions()) == ("edition 1", {"edition 1"})
    assert copy.turn()
    assert tree(copy.there) == tree(copy.site)


def test_a_target_that_hangs_is_given_up_in_time(tmp_path: Path) -> None:
    copy = Copy(tmp_path, limit_s=1.0)
    copy.publish(1)
    began_s = time.monotonic()
    assert told(lambda: copy.turn("exec sleep 60")) == "it was not done within 1 s"
    assert time.monotonic() - began_s < 4


def test_a_copy_that_hangs_ends_at_once_when_the_service_stops(copy: Copy) -> None:
    copy.publish(1)
    threading.Timer(0.2, copy.never.set).start()
    began_s = time.monotonic()
    with pytest.raises(Interrupted):
        copy.turn("exec sleep 60")
    assert time.monotonic() - began_s < 3


@pytest.fixture
def running(copy: Copy) -> Iterator[Callable[[float, str], PushService]]:
    """Two targets of one site, the first of which does ``way``; a function that starts them."""
    started: list[PushService] = []

    def start(late_after_s: float, way: str) -> PushService:
        copy.publish(1)
        (copy.folder / "way").write_text(way)
        second = copy.folder / "second"
        second.mkdir()
        (second / MARK).touch()
        pushes = [copy.push, Push(copy.site, str(second), copy.settings)]
        started.append(PushService(pushes, late_after_s))
        started[0].start()
        return started[0]

    yield start
    for each in started:
        each.stop()


def test_a_target_that_hangs_delays_no_other_and_staff_are_told(
    copy: Copy, running: Callable[[float, str], PushService]
) -> None:
    service = running(0.3, "exec sleep 60")
    time.sleep(0.1)
    assert [each.state for each in service.probe.checks()] == [State.OK, State.OK]
    until = time.monotonic() + 5
    while not (copy.folder / "second" / "freshness.json").exists() and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(0.5)
    hangs, well = service.probe.checks()
    assert (hangs.state, hangs.fault, well.state) == (State.FAILED, Fault.COPY_BEHIND, State.OK)
    assert hangs.figures["target"] == copy.settings.targets[0]
    numbers = {(each.name, each.labels["target"]): each.value for each in service.probe.samples()}
    assert numbers["public_copy_behind_seconds", copy.settings.targets[0]] > 0.3
    assert numbers["public_copies_total", str(copy.folder / "second")] == 1
    began_s = time.monotonic()
    service.stop()
    assert time.monotonic() - began_s < 3


def test_a_failure_is_said_once_with_its_reason(
    copy: Copy, running: Callable[[float, str], PushService], caplog: pytest.LogCaptureFixture
) -> None:
    service = running(0.0, "echo no route to host >&2; exit 255")
    time.sleep(0.5)
    hangs = next(iter(service.probe.checks()))
    assert "no route to host" in hangs.sentence
    assert [each.getMessage() for each in caplog.records if "no route to host" in each.getMessage()] == [
        f"the public site is not copied to far:{copy.there}: no route to host (rsync 255); it is tried again"
    ]


def test_the_doctor_says_which_copy_cannot_be_reached_and_writes_nothing(copy: Copy) -> None:
    nowhere = str(copy.folder / "nowhere")
    push = copy.settings.model_copy(update={"targets": (str(copy.there), nowhere)})
    house = Settings(data_folder=copy.folder / "var")
    house = house.model_copy(update={"public": house.public.model_copy(update={"push": push})})
    well, ill = check_copies(house)
    assert (well.state, ill.state) == (State.OK, State.FAILED)
    assert MARK in ill.sentence
    assert (copy.there / MARK).read_bytes() == b""
    assert not Path(nowhere).exists()


@pytest.mark.parametrize(
    ("targets", "sentence"),
    [
        ("['share/public']", "write /folder or user@host:/folder"),
        ("['/']", "write /folder or user@host:/folder"),
        ("['-e sh:/x']", "write /folder or user@host:/folder"),
        ("['host::module']", "write /folder or user@host:/folder"),
        ("['/srv/a b']", "without spaces"),
        ("['/srv/a', '/srv/a/']", "named twice"),
    ],
)
def test_a_target_that_cannot_be_is_refused_with_what_to_write(targets: str, sentence: str, tmp_path: Path) -> None:
    file = tmp_path / "mizumori.toml"
    file.write_text(f"[public.push]\ntargets = {targets}\n")
    with pytest.raises(SettingsError, match=sentence):
        read_settings(file, {})


@pytest.mark.parametrize("target", ["mizumori@www.example:/srv/public", "www.example:", "[2001:db8::1]:/srv/public"])
def test_a_host_is_named_as_rsync_names_it(target: str) -> None:
    assert PushSettings(targets=(target,)).targets == (target,)


def house(folder: Path, target: str) -> Settings:
    settings = Settings(data_folder=folder)
    push = PushSettings(targets=(target,))
    return settings.model_copy(update={"public": settings.public.model_copy(update={"push": push})})


def test_the_site_is_not_copied_into_itself(tmp_path: Path) -> None:
    for own in (tmp_path / "public", tmp_path, tmp_path / "public" / "copy"):
        with pytest.raises(SettingsError, match="a folder of its own"):
            push_services(house(tmp_path, str(own)))
    assert push_services(Settings(data_folder=tmp_path)) == []


def test_a_drill_is_never_copied_to_where_residents_read(tmp_path: Path) -> None:
    real = house(tmp_path, "www.example:/srv/public")
    assert len(push_services(real)) == 1
    assert push_services(drill_house(real)) == []
