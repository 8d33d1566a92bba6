"""The incidents as the watch sees them: read again when anything was recorded, and once a minute, for much ends by time
alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from alerts.incidents.seen import IncidentLog, Names, Standing
from alerts.records import OF_HAZARD
from dashboard.views import Board

ENDED_WITHIN = timedelta(hours=24)
"""For so long an incident stays in the list after its end."""
STEP_S = 60.0
FASTEST_S = 10.0
"""Real seconds between two drawings, however fast the house's clock runs."""
OF_WATER = OF_HAZARD | {"rise", "outlook", "silence", "pump_vain"}
"""The rules beside which the stage of the station is worth showing."""


@dataclass(frozen=True, slots=True)
class IncidentsPicture:
    """What stands at ``at``. ``mark`` is another one whenever anything was recorded; ``step`` counts time."""

    at: datetime
    mark: str = ""
    step: int = 0
    standing: Standing = field(default_factory=Standing)
    names: Names = field(default_factory=dict)


NOTHING = IncidentsPicture(datetime.fromtimestamp(0, UTC))
"""Before the first look."""


class AlertsWatch:
    """Blocking; for one thread."""

    def __init__(self, log: IncidentLog, speed: float) -> None:
        self._log = log
        self._step_s = max(STEP_S, FASTEST_S * speed)
        self._picture: IncidentsPicture | None = None

    def look(self, now: datetime) -> IncidentsPicture:
        """The picture at ``now``: the last one where nothing was recorded and no time passed that would show."""
        mark, step = self._log.mark(), int(now.timestamp() // self._step_s)
        before = self._picture
        if before is None or (before.mark, before.step) != (mark, step):
            found = self._log.standing(now, now - ENDED_WITHIN)
            self._picture = before = IncidentsPicture(now, mark, step, found, self._log.names())
        return before


def incidents_facts(seen: IncidentsPicture, board: Board | None) -> object:
    """What the pages of the incidents depend on: what was recorded, the time, and how the water stands beside it."""
    wet = {each.station_id for each in seen.standing.open if each.rule in OF_WATER}
    views = [view for view in board.stations if view.station.id in wet] if board else []
    levels = tuple(
        (
            view.station.id,
            view.hazard,
            round(worst.stage_m or 0.0, 2),
            round(worst.rise_m_per_h or 0.0, 1),
            worst.silent,
        )
        for view in views
        if (worst := view.worst) is not None
    )
    return seen.mark, seen.step, levels
