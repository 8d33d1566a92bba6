"""What can be wrong with a device, in names, and the frozen result that says it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ingest.rhythm import Mode


class Problem(StrEnum):
    """What is wrong. The first six say why a gauge does not tell the water level now.

    ``silent_sensor``: its device speaks, but gives no readings; ``silent_battery``: its battery was critical when it
    was heard last; ``silent_gateway``: the only gateway that heard it is out; ``silent``: nothing explains it.
    """

    SILENT = "silent"
    SILENT_SENSOR = "silent_sensor"
    SILENT_GATEWAY = "silent_gateway"
    SILENT_BATTERY = "silent_battery"
    NEVER_HEARD = "never_heard"
    BAD_VALUES = "bad_values"
    GATEWAY_OUT = "gateway_out"
    WRONG_CLOCK = "wrong_clock"
    STUCK = "stuck"
    SUSPECT = "suspect"
    MISSING = "missing"
    BATTERY_CRITICAL = "battery_critical"
    BATTERY_LOW = "battery_low"
    BATTERY_ENDING = "battery_ending"
    WEAK_SIGNAL = "weak_signal"
    LOST = "lost"
    LATE = "late"
    RESTARTS = "restarts"


class Severity(StrEnum):
    """``down``: tells no level now. ``act``: tells it, but must be looked after. ``note``: good to know."""

    DOWN = "down"
    ACT = "act"
    NOTE = "note"


SEVERITY = {
    Problem.SILENT: Severity.DOWN,
    Problem.SILENT_SENSOR: Severity.DOWN,
    Problem.SILENT_GATEWAY: Severity.DOWN,
    Problem.SILENT_BATTERY: Severity.DOWN,
    Problem.NEVER_HEARD: Severity.DOWN,
    Problem.BAD_VALUES: Severity.DOWN,
    Problem.GATEWAY_OUT: Severity.DOWN,
    Problem.WRONG_CLOCK: Severity.ACT,
    Problem.STUCK: Severity.ACT,
    Problem.SUSPECT: Severity.ACT,
    Problem.MISSING: Severity.ACT,
    Problem.BATTERY_CRITICAL: Severity.ACT,
    Problem.BATTERY_LOW: Severity.NOTE,
    Problem.BATTERY_ENDING: Severity.NOTE,
    Problem.WEAK_SIGNAL: Severity.NOTE,
    Problem.LOST: Severity.NOTE,
    Problem.LATE: Severity.NOTE,
    Problem.RESTARTS: Severity.NOTE,
}
WORST_FIRST = tuple(SEVERITY)
SILENCES = frozenset(
    {Problem.SILENT, Problem.SILENT_SENSOR, Problem.SILENT_GATEWAY, Problem.SILENT_BATTERY, Problem.NEVER_HEARD}
)


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem and since when; None where that is not known (a gauge that was never heard)."""

    problem: Problem
    since: datetime | None

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return SEVERITY[self.problem]


@dataclass(frozen=True, slots=True)
class GaugeHealth:
    """A gauge's device at one moment; ``findings`` stand worst first, none where all is well.

    ``heard_at`` is the last receipt of anything, ``observed_at`` the newest observation. The gauge is expected every
    ``expected_s``, counts as silent from ``silent_from`` on, and stands in ``mode`` since ``mode_since``.
    ``missing_*`` are reports that did not come (yet), ``longest_gap_s`` the longest time without an observation in a
    week, ``lost_day`` what the device's counter says was sent and lost. ``usual_delay_s`` is what 95 % of the readings
    stay below, ``late_share`` the share of late ones in a day, ``made_up`` those of a day that were made up after an
    outage, which lasted from ``outage_from`` to ``outage_until``. ``battery_days`` is what the trend leaves, None where
    there is none to be told. ``gateways`` are those that heard it on the last day on which it was heard, newest first.
    """

    gauge_id: str
    mode: Mode
    expected_s: float
    findings: tuple[Finding, ...]
    mode_since: datetime | None = None
    heard_at: datetime | None = None
    observed_at: datetime | None = None
    silent_from: datetime | None = None
    missing_day: int = 0
    missing_week: int = 0
    longest_gap_s: float = 0.0
    readings_day: int = 0
    lost_day: int = 0
    restarts_day: int = 0
    suspect_day: int = 0
    usual_delay_s: float | None = None
    late_share: float = 0.0
    made_up: int = 0
    outage_from: datetime | None = None
    outage_until: datetime | None = None
    battery_pct: float | None = None
    battery_v: float | None = None
    battery_days: float | None = None
    rssi_dbm: float | None = None
    snr_db: float | None = None
    gateways: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity | None:
        """That of the worst finding; None where all is well."""
        return self.findings[0].severity if self.findings else None

    @property
    def due_at(self) -> datetime | None:
        """When its next report is expected; None before the first one."""
        return None if self.observed_at is None else self.observed_at + timedelta(seconds=self.expected_s)

    @property
    def silent(self) -> bool:
        """Whether it is overdue by the rule of its mode, or was never heard."""
        return any(each.problem in SILENCES for each in self.findings)

    def has(self, problem: Problem) -> bool:
        """Whether this is among the findings."""
        return any(each.problem is problem for each in self.findings)


@dataclass(frozen=True, slots=True)
class GatewayHealth:
    """A gateway at one moment, known by the gauges that it heard.

    ``heard_day`` counts the gauges heard through it in the last day, ``alone`` are those that no other gateway heard
    on their last day. ``silenced`` are the gauges that are silent because it is out: one cause, not many.
    """

    gateway_id: str
    heard_at: datetime
    heard_day: int
    alone: tuple[str, ...]
    silenced: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def out(self) -> bool:
        """Whether it hears nothing that it should."""
        return bool(self.findings)


@dataclass(frozen=True, slots=True)
class Health:
    """All devices at one moment: gauges worst first, gateways that are out first."""

    at: datetime
    gauges: tuple[GaugeHealth, ...] = ()
    gateways: tuple[GatewayHealth, ...] = ()

    @property
    def to_act_on(self) -> int:
        """What somebody must look after: gateways that are out, and gauges in trouble of their own."""
        own = [each for each in self.gauges if each.severity in (Severity.DOWN, Severity.ACT)]
        silenced = [each for each in own if each.has(Problem.SILENT_GATEWAY)]
        return len(own) - len(silenced) + sum(gateway.out for gateway in self.gateways)
