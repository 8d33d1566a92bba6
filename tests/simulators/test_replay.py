"""Recordings: reading them, moving them, playing them."""

import json
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from simulators.replay import RecordingError, Row, read_csv, run_replay, shift
from tests.simulators.city import ORIGIN, city
from tests.simulators.fakes import ListSender, StepClock, SteppingStop

MINUTE = timedelta(minutes=1)
HEAD = "observed_at,gauge,stage_m,received_at\n"


def quiet(_: str) -> None:
    return None


def file(folder: Path, text: str) -> Path:
    path = folder / "flood.csv"
    path.write_text(text, encoding="utf-8")
    return path


def played(rows: list[Row], until: datetime = ORIGIN + timedelta(hours=5)) -> tuple[ListSender, list[datetime]]:
    clock = StepClock(ORIGIN, speed=600.0)
    times: list[datetime] = []
    sender = ListSender(after_each=lambda _: times.append(clock.at))
    run_replay(rows, city(5), sender, clock, SteppingStop(clock, until), quiet)
    return sender, times


def test_rows_are_read_in_the_order_of_their_receipt(tmp_path: Path) -> None:
    text = HEAD + (
        "2026-11-21T09:10:00+09:00,waterway-01-level,1.10,2026-11-21T11:00:00+09:00\n"
        "2026-11-21T09:20:00+09:00,waterway-01-level,1.20,\n"
    )
    rows = read_csv(file(tmp_path, text))
    assert [row.stage_m for row in rows] == [1.2, 1.1]
    assert rows[0].received_at is None
    assert rows[0].due_at == ORIGIN + 20 * MINUTE


def test_rows_without_a_stage_are_left_out_and_counted(tmp_path: Path) -> None:
    said: list[str] = []
    text = "observed_at,gauge,stage_m\n2026-11-21T09:10:00+09:00,a,\n2026-11-21T00:20:00Z,a,1.5\n"
    assert len(read_csv(file(tmp_path, text), said.append)) == 1
    assert "1 rows without a stage" in said[0]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("2026-11-21T09:10:00,a,1.0,", "no offset"),
        ("yesterday,a,1.0,", "write a time with its offset"),
        ("2026-11-21T09:10:00+09:00,a,high,", "metres above the gauge zero"),
        ("2026-11-21T09:10:00+09:00,a,nan,", "metres above the gauge zero"),
        ("2026-11-21T09:10:00+09:00,,1.0,", "gauge is empty"),
    ],
)
def test_a_mistake_names_its_line_and_what_to_write(tmp_path: Path, line: str, says: str) -> None:
    good = "2026-11-21T09:00:00+09:00,a,1.0,\n"
    with pytest.raises(RecordingError, match=says) as caught:
        read_csv(file(tmp_path, HEAD + good + line + "\n"))
    assert "line 3" in str(caught.value)


def test_a_file_without_the_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="stage_m"):
        read_csv(file(tmp_path, "time,gauge,level\n"))


def test_a_late_row_is_published_at_its_receipt_with_its_old_time() -> None:
    late = Row(ORIGIN + 10 * MINUTE, "waterway-01-level", 0.5, ORIGIN + 120 * MINUTE)
    prompt = Row(ORIGIN + 60 * MINUTE, "waterway-01-level", 0.9)
    sender, times = played([late, prompt])
    bodies = [json.loads(payload) for _, payload in sender.sent]
    assert [body["stage_m"] for body in bodies] == [0.9, 0.5]
    assert bodies[1]["observed_at"] == "2026-11-21T09:10:00+09:00"
    assert times[0] >= ORIGIN + 60 * MINUTE
    assert times[1] >= ORIGIN + 120 * MINUTE


def test_a_row_of_a_gauge_below_the_crown_is_counted_from_the_crown() -> None:
    sender, _ = played([Row(ORIGIN, "river-00-level", 3.1)])
    assert json.loads(sender.sent[0][1])["stage_m"] == -0.4


def test_unknown_gauges_are_one_error_before_anything_is_sent() -> None:
    rows = [Row(ORIGIN, "river-00-level", 1.0), Row(ORIGIN, "nowhere", 1.0), Row(ORIGIN, "elsewhere", 1.0)]
    sender = ListSender()
    with pytest.raises(RecordingError, match="elsewhere, nowhere"):
        run_replay(rows, city(5), sender, StepClock(ORIGIN), threading.Event(), quiet)
    assert not sender.sent


def test_a_replay_ends_when_it_is_stopped() -> None:
    rows = [Row(ORIGIN + hour * 60 * MINUTE, "river-00-level", 1.0) for hour in range(10)]
    sender, _ = played(rows, until=ORIGIN + 150 * MINUTE)
    assert len(sender.sent) == 3


def test_a_recording_moves_as_a_whole() -> None:
    rows = [Row(ORIGIN, "a", 1.0, ORIGIN + 7 * MINUTE), Row(ORIGIN + 30 * MINUTE, "a", 2.0)]
    to = ORIGIN + timedelta(days=400)
    moved = shift(rows, to)
    assert moved[0].due_at == to
    assert moved[0].observed_at == to - 7 * MINUTE
    assert moved[1].observed_at - moved[0].observed_at == 30 * MINUTE
    assert shift([], to) == []
