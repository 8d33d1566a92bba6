"""Where the past is kept, and for how long."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

FOR_EVER = 0


class InfluxSettings(BaseModel):
    """How InfluxDB is reached: 2.x with a token and an organisation, 1.8 with a user's name and password or nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    url: str = Field(
        default="http://127.0.0.1:8086", pattern=r"^https?://[^/]+(/.*)?$", description="address of InfluxDB"
    )
    database: str = Field(
        default="mizumori", pattern=r"^[^/\s]+$", description="database of InfluxDB 1.8 or bucket of 2.x; it must exist"
    )
    org: str = Field(default="", description="organisation of InfluxDB 2.x; empty for 1.8")
    token: str = Field(default="", description="token of InfluxDB 2.x")
    username: str = Field(default="", description="user of InfluxDB 1.8; empty where it asks for none")
    password: str = Field(default="", description="that user's password")
    ca_file: str = Field(default="", description="certificate authority of an https address; empty for the system's")
    write_timeout_s: float = Field(default=10.0, gt=0, le=300, description="seconds that a write may take")
    read_timeout_s: float = Field(
        default=2.0, gt=0, le=60, description="seconds after which a page goes on without the past"
    )

    @property
    def credential(self) -> str:
        """The token, or name and password as a basic header takes them: 1.8 takes no space in a ``Token`` header."""
        return self.token or (f"{self.username}:{self.password}" if self.username else "")

    @property
    def place(self) -> str:
        """Database and retention policy, which in 2.x is simply the bucket."""
        return self.database if self.org else f"{self.database}/autogen"


class PastSettings(BaseModel):
    """Where the past is kept, and when the present and the past forget."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    kind: Literal["sqlite", "influxdb"] = Field(
        default="sqlite", description="sqlite for past.db in the data folder, influxdb for an InfluxDB server"
    )
    present_days: float = Field(
        default=8.0, gt=0, le=3650, description="days after which the present lets go of what the past has"
    )
    kept_days: int = Field(
        default=3650, ge=FOR_EVER, le=36_500, description="days for which the past keeps readings; 0 for ever"
    )
    influxdb: InfluxSettings = Field(default=InfluxSettings(), description="how InfluxDB is reached")

    @property
    def present(self) -> timedelta:
        """How long the present keeps what the past has."""
        return timedelta(days=self.present_days)

    @property
    def kept(self) -> timedelta | None:
        """How long the past keeps readings; None for ever."""
        return timedelta(days=self.kept_days) if self.kept_days else None
