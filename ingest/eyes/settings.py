"""The settings of looking at stills."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from ingest.eyes.child import ChildLimits


class EyesSettings(BaseModel):
    """Where stills are looked at, and what one of them may take."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    beside_ingest: bool = Field(
        default=True, description="look at stills beside ingest; false where mizumori eyes runs by itself"
    )
    picture_s: float = Field(default=30.0, gt=0, le=600, description="seconds that one still may take to be looked at")
    picture_cpu_s: int = Field(default=10, ge=1, le=600, description="of these seconds of the processor")
    memory_mb: int = Field(
        default=1000, ge=500, le=16_000, description="memory of the process that opens stills, in megabytes"
    )

    @property
    def limits(self) -> ChildLimits:
        """In the form that the process wants."""
        return ChildLimits(self.picture_s, self.picture_cpu_s, self.memory_mb * 1_000_000)
