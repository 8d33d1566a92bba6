"""What is known of a picture besides itself, and what a judge says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from ingest.sight.look import PictureFault
from ingest.sight.memory import Light

DAY_DEG, NIGHT_DEG = 6.0, -7.0
"""Elevation of the sun from which it is broad day, and below which the sky gives a camera no more light."""


class Thresholds(BaseModel):
    """From when on a picture is faulty. The defaults are those that docs/cameras.md gives the figures of."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dark_below: float = Field(
        default=28,
        gt=0,
        le=255,
        description="dark: the brightest fiftieth of a picture is below this grey level (0 to 255)",
    )
    blurred_share: float = Field(
        default=0.6, gt=0, le=1, description="blurred: this share of the view lost its usual sharpness"
    )
    covered_share: float = Field(
        default=0.4,
        gt=0,
        le=1,
        description="covered: this share of the usual view is hidden by something without edges of its own",
    )
    shifted_by: float = Field(
        default=0.018, gt=0, le=0.5, description="shifted: the view moved by this share of its width"
    )
    pictures: int = Field(
        default=2,
        ge=1,
        le=3,
        description="so many faulty pictures in a row make a fault stand, and as many good ones end it",
    )


@dataclass(frozen=True, slots=True)
class View:
    """When a picture was taken, how high the sun stood (degrees), and whether the camera has light of its own."""

    taken_at: datetime
    sun_deg: float
    lit: bool = False
    thresholds: Thresholds = field(default_factory=Thresholds)

    @property
    def day(self) -> bool:
        """Whether there is enough daylight for everything to be seen."""
        return self.sun_deg >= DAY_DEG

    @property
    def night(self) -> bool:
        """Whether there is no daylight left."""
        return self.sun_deg <= NIGHT_DEG

    @property
    def light(self) -> Light:
        """By which of the camera's faces this picture's own change and sharpness are kept."""
        return Light.DAY if self.sun_deg > 0 else Light.NIGHT


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with a picture.

    ``faults`` stand: seen in this picture and in others before. ``seen`` are those of this picture alone. Of the
    ``withheld`` it says nothing, neither that they are there nor that they are not. ``figures`` are what it was judged
    by, by name.
    """

    faults: frozenset[PictureFault]
    seen: frozenset[PictureFault]
    withheld: frozenset[PictureFault] = frozenset()
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault in one picture: seen, not seen, or (None) not to be told from this picture."""

    seen: bool | None
    figures: Mapping[str, float] = field(default_factory=dict)
