"""The vocabulary of sensors: what measures at a gauge, and what its number is a measure of. Frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Self

from pydantic import AwareDatetime, Field, model_validator

from ingest.naming import Frozen
from ingest.units import METRES_PER, PASCALS_PER


class Reads(StrEnum):
    """What the number of a sensor is a measure of."""

    STAGE = "stage"
    BELOW_CROWN = "below_crown"
    ELEVATION = "elevation"
    DISTANCE = "distance"
    DEPTH = "depth"
    PRESSURE = "pressure"


MOUNTED = frozenset({Reads.DISTANCE, Reads.DEPTH, Reads.PRESSURE})
"""What is measured from the sensor itself, so that its height decides."""


class Sensor(Frozen):
    """What measures at a gauge from ``valid_from`` on, and how its number becomes stage.

    ``model`` names a device of ``ingest.decoders``; empty where the number comes as our JSON or as SenML.
    ``device`` is its identifier at the LoRaWAN network server (the device EUI, in lower case); empty where it
    publishes to the topics of its gauge. ``channel`` says which of its numbers counts, where there are several.
    ``reads`` and ``unit`` say what the number is: ``stage`` above the gauge zero, ``below_crown`` (0 at the crown,
    negative below), ``elevation`` above the reference plane of ``datum_m``, ``distance`` down from the mounting
    to the water, ``depth`` of water above the sensor, or ``pressure`` of the water on it.
    ``height_m`` is the height of the sensor's own zero above the gauge zero: needed for a distance, a depth and a
    pressure. ``offset_m`` is added to the stage at the end; ``offset_pa`` is taken from a pressure before (the air's,
    where the sensor measures absolutely). ``density_kg_per_m3`` is that of the water.
    """

    valid_from: AwareDatetime
    model: str = ""
    device: str = Field(default="", pattern=r"^[a-z0-9._-]{0,64}$")
    channel: str = ""
    reads: Reads = Reads.STAGE
    unit: str = ""
    height_m: float | None = None
    offset_m: float = 0.0
    offset_pa: float = 0.0
    density_kg_per_m3: float = Field(default=1000.0, ge=900, le=1300)

    @model_validator(mode="after")
    def _can_be_converted(self) -> Self:
        if self.reads in MOUNTED and self.height_m is None:
            raise ValueError(f"a sensor that reads {self.reads} needs height_m, its height above the gauge zero")
        units = self.units
        if self.unit and self.unit not in units:
            raise ValueError(f'`unit` cannot be "{self.unit}" for {self.reads}: write one of {", ".join(units)}')
        return self

    @property
    def units(self) -> Mapping[str, float]:
        """The units that its number can have, each with what one of it is in metres or pascals."""
        return PASCALS_PER if self.reads is Reads.PRESSURE else METRES_PER
