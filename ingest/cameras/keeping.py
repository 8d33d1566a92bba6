"""How long stills are kept: the settings, checked where they are read."""

from __future__ import annotations

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field

GB = 1_000_000_000


class KeepingSettings(BaseModel):
    """How much of the disk the stills may have, and for how long."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    kept_days: int = Field(default=7, ge=1, le=3650, description="days for which stills are kept")
    kept_gb: float = Field(
        default=50.0, gt=0, le=1_000_000, description="GB of all stills and their copies; beyond that the oldest go"
    )
    free_gb: float = Field(
        default=2.0,
        ge=0,
        le=100_000,
        description="GB of the disk that stay free for readings: else no still is taken",
    )

    @property
    def kept(self) -> timedelta:
        """How long."""
        return timedelta(days=self.kept_days)

    @property
    def most_bytes(self) -> int:
        """How much."""
        return round(self.kept_gb * GB)

    @property
    def least_free_bytes(self) -> int:
        """How much of the disk is for the readings."""
        return round(self.free_gb * GB)
