"""What a city can set of the API."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class ApiSettings(BaseModel):
    """How much one account may ask of the API."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    asks_per_minute: int = Field(
        default=1200, ge=60, le=100_000, description="questions of one account a minute; more are answered 429"
    )
    acts_per_minute: int = Field(
        default=120, ge=10, le=10_000, description="acts of one account a minute; more are answered 429"
    )
