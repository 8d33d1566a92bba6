"""The copy of the site on another host is whole, honest and without what was withdrawn, whatever happens on the way."""

from __future__ import annotations

import shlex
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.public.push import MARK, Push
from dashboard.public.push_settings import PushSettings
from dashboard.public.rsync import Interrupted, PushError
from tests.parts import program
from tests.public.fakes import NOW, SetClock, Site
from tests.public.far_copy import FarCopy, stamp_of, tree

PICTURE, OTHER = "pictures/cam.1111.jpg", "pictures/cam.2222.jpg"
OF_PICTURES, OF_ASSETS, OF_PAGES, OF_FRESHNESS = 3, 4, 5, 6
"""The connections of one copy by their numbers; the first two only look."""


@pytest.fixture
def copy(tmp_path: Path) -> FarCopy:
    return FarCopy(tmp_path)


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


def test_each_new_edition_is_brought_and_only_once(copy: FarCopy) -> None:
    copy.publish(1, PICTURE)
    assert copy.turn()
    copy.publish(2, OTHER)
    assert copy.turn()
    assert tree(copy.there) == tree(copy.site)
    assert copy.push.state().carried == 2
    assert copy.push.state().behind_s == 0
    assert not copy.turn()


def test_a_folder_without_the_mark_is_left_alone(copy: FarCopy) -> None:
    copy.publish(1)
    (copy.there / MARK).unlink()
    (copy.there / "somebody's.txt").write_text("work of years")
    assert MARK in told(copy.turn)
    assert [each.name for each in copy.there.iterdir()] == ["somebody's.txt"]


def test_an_old_host_that_comes_back_leaves_a_newer_site_as_it_is(tmp_path: Path) -> None:
    program("rsync")
    there, never = tmp_path / "there", threading.Event()
    there.mkdir()
    (there / MARK).touch()
    new, old = Site(tmp_path / "new"), Site(tmp_path / "old", clock=SetClock(NOW - timedelta(hours=3)))
    new.publish()
    Push(new.folder, str(there), PushSettings()).turn(never)
    (there / "pictures").mkdir(exist_ok=True)
    (there / PICTURE).touch()
    before = tree(there)
    old.publish()  # later than the new one by the time of its files
    push = Push(old.folder, str(there), PushSettings())
    assert "newer than ours" in told(lambda: push.turn(never))
    assert tree(there) == before
    old.clock.at = NOW + timedelta(seconds=1)
    old.publish()
    assert push.turn(never)


def test_a_key_that_may_only_write_goes_back_in_time_as_little(copy: FarCopy) -> None:
    copy.both_have(2)
    restricted = f'export SSH_ORIGINAL_COMMAND="$*"; exec {program("rrsync")} -wo {copy.there}'
    (copy.folder / "way").write_text(restricted)
    push = Push(copy.site, "far:", copy.settings)
    copy.publish(3)
    assert push.turn(copy.never)
    copy.publish(1)
    assert "newer than ours" in told(lambda: push.turn(copy.never))
    assert copy.freshness == "edition 3"


def test_a_key_that_may_only_write_into_one_folder_is_enough(copy: FarCopy) -> None:
    copy.both_have(1, PICTURE)
    copy.publish(2, OTHER)
    restricted = f'export SSH_ORIGINAL_COMMAND="$*"; exec {program("rrsync")} -wo {copy.there}'
    push = Push(copy.site, "far:", copy.settings)
    (copy.folder / "way").write_text(restricted)
    assert push.turn(copy.never)
    assert tree(copy.there) == tree(copy.site)
    with pytest.raises(PushError):
        Push(copy.site, "far:../site", copy.settings).turn(copy.never)


def test_an_empty_site_deletes_nothing_there(copy: FarCopy) -> None:
    copy.both_have(1)
    (copy.site / "freshness.json").unlink()
    assert not copy.turn()
    assert copy.editions() == {"edition 1"}


def test_a_picture_that_was_withdrawn_goes_before_anything_else_comes(copy: FarCopy) -> None:
    copy.both_have(1, PICTURE)
    (copy.there / "pictures" / ".cam.1111.jpg.Xy12").write_text("half of it, left by a crash")
    copy.publish(2, OTHER)
    seen = copy.folder / "seen"
    copy.turn(f'ls -A {copy.there}/pictures > {seen}.$N; cat {copy.there}/freshness.json >> {seen}.$N; exec "$@"')
    after_the_first_step = Path(f"{seen}.{OF_ASSETS}").read_text()
    assert after_the_first_step == stamp_of(1)
    assert tree(copy.there) == tree(copy.site)


def test_a_picture_goes_though_the_disk_refused_the_pages_after_it(copy: FarCopy) -> None:
    copy.both_have(1, PICTURE)
    (copy.site / PICTURE).unlink()
    assert copy.turn()
    assert not (copy.there / PICTURE).exists()


def test_the_copy_never_says_to_be_fresher_than_its_pages(copy: FarCopy) -> None:
    copy.publish(1)
    stamp = copy.site / "freshness.json"
    newer = f"printf %s {shlex.quote(stamp_of(2))} > {stamp}; touch -d '2 seconds' {stamp}"
    copy.turn(f'[ $N = {OF_PAGES} ] && {{ {newer}; }}; exec "$@"')
    assert copy.freshness == "edition 1"
    assert copy.turn()
    assert copy.freshness == "edition 2"


@pytest.mark.parametrize("cut", [OF_PICTURES, OF_ASSETS, OF_FRESHNESS])
def test_a_copy_that_is_cut_off_leaves_no_half_file_and_is_whole_the_next_time(copy: FarCopy, cut: int) -> None:
    copy.both_have(1, PICTURE)
    copy.publish(2, OTHER)
    told(lambda: copy.turn(f'{cut_off(cut, 20)}; exec "$@"'))
    assert copy.freshness == "edition 1"
    assert copy.editions() <= {"edition 1", "edition 2"}
    assert copy.turn()
    assert tree(copy.there) == tree(copy.site)


def test_pages_that_are_cut_off_in_the_middle_are_not_put_in_place(copy: FarCopy) -> None:
    copy.both_have(1)
    copy.publish(2)
    told(lambda: copy.turn(f'{cut_off(OF_PAGES, 8_000)}; exec "$@"'))
    assert (copy.freshness, copy.editions()) == ("edition 1", {"edition 1"})
    copy.turn()
    assert tree(copy.there) == tree(copy.site)


def test_a_target_without_room_keeps_its_old_pages_whole(copy: FarCopy) -> None:
    copy.both_have(1)
    copy.publish(2)
    no_room = 'trap "" XFSZ; ulimit -f 1; exec "$@"'
    assert "write failed" in told(lambda: copy.turn(no_room))
    assert (copy.freshness, copy.editions()) == ("edition 1", {"edition 1"})
    assert copy.turn()
    assert tree(copy.there) == tree(copy.site)


def test_a_target_that_hangs_is_given_up_in_time(tmp_path: Path) -> None:
    copy = FarCopy(tmp_path, limit_s=1.0)
    copy.publish(1)
    began_s = time.monotonic()
    assert told(lambda: copy.turn("exec sleep 60")) == "it was not done within 1 s"
    assert time.monotonic() - began_s < 4


def test_a_copy_that_hangs_ends_at_once_when_the_service_stops(copy: FarCopy) -> None:
    copy.publish(1)
    threading.Timer(0.2, copy.never.set).start()
    began_s = time.monotonic()
    with pytest.raises(Interrupted):
        copy.turn("exec sleep 60")
    assert time.monotonic() - began_s < 3
