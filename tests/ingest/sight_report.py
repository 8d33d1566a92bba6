"""``python -m tests.ingest.sight_report [FIRST [CAMERAS]]``: whole weeks, every fault, the table of what came of it.

Takes one to three minutes a camera and core; runs in two processes at low priority.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from tests.ingest.sight_set import EXPECTED
from tests.ingest.sight_weeks import Told, Week, pictures, week

OF_EACH = {
    "frozen": 6,
    "frozen_clock": 6,
    "frozen_stamped": 10,
    "dark": 14,
    "blurred": 16,
    "fogged_lens": 5,
    "covered": 20,
    "shifted": 20,
}
PROCESSES = 2


def report(weeks: Sequence[Week]) -> str:
    """The tables as text."""
    told = [each for one in weeks for each in one.told]
    lines = [f"{len(weeks)} cameras and weeks, {pictures(weeks)} pictures, {len(told)} faults", ""]
    lines += ["| what | sequences | told as itself | as another | missed | not over after two good ones |"]
    lines += ["|---|---|---|---|---|---|"]
    names = sorted({each.trouble.what for each in told}, key=lambda what: (what.split(",")[0] not in EXPECTED, what))
    lines += [_row(name, [each for each in told if each.trouble.what == name]) for name in names]
    lines += ["", "| condition | sequences | as another | missed | false alarms | sound pictures |"]
    lines += ["|---|---|---|---|---|---|"]
    lines += _by_condition(weeks, told)
    lines += ["", _alarms(weeks), "", *(_miss(each) for each in told if not each.after)]
    return "\n".join(lines)


def _row(name: str, told: Sequence[Told]) -> str:
    own, other = sum(each.after > 0 for each in told), sum(each.as_another for each in told)
    missed = sum(each.missed for each in told)
    lasting = sum(not each.ended for each in told)
    return f"| {name} | {len(told)} | {own} | {other} | {missed} | {lasting} |"


def _by_condition(weeks: Sequence[Week], told: Sequence[Told]) -> list[str]:
    seen: Counter[str] = sum((Counter(each.conditions) for each in weeks), Counter())
    lines = []
    for name, count in sorted(seen.items()):
        here = [each for each in told if each.condition == name]
        alarms = sum(alarm.condition == name for each in weeks for alarm in each.alarms)
        other, missed = sum(each.as_another for each in here), sum(each.missed for each in here)
        lines.append(f"| {name} | {len(here)} | {other} | {missed} | {alarms} | {count} |")
    return lines


def _alarms(weeks: Sequence[Week]) -> str:
    kinds = Counter(alarm.fault for each in weeks for alarm in each.alarms)
    most = max((len(each.alarms) for each in weeks), default=0)
    said = [f"false alarms by kind: {dict(kinds)}; most at one camera and week: {most}"]
    said += [f"  {alarm}" for each in weeks for alarm in each.alarms]
    return "\n".join(said)


def _miss(told: Told) -> str:
    kind = "missed" if told.missed else f"told as {'+'.join(told.instead)}"
    return f"{kind}: camera {told.camera} {told.condition}: {told.trouble} {dict(told.figures)}"


def main(first: int, cameras: int) -> int:
    """Print the tables for so many cameras from a number on."""
    with ProcessPoolExecutor(PROCESSES, initializer=partial(os.nice, 10)) as pool:
        weeks = list(pool.map(partial(week, of_each=OF_EACH), range(first, first + cameras)))
    judged_ms = (
        1000 * sum(each.judged_s for each in weeks) / max(1, sum(sum(each.conditions.values()) for each in weeks))
    )
    sys.stdout.write(f"{report(weeks)}\n\n{judged_ms:.2f} ms a picture in judge\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in [*sys.argv[1:], *("1000", "10")[len(sys.argv) - 1 :]])))
