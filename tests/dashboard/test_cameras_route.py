"""Looking back over HTTP: the small copies of stills, and which picture is earlier or later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from dashboard.staff.app import create_app
from ingest.store.protocol import Copy
from tests.dashboard.camera_desk import EVERY, FROZEN, HOURS, STILLS_STOPPED, WELL, camera_desk
from tests.dashboard.staff_fakes import Desk, served


@pytest.fixture(scope="module")
def at_desk() -> Desk:
    return camera_desk()


@pytest.fixture(scope="module")
def client(at_desk: Desk) -> Iterator[httpx.Client]:
    with served(create_app(at_desk.services).server) as base, httpx.Client(base_url=base) as client:
        yield client


def ask(client: httpx.Client, camera: str, step: str, at: str, lang: str = "ja") -> httpx.Response:
    return client.get(f"/stills/{camera}/{step}", params={"at": at, "lang": lang})


def test_a_small_copy_is_served_where_there_is_one(client: httpx.Client, at_desk: Desk) -> None:
    file = next(file for file, copy in at_desk.stills.copies if copy is Copy.THUMB)
    at_desk.stills.copies[file, Copy.THUMB] = b"\xff\xd8\xff small"
    answer = client.get(f"/still/{file}?copy=thumb")
    assert answer.content == b"\xff\xd8\xff small"
    assert "immutable" in answer.headers["cache-control"]


def test_the_whole_still_stands_in_for_a_small_copy_and_not_for_long(client: httpx.Client, at_desk: Desk) -> None:
    file = next(file for file in at_desk.stills.files if (file, Copy.THUMB) not in at_desk.stills.copies)
    answer = client.get(f"/still/{file}?copy=thumb")
    assert answer.content == at_desk.stills.files[file]
    assert answer.headers["cache-control"] == "private, max-age=60"


@pytest.mark.parametrize("copy", ["masked", "masked_thumb", "../whole", "THUMB"])
def test_no_other_copy_can_be_asked_for(client: httpx.Client, at_desk: Desk, copy: str) -> None:
    assert client.get(f"/still/{at_desk.log.stills[0].file}?copy={copy}").status_code == 404


def test_step_by_step_every_picture_is_passed_and_the_end_is_said(client: httpx.Client, at_desk: Desk) -> None:
    found = ask(client, FROZEN, "newest", at_desk.now.isoformat()).json()
    passed = [found["at"]]
    while "none" not in found:
        found = ask(client, FROZEN, "earlier", passed[-1]).json()
        passed += [found["at"]] if "at" in found else []
    assert len(passed) == HOURS * 3600 / EVERY.total_seconds() + 1
    assert passed == sorted(passed, reverse=True)
    assert found["none"] == "これより前の画像はありません"
    assert ask(client, FROZEN, "later", passed[-1], "en").json()["at"] == passed[-2]
    assert ask(client, FROZEN, "later", passed[0], "en").json()["none"] == "This is the newest picture"


def test_a_picture_is_told_with_its_time_its_fault_and_that_of_a_normal_day(
    client: httpx.Client, at_desk: Desk
) -> None:
    newest = ask(client, FROZEN, "newest", at_desk.now.isoformat()).json()
    assert newest["band"] == "画像が固まっています"
    assert newest["reference"] == f"/still/{FROZEN}/normal.jpg"
    assert newest["taken"].endswith(":" + f"{(at_desk.now - timedelta(minutes=3)):%M}")
    assert newest["uncertain"] == ""
    at_desk.log.stills = [replace(each, clock_suspect=True, clock_stands=True) for each in at_desk.log.stills]
    newest = ask(client, FROZEN, "newest", at_desk.now.isoformat(), "en").json()
    assert newest["uncertain"] == "The camera's clock stands still: the time shown is that of receipt"
    earlier = ask(client, FROZEN, "nearest", (at_desk.now - timedelta(hours=4)).isoformat()).json()
    assert earlier["band"] == ""


def test_the_newest_picture_is_said_to_be_old_and_one_looked_back_at_is_not(
    client: httpx.Client, at_desk: Desk
) -> None:
    assert "古い画像です" in ask(client, STILLS_STOPPED, "newest", at_desk.now.isoformat()).json()["band"]
    earlier = ask(client, FROZEN, "nearest", (at_desk.now - timedelta(hours=2)).isoformat()).json()
    assert earlier["band"] == ""


@pytest.mark.parametrize("at", ["", "now", "2026-07-01T10:00:00", "0001-01-01T00:00:00+00:00", "9999-12-31T00:00:00Z"])
def test_a_time_that_is_none_is_refused(client: httpx.Client, at: str) -> None:
    assert ask(client, WELL, "earlier", at).status_code == 404


@pytest.mark.parametrize("path", ["nobody/earlier", f"{WELL}/sideways", "A/earlier"])
def test_an_unknown_camera_or_step_is_refused(client: httpx.Client, path: str, at_desk: Desk) -> None:
    assert client.get(f"/stills/{path}", params={"at": at_desk.now.isoformat()}).status_code == 404
