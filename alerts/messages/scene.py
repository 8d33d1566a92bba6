"""Where a run of transitions happened: the names around it, and which of the situations it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alerts.messages.catalogue import one_line, texts
from alerts.messages.runs import Run
from alerts.messages.told import Context, Situation
from alerts.pictures.tied import Tied
from alerts.records import Transition
from alerts.rules.findings import Cause
from ingest.stations import Camera, Gate, Gauge, Pump, Station, named

OF_CAUSE = {
    Cause.CLOSED: Situation.CLOSED,
    Cause.FLAPPING: Situation.FLAPPING,
    Cause.UNVERIFIED: Situation.UNVERIFIED,
}


@dataclass(frozen=True, slots=True)
class Scene:
    """A run with what is known around it, for a reader of one language. Stations and gauges may be retired by now."""

    run: Run
    context: Context
    language: str

    @property
    def last(self) -> Transition:
        """The newest transition: what holds now."""
        return self.run.last

    @property
    def from_level(self) -> int:
        """Where the run began."""
        return self.run.first.from_level

    @property
    def detail(self) -> Mapping[str, Any]:
        """What the newest transition says besides."""
        return self.last.detail

    @property
    def catalogue(self) -> dict[str, Any]:
        """The words of the language."""
        return texts(self.language)

    @property
    def pictured(self) -> Transition:
        """The newest transition that a still is tied to; the newest of all where there is none."""
        known = self.context.pictures
        return next((each for each in reversed(self.run.transitions) if each.id in known), self.last)

    @property
    def tied(self) -> Tied | None:
        """The still beside the run."""
        return self.context.pictures.get(self.pictured.id)

    @property
    def station(self) -> Station | None:
        """The station, where it is in the registry."""
        return self.context.registry.stations.get(self.last.station_id)

    @property
    def gauge(self) -> Gauge | None:
        """The gauge, where the subject is one."""
        return self.context.registry.gauges.get(self.last.subject_id)

    @property
    def camera(self) -> Camera | None:
        """The camera, where the subject is one."""
        return self.context.registry.cameras.get(self.last.subject_id)

    def equipment(self, device_id: str) -> Pump | Gate | None:
        """A pump or gate by its id, which no other of either has."""
        registry = self.context.registry
        return registry.pumps.get(device_id) or registry.gates.get(device_id)

    @property
    def station_name(self) -> str:
        """The station; its id where it is not in the registry, empty where there is none (a gateway)."""
        station = self.station
        return one_line(named(station.name, self.language)) if station else one_line(self.last.station_id)

    @property
    def place(self) -> str:
        """The station, and which of its gauges or cameras where it has more than one; the subject where there is no
        station."""
        station = self.station_name
        if not station:
            return one_line(self.last.subject_id)
        if not self.one_of_several:
            return station
        item = self.gauge_name if self.gauge is not None else self.camera_name
        return str(self.catalogue["place"].format(station=station, gauge=item))

    @property
    def gauge_name(self) -> str:
        """The gauge's name; a word for it where it has none: its id would say nothing to the reader."""
        return self._item_name(self.gauge, "gauge_unnamed")

    @property
    def camera_name(self) -> str:
        """The camera's name, or a word for it; of several without a name the id, which tells them apart."""
        camera = self.camera
        return camera.id if camera and not camera.name and self.one_of_several else self.name_of_camera(camera)

    def name_of_camera(self, camera: Camera | None) -> str:
        """A camera's name, or a word for it."""
        return self._item_name(camera, "camera_unnamed")

    @property
    def one_of_several(self) -> bool:
        """Whether the subject is one of several gauges, or cameras, of its station."""
        registry, station_id = self.context.registry, self.last.station_id
        if self.gauge is not None:
            return len(registry.gauges_of(station_id)) > 1
        return self.camera is not None and len(registry.cameras_of(station_id)) > 1

    @property
    def city(self) -> str:
        """The city."""
        return one_line(named(self.context.registry.city.name, self.language))

    def _item_name(self, item: Gauge | Camera | None, unnamed: str) -> str:
        if item is None or not item.name:
            return str(self.catalogue[unnamed])
        return one_line(named(item.name, self.language))

    @property
    def revised(self) -> bool:
        """Whether a level was left because its threshold is there no more: the rule told all it knows, and not that."""
        told = self.run.first.detail
        return self.last.to_level < self.from_level and "hold_s" in told and "threshold_m" not in told

    @property
    def unwatched(self) -> bool:
        """Whether it ended because nobody watches its subject any more, also where that is told late."""
        return "unwatched" in self.detail and not self.last.to_level

    @property
    def situation(self) -> Situation:
        """What happened. A run that rose is told as a rise, though it was confirmed on the way."""
        last = self.last
        if self.unwatched:
            return Situation.UNWATCHED
        if last.cause in OF_CAUSE:
            return OF_CAUSE[Cause(last.cause)]
        if last.to_level < self.from_level or last.cause == Cause.FALL:
            return Situation.REVISED if self.revised else Situation.FALL if last.to_level else Situation.OVER
        if last.unverified:
            return Situation.UNVERIFIED
        if last.unconfirmed:
            return Situation.UNCONFIRMED
        if last.cause == Cause.CONFIRMED and last.to_level == self.from_level:
            return Situation.CONFIRMED
        return Situation.STILL if last.cause == Cause.STILL else Situation.RISE
