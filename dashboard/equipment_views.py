"""The pumps and gates of a station as screens show them: pure, from their newest readings and the water they drain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ingest.equipment.idle import Idle, raised, standing_still
from ingest.equipment.state import GateState, PumpState, States, gate_state, pump_state
from ingest.equipment.water import Inner, inner_water
from ingest.readings import Reading
from ingest.stations import Registry, Station
from ingest.store.protocol import Latest


@dataclass(frozen=True, slots=True)
class EquipmentView:
    """The equipment of a station now. ``idle`` are the pumps that should run by the inner stage and are not known to.

    ``inner_id`` and ``outer_id`` are the gauges on both sides of the pumps, where there are such.
    """

    pumps: tuple[PumpState, ...]
    gates: tuple[GateState, ...]
    inner: Inner | None
    idle: tuple[Idle, ...]
    inner_id: str | None
    outer_id: str | None

    @property
    def hazard(self) -> int:
        """The least hazard of the station by its pumps: one above that of the water while they stand still."""
        return raised(self.inner.hazard) if self.idle and self.inner else 0


def equipment_view(
    station: Station,
    registry: Registry,
    latest: Mapping[str, Latest],
    recent: Mapping[str, Sequence[Reading]],
    states: States,
    now: datetime,
) -> EquipmentView | None:
    """The equipment of a station at ``now``; None where it has neither pumps nor gates."""
    pumps = tuple(pump_state(each, states, now) for each in registry.pumps_of(station.id))
    gates = tuple(gate_state(each, states, now) for each in registry.gates_of(station.id))
    if not pumps and not gates:
        return None
    gauge = registry.inner_gauge_of(station.id)
    inner = inner_water(station.kind, gauge, latest.get(gauge.id), recent.get(gauge.id, ()), now) if gauge else None
    outer = next((each.id for each in registry.gauges_of(station.id) if each.role == "outer"), None)
    idle = tuple(standing_still(station.id, pumps, inner, now))
    return EquipmentView(pumps, gates, inner, idle, gauge.id if gauge else None, outer)
