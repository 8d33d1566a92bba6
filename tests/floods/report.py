"""A table of what the house makes of each recorded flood: ``python -m tests.floods.report``.

Every flood goes through broker, ingest and alerts on the embedded broker, once at once and once by the defaults.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from alerts.engine.settings import AlertSettings
from alerts.records import Transition
from deploy.settings import Settings
from tests.brokers import free_port
from tests.floods import crisis, ditwah, house, kotogawa
from tests.floods.recording import Recording
from tests.parts import data_folder

COLUMNS = ("flood", "gauges", "rows", "kept", "suspect", "bad", "dead", "at once", "default", "speed", "run time")


def main() -> None:
    """Print the table."""
    data = data_folder()
    _say(COLUMNS)
    for name, recording, speed, behind_s in (
        ("Kotogawa 2023", kotogawa.recording(data), 60_000.0, 365 * 86400.0),
        ("Ditwah 2025", ditwah.recording(data), 60_000.0, 365 * 86400.0),
        (
            "Crisis gauges 2026",
            crisis.recording(crisis.flood_of_august_2026(data)),
            20_000.0,
            crisis.STUCK_AFTER.total_seconds(),
        ),
    ):
        _say(_line(name, recording, speed, behind_s))


def _line(name: str, recording: Recording, speed: float, behind_s: float) -> tuple[str, ...]:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        settings = Settings.model_validate(
            {
                "data_folder": folder / "data",
                "broker": {"port": free_port()},
                "alerts": house.AT_ONCE,
                "ingest": {"clock_behind_s": behind_s},
            }
        )
        found = house.by_parts(recording, settings, speed)
        held = house.judged_again(folder / "data", AlertSettings(), folder / "again.db")
    quality = Counter(str(each.quality) for each in found.readings)
    return (
        name,
        *(str(count) for count in (len(recording.registry.gauges), len(recording.rows), len(found.readings))),
        *(str(count) for count in (quality["suspect"], quality["bad"], sum(found.dead_letters.values()))),
        *(str(_count(each)) for each in (found.transitions, held)),
        f"{speed:,.0f}",
        f"{found.elapsed_s:.1f} s",
    )


def _count(transitions: Mapping[str, list[Transition]]) -> int:
    return sum(map(len, transitions.values()))


def _say(cells: tuple[str, ...]) -> None:
    sys.stdout.write(f"{cells[0]:20}" + "".join(f"{cell:>9}" for cell in cells[1:]) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
