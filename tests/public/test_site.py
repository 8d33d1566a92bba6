from __future__ import annotations

import gc
import gzip
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import brotli
import pytest

from dashboard.public import files
from dashboard.public.packing import SMALLEST
from dashboard.public.sheets import Sheet
from dashboard.public.site import Site
from tests.public.fakes import NOW

LONG = b"<p>the water rises</p>\n" * 40


def sheet(path: str, body: bytes = LONG, lasts_s: float | None = None) -> Sheet:
    return Sheet(path, body, lambda: body, lasts_s)


def found(folder: Path) -> set[str]:
    return {each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()}


def counted(path: str, facts: object, made: list[str], lasts_s: float | None = None) -> Sheet:
    def render() -> bytes:
        made.append(path)
        return LONG

    return Sheet(path, facts, render, lasts_s)


@pytest.fixture
def bring(tmp_path: Path) -> Callable[..., int]:
    site = Site(tmp_path, ["stations"])

    def bring(*sheets: Sheet, minutes: float = 0, common: object = 1) -> int:
        return site.bring([sheets], common, NOW + timedelta(minutes=minutes))

    return bring


def test_each_file_lies_beside_its_smaller_forms_which_open_as_the_same(
    tmp_path: Path, bring: Callable[..., int]
) -> None:
    bring(sheet("en/index.html"))
    assert (tmp_path / "en/index.html").read_bytes() == LONG
    assert gzip.decompress((tmp_path / "en/index.html.gz").read_bytes()) == LONG
    assert brotli.decompress((tmp_path / "en/index.html.br").read_bytes()) == LONG


def test_a_small_file_a_picture_and_what_gets_no_smaller_stand_alone(tmp_path: Path, bring: Callable[..., int]) -> None:
    bring(sheet("a.html", b"x" * (SMALLEST - 1)), sheet("b.jpg"), sheet("c.json", os.urandom(2000)))
    assert found(tmp_path) == {"a.html", "b.jpg", "c.json"}


def test_a_smaller_form_does_not_outlive_the_content_that_it_was_made_of(
    tmp_path: Path, bring: Callable[..., int]
) -> None:
    bring(sheet("a.html"))
    bring(sheet("a.html", b"short"))
    assert found(tmp_path) == {"a.html"}


def test_nothing_is_rendered_whose_facts_did_not_change(bring: Callable[..., int]) -> None:
    made: list[str] = []
    assert bring(counted("a.html", 1, made), counted("b.html", 1, made)) == 2
    assert bring(counted("a.html", 1, made), counted("b.html", 2, made)) == 1
    assert made == ["a.html", "b.html", "b.html"]


def test_a_page_that_prints_its_time_is_written_anew_before_that_is_old(bring: Callable[..., int]) -> None:
    made: list[str] = []
    page = partial(counted, "a.html", 1, made)
    bring(page(600), minutes=0)
    bring(page(600), minutes=7)
    assert made == ["a.html"]
    bring(page(600), minutes=10)
    assert made == ["a.html"] * 2


def test_a_file_that_somebody_removed_comes_back(tmp_path: Path, bring: Callable[..., int]) -> None:
    bring(sheet("assets/site.css"), sheet("a.html"))
    (tmp_path / "assets/site.css").unlink()
    assert bring(sheet("assets/site.css"), sheet("a.html"), minutes=1) == 1
    assert (tmp_path / "assets/site.css").read_bytes() == LONG


def test_pages_that_were_written_together_do_not_all_come_due_together(bring: Callable[..., int]) -> None:
    pages = [sheet(f"stations/{n}.html", lasts_s=900) for n in range(40)]
    bring(*pages)
    due = [bring(*pages, minutes=minute) for minute in (12, 13, 14, 15)]
    assert sum(due) == 40
    assert max(due) < 25


def test_a_clock_that_was_set_back_makes_pages_anew(bring: Callable[..., int]) -> None:
    bring(sheet("a.html", lasts_s=600))
    assert bring(sheet("a.html", lasts_s=600), minutes=-60) == 1


def test_what_all_depend_on_makes_all_anew(bring: Callable[..., int]) -> None:
    bring(sheet("a.html"), sheet("b.html"))
    assert bring(sheet("a.html"), sheet("b.html"), common=2) == 2


def test_the_page_of_a_retired_station_goes_with_its_smaller_forms(tmp_path: Path, bring: Callable[..., int]) -> None:
    bring(sheet("stations/a.html"), sheet("stations/b.html"))
    bring(sheet("stations/b.html"), common=2)
    assert found(tmp_path) == {f"stations/b.html{each}" for each in ("", ".gz", ".br")}


def test_a_page_of_before_the_start_goes_from_the_sites_own_folders_and_from_no_other(tmp_path: Path) -> None:
    for name in ("stations/old.html", "stations/old.html.gz", "mine.html", "assets/site.1.css"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("before")
    Site(tmp_path, ["stations"]).bring([[sheet("stations/b.html", b"b")]], 1, NOW)
    assert found(tmp_path) == {"stations/b.html", "mine.html", "assets/site.1.css"}


def failing() -> bytes:
    raise LookupError("no such place")


def test_a_page_that_cannot_be_made_stays_as_it_is_and_holds_up_no_other(tmp_path: Path) -> None:
    site = Site(tmp_path, [])
    site.bring([[sheet("a.html", b"old"), sheet("b.html", b"old")]], 1, NOW)
    ill = Sheet("a.html", b"new", failing)
    assert site.bring([[ill, sheet("b.html", b"new")]], 1, NOW) == 1
    assert ((tmp_path / "a.html").read_bytes(), (tmp_path / "b.html").read_bytes()) == (b"old", b"new")
    assert site.fault == "1 parts could not be made, the first: a.html: LookupError: no such place"
    assert site.bring([[sheet("a.html", b"new"), sheet("b.html", b"new")]], 1, NOW) == 1
    assert (tmp_path / "a.html").read_bytes() == b"new"
    assert site.fault == ""


def test_where_a_part_cannot_be_told_the_others_are_written_and_its_files_stay(tmp_path: Path) -> None:
    def ill() -> Iterator[Sheet]:
        yield sheet("stations/a.html", b"new")
        raise LookupError

    site = Site(tmp_path, ["stations"])
    both = [sheet("stations/a.html", b"old"), sheet("stations/b.html", b"old")]
    site.bring([both, [sheet("index.html", b"old")]], 1, NOW)
    site.bring([ill(), [sheet("index.html", b"new")]], 1, NOW)
    assert {each: (tmp_path / each).read_bytes() for each in found(tmp_path)} == {
        "stations/a.html": b"new",
        "stations/b.html": b"old",
        "index.html": b"new",
    }
    site.bring([[sheet("stations/a.html", b"new")]], 1, NOW)
    assert found(tmp_path) == {"stations/a.html"}


def test_nothing_vouches_for_a_page_that_could_not_be_made(tmp_path: Path) -> None:
    site = Site(tmp_path, [])

    def stamp(minute: int) -> Sheet:
        return Sheet("stamp.json", minute, lambda: b"%d" % minute, needs=frozenset({"a.html"}))

    def told() -> bytes:
        return (tmp_path / "stamp.json").read_bytes()

    site.bring([[sheet("a.html"), stamp(1)]], 1, NOW)
    site.bring([[Sheet("a.html", 2, failing), stamp(2)]], 1, NOW)
    assert told() == b"1"
    site.bring([[stamp(3)]], 1, NOW)
    assert told() == b"1"
    site.bring([[Sheet("b.html", 2, failing), sheet("a.html"), stamp(4)]], 1, NOW)
    assert told() == b"4"


def test_after_the_disk_refused_in_the_middle_a_page_that_changed_back_is_written_again(
    tmp_path: Path, bring: Callable[..., int]
) -> None:
    bring(sheet("a.html", b"danger"), sheet("b.html", b"danger"))
    (tmp_path / "b.html").unlink()
    (tmp_path / "b.html").mkdir()  # cannot be replaced by a file
    with pytest.raises(OSError, match=r"b\.html"):
        bring(sheet("a.html", b"low"), sheet("b.html", b"low"))
    assert (tmp_path / "a.html").read_bytes() == b"low"
    (tmp_path / "b.html").rmdir()
    bring(sheet("a.html", b"danger"), sheet("b.html", b"danger"))
    assert (tmp_path / "a.html").read_bytes() == b"danger"


def test_a_folder_that_cannot_be_written_keeps_every_old_page_whole(tmp_path: Path, bring: Callable[..., int]) -> None:
    bring(sheet("a.html", b"old"))
    (tmp_path / "en").write_text("a file where a folder should be")
    with pytest.raises(OSError, match="en"):
        bring(sheet("a.html", b"new"), sheet("en/index.html"))
    assert (tmp_path / "a.html").read_bytes() == b"old"
    assert found(tmp_path) == {"a.html", "en"}


@pytest.mark.parametrize("count", [files.MANY - 1, files.MANY + 1])
def test_many_files_are_replaced_as_surely_as_few(tmp_path: Path, bring: Callable[..., int], count: int) -> None:
    bring(*(sheet(f"stations/{n}.html", f"{n}".encode()) for n in range(count)))
    assert all((tmp_path / f"stations/{n}.html").read_text() == str(n) for n in range(count))
    assert len(found(tmp_path)) == count


def test_the_collector_rests_while_a_whole_site_is_made_and_works_again_whatever_happens(tmp_path: Path) -> None:
    resting: list[bool] = []

    def body() -> bytes:
        resting.append(not gc.isenabled())
        return b"page"

    def sheets(count: int) -> list[list[Sheet]]:
        return [[Sheet(f"{count}-{number}.html", None, body) for number in range(count)]]

    assert gc.isenabled()
    Site(tmp_path / "few", ()).bring(sheets(3), None, NOW)
    assert resting == [False] * 3
    Site(tmp_path / "many", ()).bring(sheets(files.MANY), None, NOW)
    assert resting[3:] == [True] * files.MANY
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError):
        Site(tmp_path / "file" / "full", ()).bring(sheets(files.MANY), None, NOW)
    assert gc.isenabled()
