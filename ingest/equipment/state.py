"""The state of pumps and gates at a moment, from their newest readings. Pure.

Silence never says that a pump runs: what was not heard for three intervals is not known any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from ingest.readings import Reading
from ingest.rhythm import LATE_AFTER_INTERVALS
from ingest.stations import Gate, Pump, Quantity

States: TypeAlias = Mapping[tuple[str, Quantity], Reading]
"""The newest reading by id and quantity, as ``Log.states`` gives them."""


@dataclass(frozen=True, slots=True)
class PumpState:
    """A pump at a moment. What is None was never said; each value has the time at which it was observed.

    ``running`` is what the pump said last, however long ago; ``known`` says that this is of now. ``fault`` is 0 where
    it said that there is none, else the device's own number of it. ``heard_at`` is its newest word of any kind.
    """

    pump: Pump
    running: bool | None = None
    running_at: datetime | None = None
    fault: int | None = None
    fault_at: datetime | None = None
    flow_m3_per_s: float | None = None
    flow_at: datetime | None = None
    heard_at: datetime | None = None
    known: bool = False

    @property
    def device(self) -> Pump:
        """The pump."""
        return self.pump

    @property
    def runs(self) -> bool:
        """Whether it is known to run now."""
        return self.known and self.running is True

    @property
    def faulty(self) -> bool:
        """Whether the last that it said of a fault is that there is one: silence takes none back."""
        return bool(self.fault)


@dataclass(frozen=True, slots=True)
class GateState:
    """A gate at a moment, as ``PumpState``. ``opening_pct``: 0 is closed, 100 wide open."""

    gate: Gate
    opening_pct: float | None = None
    opening_at: datetime | None = None
    fault: int | None = None
    fault_at: datetime | None = None
    heard_at: datetime | None = None
    known: bool = False

    @property
    def device(self) -> Gate:
        """The gate."""
        return self.gate

    @property
    def faulty(self) -> bool:
        """Whether the last that it said of a fault is that there is one."""
        return bool(self.fault)


MachineState: TypeAlias = PumpState | GateState


def patience(device: Pump | Gate) -> timedelta:
    """How old its newest word may be, and how long a pump may take until it must have said that it runs."""
    return timedelta(seconds=LATE_AFTER_INTERVALS * device.interval_s)


def pump_state(pump: Pump, states: States, now: datetime) -> PumpState:
    """A pump at ``now``."""
    running, fault, flow = (states.get((pump.id, each)) for each in (Quantity.RUNNING, Quantity.FAULT, Quantity.FLOW))
    return PumpState(
        pump=pump,
        running=None if running is None else running.value > 0,
        running_at=_time(running),
        fault=None if fault is None else round(fault.value),
        fault_at=_time(fault),
        flow_m3_per_s=_value(flow),
        flow_at=_time(flow),
        heard_at=_newest(running, fault, flow),
        known=_is_of_now(running, pump, now),
    )


def gate_state(gate: Gate, states: States, now: datetime) -> GateState:
    """A gate at ``now``."""
    opening, fault = (states.get((gate.id, each)) for each in (Quantity.OPENING, Quantity.FAULT))
    return GateState(
        gate=gate,
        opening_pct=_value(opening),
        opening_at=_time(opening),
        fault=None if fault is None else round(fault.value),
        fault_at=_time(fault),
        heard_at=_newest(opening, fault),
        known=_is_of_now(opening, gate, now),
    )


def _value(reading: Reading | None) -> float | None:
    return None if reading is None else reading.value


def _time(reading: Reading | None) -> datetime | None:
    return None if reading is None else reading.observed_at


def _newest(*readings: Reading | None) -> datetime | None:
    return max((each.observed_at for each in readings if each is not None), default=None)


def _is_of_now(reading: Reading | None, device: Pump | Gate, now: datetime) -> bool:
    """What lies further ahead was dated by a clock of ours that has been set back since: of now it says nothing."""
    return reading is not None and abs(now - reading.observed_at) <= patience(device)
