"""``python -m tests.ingest.faults_report [SEED]``: every fault at full size, with its counts. Takes some minutes."""

from __future__ import annotations

import io
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image

from tests.ingest import fault_scenarios as faults
from tests.ingest.fault_scenarios import Outcome


def scenarios(dice: random.Random) -> Iterator[Callable[[Path], Outcome]]:
    """Everything that is broken, in order."""
    yield lambda folder: faults.crash_points(folder, "5", dice)
    yield lambda folder: faults.crash_points(folder, "3.1.1", dice)
    yield lambda folder: faults.kills(folder, "5", 30, dice)
    yield lambda folder: faults.kills(folder, "3.1.1", 30, dice)
    yield lambda folder: faults.broker_restarts(folder, dice, [signal.SIGTERM] * 5)
    yield lambda folder: faults.broker_restarts(folder, dice, [signal.SIGKILL] * 5)
    yield faults.broker_killed_while_ingest_is_away
    yield faults.session_lost
    yield faults.disk_full
    yield faults.disk_full_of_a_limit
    yield lambda folder: faults.clock_steps(folder, dice)
    yield lambda folder: faults.takeovers(folder, 10, dice)[0]
    yield lambda folder: faults.frozen_holder(folder, "5")[0]
    yield lambda folder: faults.frozen_holder(folder, "3.1.1")[0]
    yield lambda folder: faults.split(folder, 20.0, dice)[0]


def large_picture(size_bytes: int) -> bytes:
    """A JPEG of noise that fills so many bytes about."""
    side = int((size_bytes / 2.3) ** 0.5)
    noise = Image.frombytes("RGB", (side, side), random.Random(1).randbytes(side * side * 3))
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=95)
    return out.getvalue()


def main(seed: int) -> int:
    """Print one line a fault, and how many of them left something lost or doubled."""
    dice = random.Random(seed)
    begun = time.monotonic()
    failed = 0
    for scenario in scenarios(dice):
        with tempfile.TemporaryDirectory(prefix="mizumori-faults-") as folder:
            outcome = scenario(Path(folder) / "place")
        failed += not outcome.tally.whole
        say(str(outcome))
    with tempfile.TemporaryDirectory(prefix="mizumori-faults-") as folder:
        said, difference = faults.alike(Path(folder) / "place", 10, dice)
    failed += difference != 0
    say(said)
    with tempfile.TemporaryDirectory(prefix="mizumori-faults-") as folder:
        before, most = faults.memory(Path(folder) / "place", 40, large_picture(3_500_000))
    say(f"memory while 140 MB of stills wait for a stopped database: {before} MB before, {most} MB at most")
    say(f"seed {seed}, {time.monotonic() - begun:.0f} s: {failed} faults with losses or doubles")
    return failed


def say(line: str) -> None:
    """To the screen at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1))
