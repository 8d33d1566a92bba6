"""Where a gauge stands, with the numbers that hold for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from alerts.rules.settings.rules import RulesSettings
from ingest.hazard import Levels, levels_at
from ingest.stations import Gauge, Registry, Station, StationKind


@dataclass(frozen=True, slots=True)
class Place:
    """A gauge with its station and the rules' numbers for it."""

    station: Station
    gauge: Gauge
    rules: RulesSettings

    def levels_at(self, at: datetime) -> Levels:
        """The thresholds in force at a time."""
        return levels_at(self.station.kind, self.gauge, at)

    def hysteresis_m(self, levels: Levels) -> float:
        """The gauge's own, else that of the settings.

        Never more than half of the lowest threshold above the gauge zero: an alert that ends only below a dry bed
        would never end.
        """
        own_m = self.gauge.hysteresis_m
        hysteresis_m = self.rules.stage.hysteresis_m if own_m is None else own_m
        lowest_m = min(levels.values(), default=0.0)
        return min(hysteresis_m, lowest_m / 2) if lowest_m > 0 else hysteresis_m


def places(registry: Registry, rules: RulesSettings) -> dict[str, Place]:
    """The place of every gauge in service, by gauge id."""
    of_kind = {kind: rules.at(kind, "") for kind in StationKind}
    own = rules.overridden_stations()
    at = {
        each.id: rules.at(each.kind, each.id) if each.id in own else of_kind[each.kind]
        for each in registry.stations.values()
    }
    return {
        gauge.id: Place(registry.stations[gauge.station_id], gauge, at[gauge.station_id])
        for gauge in registry.gauges.values()
    }
