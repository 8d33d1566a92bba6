"""What can be set about drills."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class DrillSettings(BaseModel):
    """Whether this is a drill. ``real_recipients`` alone sends nothing: the command asks for a second statement."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = Field(
        default=False, description="work on the house of drills, in drill/ of the data folder, with ports 100 higher"
    )
    real_recipients: bool = Field(
        default=False, description="a drill may reach real recipients, where mizumori drill is told so as well"
    )
