"""What ``data/latest.json`` holds: the models that its published schema is made of, so that the two cannot part."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from dashboard.public.spots import State
from ingest.stations import StationKind

JstTime = Annotated[
    str,
    Field(
        pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+09:00$",
        json_schema_extra={"format": "date-time"},
        examples=["2026-07-01T10:40:00+09:00"],
    ),
]
NamesByLanguage = Annotated[
    dict[str, str], Field(description="by language (BCP 47); Japanese, ja, is always there", min_length=1)
]
Hazard = Annotated[int, Field(ge=0, le=5)]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
LATEST = "latest.schema.json"
OF_STATES = (
    "level: what the gauge measures now. last_known: nothing reliable came since; what is given was the last, not the "
    "present (where silent is false, newer values came and are being checked). being_checked: the measurement is being "
    "checked; no value is given. maintenance: somebody works on the gauge; no value is given. unjudged: a stage "
    "without thresholds. no_data: it never reported."
)
OF_HAZARDS = (
    "0 below all thresholds to 5 the highest: the highest threshold that the stage is at or above. It is the state of "
    "a sensor, not the alert level (警戒レベル) that an authority issues. null where the level is not known."
)


class Told(BaseModel):
    """A part of the document."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class CityTold(Told):
    """The city."""

    id: str = Field(description="the city's own short name")
    municipal_code: str = Field(
        pattern=r"^(\d{6})?$", description="全国地方公共団体コード, six digits; empty where not set"
    )
    name: NamesByLanguage


class ThresholdTold(Told):
    """A threshold that is in force."""

    hazard: int = Field(ge=1, le=5, description="the hazard that begins there")
    label: NamesByLanguage
    stage_m: float = Field(description="the hazard begins at or above this stage, in metres above the gauge zero")


class GaugeTold(Told):
    """A gauge: what is known of the water there."""

    id: str = Field(description="of the gauge; it never changes")
    name: dict[str, str] | None = Field(description="by language; null where the station has only this one")
    state: State = Field(description=OF_STATES)
    silent: bool = Field(description="whether it is overdue or failed")
    hazard: Hazard | None = Field(description=OF_HAZARDS)
    hazard_label: dict[str, str] | None = Field(description="what the hazard is called at this kind of station")
    stage_m: float | None = Field(
        description="metres above the gauge zero, cut to whole centimetres (never rounded up); provisional"
    )
    observed_at: JstTime | None = Field(description="when it was measured")
    trend: str = Field(pattern="^(rising|falling|steady|unknown)$", description="unknown unless the state is level")
    provisional: Literal[True] = Field(description="暫定値: straight from the device, may be corrected later")
    datum_m: float | None = Field(description="elevation of the gauge zero in metres above T.P.; null where not known")
    thresholds: tuple[ThresholdTold, ...] = Field(description="those in force today, by hazard")


class StationTold(Told):
    """A station, with its gauges, the worst first. Of a station with a gauge that is being checked or worked on, those
    that show no danger are left out: they do not stand for the station."""

    id: str = Field(description="of the station, as in the addresses of its files; it never changes")
    kind: StationKind = Field(description="what kind of danger spot it is")
    name: NamesByLanguage
    area: dict[str, str] | None = Field(description="the part of the city, by language")
    water: dict[str, str] | None = Field(description="the river, channel or pond")
    lat: float = Field(ge=-90, le=90, description="degrees, JGD2011/WGS 84")
    lon: float = Field(ge=-180, le=180, description="degrees, east positive")
    hazard: Hazard | None = Field(
        description="that of the worst gauge, of now or last known; one above its water while pumps should run and are "
        "not known to"
    )
    pumps: Literal["stopped", "unknown"] | None = Field(
        description="of pumps that should run by the water: they say that they stand, or nothing certain is heard of "
        "them; null where all is well or there are none"
    )
    gauges: tuple[GaugeTold, ...] = Field(description="the worst first, at least one")


class Latest(Told):
    """The latest water levels of all stations, the worst first."""

    model_config = ConfigDict(title="Latest water levels", populate_by_name=True)

    schema_: str = Field(default=LATEST, serialization_alias="$schema", description="the schema of this document")
    published_at: JstTime = Field(description="by it a reader knows how old all of this is")
    city: CityTold = Field(description="the city that publishes")
    demonstration: bool = Field(description="true: made up for a demonstration, no real water levels")
    drill: bool = Field(description="true: of a drill, no real water levels")
    provisional: Literal[True] = Field(description="暫定値: all values may be corrected later")
    licence: str = Field(description="address of the licence")
    attribution: dict[str, str] = Field(description="what to name as the source, by language")
    stations: tuple[StationTold, ...] = Field(description="those that have a gauge, the worst first")


def schema() -> dict[str, Any]:
    """The JSON Schema of ``data/latest.json``, draft 2020-12."""
    return {"$schema": DIALECT, **Latest.model_json_schema(mode="serialization")}
