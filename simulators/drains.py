"""The land side of a pump station as a basin: inflow in, pumps and a little gravity out, step by step. Pure.

Volumes are balanced, not stages drawn: what the pumps take is what the water falls by. Figures that nobody knows of a
station are chosen so that its pumps, if they run, cope with most storms, and that without them the water goes over the
bank within one or two hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulators.pump_faults import PumpFault

STEP_S = 60.0
FILL_S = 3600.0
"""So long an inflow of the whole capacity of the pumps fills a basin from its base to its top."""
LEAK = 0.25
"""What flows off by itself at the top, as a share of that capacity."""
BAND = 0.30
"""How far a pump draws the water down below its start before it stops, as a share of start above base."""


@dataclass(frozen=True, slots=True)
class Motor:
    """A pump in the basin: it starts and stops at these stages and takes so much."""

    pump_id: str
    start_m: float
    stop_m: float
    m3_per_s: float


@dataclass(frozen=True, slots=True)
class Basin:
    """A basin between ``base_m`` (dry weather) and ``top_m`` (its highest threshold), with its pumps."""

    base_m: float
    top_m: float
    motors: tuple[Motor, ...]

    @property
    def capacity_m3_per_s(self) -> float:
        """What all pumps take together."""
        return sum(each.m3_per_s for each in self.motors)

    @property
    def area_m2(self) -> float:
        """Its surface, the same at every stage."""
        return self.capacity_m3_per_s * FILL_S / (self.top_m - self.base_m)

    def leak_m3_per_s(self, stage_m: float) -> float:
        """What flows off by itself."""
        return max(0.0, LEAK * self.capacity_m3_per_s * (stage_m - self.base_m) / (self.top_m - self.base_m))


@dataclass(frozen=True, slots=True)
class Step:
    """The basin at one moment: which pumps turn, and what each of them really takes."""

    stage_m: float
    running: tuple[bool, ...]
    flows_m3_per_s: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """A basin over time, every ``STEP_S`` from ``begins_at`` on."""

    begins_at: datetime
    steps: tuple[Step, ...]

    def stage_m(self, at: datetime) -> float:
        """The stage, linear between the steps; that of the first before them, of the last after them."""
        place = min(max((at - self.begins_at).total_seconds() / STEP_S, 0.0), len(self.steps) - 1.0)
        low = self.steps[int(place)]
        high = self.steps[min(int(place) + 1, len(self.steps) - 1)]
        return low.stage_m + (high.stage_m - low.stage_m) * (place - int(place))

    def at(self, at: datetime) -> Step:
        """The step that holds at a time."""
        place = int((at - self.begins_at).total_seconds() // STEP_S)
        return self.steps[min(max(place, 0), len(self.steps) - 1)]


def motor(pump_id: str, start_m: float, base_m: float, m3_per_s: float) -> Motor:
    """A pump that starts at a stage and draws the water down by a share of it."""
    return Motor(pump_id, start_m, start_m - BAND * (start_m - base_m), m3_per_s)


def drained(basin: Basin, inflow_m3_per_s: Sequence[float], begins_at: datetime, faults: Sequence[PumpFault]) -> Course:
    """The basin under an inflow every ``STEP_S``, with the fault of each of its pumps. It begins dry, nothing runs."""
    steps = []
    now = Step(basin.base_m, (False,) * len(basin.motors), (0.0,) * len(basin.motors))
    for number, inflow in enumerate(inflow_m3_per_s):
        steps.append(now)
        at = begins_at + timedelta(seconds=STEP_S * (number + 1))
        out = sum(now.flows_m3_per_s) + basin.leak_m3_per_s(now.stage_m)
        stage_m = max(basin.base_m, now.stage_m + (inflow - out) * STEP_S / basin.area_m2)
        now = _switched(basin, now, stage_m, [fault.stands(at) for fault in faults], faults)
    return Course(begins_at, tuple(steps or [now]))


def _switched(
    basin: Basin, before: Step, stage_m: float, standing: Sequence[bool], faults: Sequence[PumpFault]
) -> Step:
    running, flows = [], []
    for motor, ran, stands, fault in zip(basin.motors, before.running, standing, faults, strict=True):
        wanted = stage_m >= motor.start_m or (ran and stage_m > motor.stop_m)
        runs = wanted and not (stands and fault.stops)
        running.append(runs)
        flows.append(motor.m3_per_s if runs and not (stands and fault.in_vain) else 0.0)
    return Step(stage_m, tuple(running), tuple(flows))
