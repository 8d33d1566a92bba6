"""The faults of the delivery, one function each, and the count of what became of every message.

The tests run them small; ``python -m tests.alerts.delivery_faults [SEED]`` runs them at full size.
"""

from __future__ import annotations

import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from alerts.records import Outcome
from tests.alerts.delivery_faulty import BY_MESSAGE, CHANNELS, IDEMPOTENT, POINTS, TAKING_UP
from tests.alerts.delivery_pace import serve
from tests.alerts.delivery_place import Load, Place, alerts, place
from tests.alerts.post_room import everything


@dataclass(frozen=True)
class Tally:
    """What became of the messages over some channels. ``lost`` arrived nowhere and nobody was told of it; ``shown``
    arrived nowhere and is shown as of unknown outcome; ``twice`` and ``oftener`` were accepted so often."""

    given: int = 0
    lost: int = 0
    shown: int = 0
    unknown: int = 0
    twice: int = 0
    oftener: int = 0

    def __str__(self) -> str:
        names = ("given", "lost", "twice", "oftener", "unknown")
        said = "  ".join(f"{name} {getattr(self, name):5d}" for name in names)
        return f"{said} (of these not arrived {self.shown})"


def tally(where: Place, channels: Sequence[str]) -> Tally:
    """Count it."""
    found: Counter[str] = Counter()
    for each in everything(where.database):
        if each.channel in channels and each.id > where.counted:
            times = where.sides.count.accepted[each.id]
            found["given"] += 1
            found["unknown"] += each.outcome is Outcome.UNKNOWN
            found["shown"] += each.outcome is Outcome.UNKNOWN and not times
            found["lost"] += each.outcome is not Outcome.UNKNOWN and not times
            found["twice"] += times == 2
            found["oftener"] += times > 2
    return Tally(**found)


@dataclass(frozen=True)
class Result:
    """What a fault left, over channels whose other side does not know repeats, and over those whose does."""

    fault: str
    plain: Tally
    idempotent: Tally
    took_s: Sequence[float] = field(default=())

    @property
    def kept(self) -> bool:
        """Whether what is promised was kept."""
        known = self.idempotent
        lost = self.plain.lost + known.lost
        return not (lost or self.plain.oftener or known.twice or known.oftener or known.unknown)

    def __str__(self) -> str:
        took = f"\n    taken over after {', '.join(f'{each:.1f}' for each in self.took_s)} s" if self.took_s else ""
        return f"{self.fault}\n    no key  {self.plain}\n    key     {self.idempotent}{took}"


def settled(where: Place, fault: str, took_s: Sequence[float] = ()) -> Result:
    """The result once alerts without faults have worked off what is left."""
    with alerts(where) as last:
        until = time.monotonic() + 120
        while where.waiting() and time.monotonic() < until:
            time.sleep(0.1)
        last.stop()
    assert not where.waiting(), f"{where.waiting()} messages have no outcome; see {where.folder / 'alerts.log'}"
    plain = [each for each in CHANNELS if each not in IDEMPOTENT]
    result = Result(fault, tally(where, plain), tally(where, IDEMPOTENT), took_s)
    where.counted = where.given
    return result


def crash_point(where: Place, point: str, dice: random.Random) -> None:
    """Ended at one point."""
    where.give(12)
    if point in TAKING_UP:
        ended_at(where, "before the channel is called", 3)
        ended_at(where, point, 1)
    else:
        ended_at(where, point, dice.randrange(1, 12) if point in BY_MESSAGE else dice.randrange(1, 4))


def ended_at(where: Place, point: str, nth: int) -> None:
    """A child that ends at a point, and nowhere else."""
    with alerts(where, point, nth) as child:
        code = child.died()
        assert code == -signal.SIGKILL, f"{point}: the process was not ended there, it gave {code}"


def crash_points(folder: Path, dice: random.Random) -> Iterator[Result]:
    """Ended at each point in turn, each time with what is left worked off before the next."""
    with place(folder) as where:
        for point in POINTS:
            crash_point(where, point, dice)
            yield settled(where, f"ended {point}")


def crash_points_in_a_row(folder: Path, dice: random.Random) -> Result:
    """Ended at each point in turn, nothing being worked off in between."""
    with place(folder) as where:
        for point in POINTS:
            crash_point(where, point, dice)
        return settled(where, f"{len(POINTS)} crash points in a row")


def kills(folder: Path, times: int, dice: random.Random) -> Result:
    """kill -9 at random moments under load."""
    with place(folder) as where, Load(where) as load:
        for _ in range(times):
            with alerts(where) as child:
                time.sleep(dice.uniform(0.0, 1.0))
                child.kill()
        load.finish()
        return settled(where, f"{times} kill -9 at random moments")


def takeovers(folder: Path, hows: Sequence[signal.Signals], dice: random.Random) -> Result:
    """Two at once: the active one is killed, or frozen and woken again after the other has taken over, in turn."""
    took_s = []
    with place(folder) as where, Load(where) as load, ExitStack() as children:
        active, standby = children.enter_context(alerts(where)), children.enter_context(alerts(where))
        assert (active.said, standby.said) == ("active", "standing by")
        for how in hows:
            time.sleep(dice.uniform(0.5, 1.5))
            if how is signal.SIGSTOP:
                active.freeze(where)
            else:
                active.process.send_signal(how)
            begun_s = time.monotonic()
            assert standby.hear() == "active"
            took_s.append(time.monotonic() - begun_s)
            if how is signal.SIGSTOP:
                active.process.send_signal(signal.SIGCONT)
                assert active.hear() == "standing by"
                active, standby = standby, active
            else:
                active.died()
                active, standby = standby, children.enter_context(alerts(where))
        load.finish()
        active.stop()
        standby.stop()
        said = " and ".join({each: WORDS[each] for each in hows}.values())
        return settled(where, f"two at once, the active one {said}, {len(hows)} times in all", took_s)


WORDS = {signal.SIGKILL: "killed", signal.SIGSTOP: "frozen, then woken"}


def main(seed: int) -> int:
    """Print what each fault left, and how many broke the promise."""
    dice, begun_s, broken = random.Random(seed), time.monotonic(), 0
    runs: list[Callable[[Path], Iterator[Result]]] = [
        lambda folder: crash_points(folder, dice),
        lambda folder: iter([crash_points_in_a_row(folder, dice)]),
        lambda folder: iter([kills(folder, 30, dice)]),
        lambda folder: iter([takeovers(folder, [signal.SIGKILL] * 10, dice)]),
        lambda folder: iter([takeovers(folder, [signal.SIGSTOP] * 5, dice)]),
    ]
    for run in runs:
        with tempfile.TemporaryDirectory(prefix="mizumori-deliveries-") as folder:
            for result in run(Path(folder) / "place"):
                broken += not result.kept
                sys.stdout.write(f"{result}\n")
                sys.stdout.flush()
    with tempfile.TemporaryDirectory(prefix="mizumori-deliveries-") as folder:
        sys.stdout.write(f"{serve(Path(folder), 1000)}\n")
    sys.stdout.write(f"seed {seed}, {time.monotonic() - begun_s:.0f} s: {broken} faults broke the promise\n")
    return broken


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else random.SystemRandom().randrange(10**6)))
