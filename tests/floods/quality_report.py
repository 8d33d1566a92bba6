"""What quality control makes of every recording: ``python -m tests.floods.quality_report``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from simulators.replay import Row
from tests.floods import aire, crisis, ditwah, floodnet, guaiba, jakarta, judged, kotogawa, kuji, nation
from tests.floods.recording import Recording
from tests.parts import data_folder

COLUMNS = (
    *("recording", "gauges", "readings", "bad", "caught", "believed", "rises", "further"),
    *("falls", "median", "longest", "denied", "lasting", "stuck"),
)


@dataclass(frozen=True)
class Case:
    """A recording, and which of its rows are known to be bad."""

    name: str
    recording: Callable[[Path], Recording]
    is_bad: Callable[[Row], bool] = judged.never


CASES = (
    Case("Kotogawa 2023", kotogawa.recording),
    Case("Ditwah 2025", ditwah.recording, ditwah.is_bad),
    Case("Crisis gauges", crisis.flooded, crisis.is_bad),
    Case("Jakarta 2019", jakarta.recording, jakarta.is_bad),
    Case("Guaíba 2023", guaiba.recording),
    Case("Aire 2025", aire.recording, aire.is_bad),
    Case("FloodNet", floodnet.recording),
    Case("England, one day", nation.recording, nation.is_bad),
    Case("Kuji and Naka", kuji.recording, kuji.is_bad),
)


def main() -> None:
    """Print the table."""
    data = data_folder()
    _say(COLUMNS)
    for case in CASES:
        recording = case.recording(data)
        found = judged.tally(judged.courses(recording), case.is_bad)
        waits = found.waits_min
        times = [f"{value:.0f} min" for value in (median(waits), waits[-1])] if waits else ["–", "–"]
        before = (found.readings, found.bad, found.caught, found.believed, found.rises, found.further, found.falls)
        after = (found.denied, found.lasting, found.stuck)
        gauges = {row.gauge_id for row in recording.rows}
        _say((case.name, str(len(gauges)), *map(str, before), *times, *map(str, after)))


def _say(cells: tuple[str, ...]) -> None:
    sys.stdout.write(f"{cells[0]:18}" + "".join(f"{cell:>9}" for cell in cells[1:]) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
