"""Whatever a picture does to the process that opens it, the next picture goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.eyes import frames
from ingest.eyes.child import ChildLimits
from ingest.eyes.examiner import COMMAND, Closed, Examiner
from ingest.messages import Refusal
from ingest.sight.tasks import Examined, Task
from ingest.store.protocol import Unavailable
from tests.ingest.cities import NOON
from tests.ingest.whole_pictures import jpeg, noise
from tests.parts import PROJECT

NAUGHTY = (sys.executable, "-P", str(Path(__file__).with_name("naughty_child.py")))
LIMITS = ChildLimits(within_s=3.0, cpu_s=1, memory_bytes=400_000_000)
MASKS = (((0.1, 0.1), (0.4, 0.1), (0.4, 0.4)),)


@pytest.fixture
def naughty() -> Iterator[Examiner]:
    """An examiner whose child does what it is told."""
    examiner = Examiner(LIMITS, command=NAUGHTY)
    yield examiner
    examiner.close()
    examiner.release()


def told(examiner: Examiner, word: str) -> Examined:
    """What comes of the bytes of a word."""
    return examiner.examine(Task(word.encode(), NOON))


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("hang", "it took more than 3 s"),
        ("work", "s of the processor|it took more than 3 s"),
        ("hog", "it needed more memory than the 400 MB allowed"),
        ("die", "its process ended with SIGSEGV"),
        ("babble", "it did not answer as it must|its process ended"),
    ],
)
def test_a_picture_that_ends_its_process_is_refused_with_the_reason_and_the_next_goes_on(
    naughty: Examiner, word: str, why: str
) -> None:
    before = told(naughty, "well").detail
    done = told(naughty, word)
    assert done.refusal == Refusal.UNEXPECTED
    assert any(each in done.detail for each in why.split("|")), done.detail
    after = told(naughty, "well")
    assert not after.refusal
    assert after.detail != before
    with pytest.raises(ProcessLookupError):
        os.kill(int(before.split()[0]), 0)


def test_a_process_that_dies_once_does_not_cost_the_picture(naughty: Examiner, tmp_path: Path) -> None:
    assert not told(naughty, f"die-once {tmp_path / 'flag'}").refusal
    assert naughty.replaced == 1


@pytest.mark.parametrize("command", [(sys.executable, "-c", "raise SystemExit('Pillow is missing')"), COMMAND])
def test_no_picture_is_refused_because_its_process_does_not_start(command: tuple[str, ...]) -> None:
    """A machine without memory would condemn every still that came meanwhile: they wait instead."""
    examiner = Examiner(ChildLimits(memory_bytes=20_000_000), command=command)
    with pytest.raises(Unavailable, match="the process that opens pictures does not start: it"):
        told(examiner, "well")
    examiner.close()
    examiner.release()


def test_what_a_library_prints_does_not_disturb_the_answers(naughty: Examiner) -> None:
    assert not told(naughty, "print").refusal
    assert not told(naughty, "well").refusal
    assert naughty.replaced == 0


def test_the_process_inherits_no_environment_and_steps_back_for_others(
    naughty: Examiner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIZUMORI_MQTT__PASSWORD", "secret")
    done = told(naughty, "well")
    assert "MIZUMORI" not in done.thumb.decode()
    assert int(done.detail.split()[1]) == os.nice(0) + 10


def test_what_is_under_way_ends_at_once_when_the_examiner_is_closed(naughty: Examiner) -> None:
    told(naughty, "well")
    threading.Timer(0.2, naughty.close).start()
    begun_s = time.monotonic()
    with pytest.raises(Closed):
        told(naughty, "hang")
    assert time.monotonic() - begun_s < 2.5
    with pytest.raises(Closed):
        told(naughty, "well")


def test_a_killed_process_is_replaced(naughty: Examiner) -> None:
    told(naughty, "well")
    assert naughty.pid is not None
    os.kill(naughty.pid, 9)
    assert not told(naughty, "well").refusal


def test_ctrl_c_is_left_to_the_parent(capfd: pytest.CaptureFixture[str]) -> None:
    """The terminal sends it to both; the child would end with a traceback on the screen."""
    examiner = Examiner()
    assert examiner.examine(Task(b"no picture", NOON)).refusal
    pid = examiner.pid
    assert pid is not None
    os.kill(pid, signal.SIGINT)
    assert examiner.examine(Task(b"no picture", NOON)).refusal == Refusal.UNREADABLE_IMAGE
    assert examiner.pid == pid
    examiner.close()
    examiner.release()
    assert "Traceback" not in capfd.readouterr().err


def test_the_real_process_examines_as_the_function_does() -> None:
    from ingest.sight.examine import examine

    examiner = Examiner()
    task = Task(jpeg(noise()), NOON, MASKS, (0.0, 0.0, 1.0, 0.1), memory=b"")
    assert examiner.examine(task) == examine(task)
    assert examiner.examine(Task(b"no picture", NOON)) == examine(Task(b"no picture", NOON))
    examiner.close()
    examiner.release()


def test_the_process_ends_by_itself_when_its_parent_is_gone() -> None:
    program = (
        "import os; from ingest.eyes.examiner import Examiner; from ingest.sight.tasks import Task;"
        "from datetime import datetime, UTC; e = Examiner(); e.examine(Task(b'', datetime.now(UTC)));"
        "print(e.pid, flush=True); os._exit(0)"
    )
    said = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    pid, until = int(said.stdout), time.monotonic() + 10
    while time.monotonic() < until and _runs(pid):
        time.sleep(0.05)
    assert not _runs(pid)


def test_the_parent_loads_nothing_that_reads_pictures() -> None:
    program = (
        "import sys, ingest.eyes.looking, ingest.store.viewpoints;"
        "print([name for name in ('PIL', 'numpy') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def _runs(pid: int) -> bool:
    """Whether a process runs; one that ended and waits to be noticed does not."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(
    "said",
    [
        {"refusal": "nonsense"},
        {"figures": {"a": float("nan")}},
        {"faults": ["on fire"]},
        {"figures": {"a": "much"}},
    ],
)
def test_an_outcome_that_says_what_none_can_say_is_none(said: dict[str, object]) -> None:
    head, parts = frames.of_examined(Examined())
    with pytest.raises(frames.Broken):
        frames.to_examined(({**head, **said}, parts))


def test_words_of_an_outcome_can_always_be_written() -> None:
    head, parts = frames.of_examined(Examined(Refusal.UNREADABLE_IMAGE))
    assert frames.to_examined(({**head, "detail": "a\0b\ud800c"}, parts)).detail == "a b c"
