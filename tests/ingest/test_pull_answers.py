"""What a web server answers: whether it is of the present, and the first picture of a stream."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.pull.freshness import Age, Judged, Served, judged
from ingest.pull.multipart import FirstPart, boundary_of

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PICTURE = b"\xff\xd8 water \r\n--not-the-end\r\n more \xff\xd9"


def test_a_picture_that_is_drawn_when_asked_for_is_of_the_present() -> None:
    assert judged(Served("a"), None, NOW, 60.0) == Judged(Age.PRESENT)


def test_a_file_is_as_old_as_its_server_says_by_its_own_clock() -> None:
    """The server's clock is an hour slow: its file of four minutes ago is four minutes old."""
    served_at = NOW - timedelta(hours=1)
    found = judged(Served("a", served_at - 4 * MINUTE, served_at), None, NOW, 300.0)
    assert found == Judged(Age.PRESENT, NOW - 4 * MINUTE)


def test_a_file_that_nobody_renews_is_no_picture_of_the_present() -> None:
    this = Served("a", NOW - timedelta(days=40), NOW)
    assert judged(this, None, NOW, 60.0).age is Age.OLD
    assert judged(this, this, NOW, 60.0).age is Age.OLD


def test_old_begins_after_three_intervals_and_a_quarter_of_an_hour_at_least() -> None:
    for interval_s, minutes in ((60.0, 15), (600.0, 30)):
        assert judged(Served("a", NOW - minutes * MINUTE, NOW), None, NOW, interval_s).age is Age.PRESENT
        assert judged(Served("a", NOW - (minutes + 1) * MINUTE, NOW), None, NOW, interval_s).age is Age.OLD


def test_the_same_file_again_is_nothing_new() -> None:
    before = Served("a", NOW - 2 * MINUTE, NOW - MINUTE)
    assert judged(Served("a", NOW - 2 * MINUTE, NOW), before, NOW, 60.0).age is Age.AGAIN


def test_the_same_picture_without_a_date_goes_on_to_recognition() -> None:
    """A camera whose picture stands still is frozen: that is for the eyes to find."""
    assert judged(Served("a"), Served("a"), NOW, 60.0).age is Age.PRESENT


def test_a_date_that_stands_while_the_picture_moves_is_disbelieved() -> None:
    assert judged(Served("b", EPOCH, NOW), Served("a", EPOCH, NOW), NOW, 60.0) == Judged(Age.PRESENT)


def test_a_file_from_the_future_has_no_date() -> None:
    assert judged(Served("a", NOW + MINUTE, NOW), None, NOW, 60.0) == Judged(Age.PRESENT)


@pytest.mark.parametrize(
    ("header", "boundary"),
    [
        ("multipart/x-mixed-replace; boundary=frame", b"frame"),
        ('Multipart/X-Mixed-Replace;boundary="--myboundary"', b"myboundary"),
        ("multipart/x-mixed-replace; charset=x; BOUNDARY=a b ", b"a b"),
        ("multipart/x-mixed-replace", None),
        ("image/jpeg; boundary=frame", None),
        ("", None),
    ],
)
def test_the_boundary_is_found_however_a_camera_writes_it(header: str, boundary: bytes | None) -> None:
    assert boundary_of(header) == boundary


def stream(dashes: str, head: str, newline: str = "\r\n") -> bytes:
    begin = f"{dashes}frame{newline}{head}{newline}".encode()
    return begin + PICTURE + newline.encode() + begin + PICTURE


STREAMS = {
    "with a length": stream("--", f"Content-Type: image/jpeg\r\nContent-Length: {len(PICTURE)}\r\n"),
    "without a length": stream("--", "Content-Type: image/jpeg\r\n"),
    "with the boundary's own dashes": stream("----", "Content-Type: image/jpeg\r\n"),
    "with bare newlines": stream("--", "Content-Type: image/jpeg\n", "\n"),
    "after a preamble": b"hello\r\n" + stream("--", "Content-type:image/jpeg\r\n"),
    "without a head": stream("--", ""),
}


@pytest.mark.parametrize("kind", STREAMS)
@given(size=st.integers(1, 60))
def test_the_first_picture_is_found_in_pieces_of_any_size(kind: str, size: int) -> None:
    data, part = STREAMS[kind], FirstPart(b"frame")
    pieces = (data[at : at + size] for at in range(0, len(data), size))
    assert next(found for piece in pieces if (found := part.take(piece)) is not None) == PICTURE


def test_a_stream_without_parts_is_none() -> None:
    part = FirstPart(b"frame")
    with pytest.raises(ValueError, match="no part"):
        list(map(part.take, [b"water" * 100] * 100))
