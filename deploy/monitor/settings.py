"""Where metrics and health are served."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class MonitorSettings(BaseModel):
    """One address, and a port for each service, since several may run on one host."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(default="127.0.0.1", min_length=1, description="address of /metrics and /health")
    port: int = Field(default=8052, ge=0, le=65535, description="their port in demo, run and ingest; 0 for none")
    alerts_port: int = Field(default=8053, ge=0, le=65535, description="their port where alerts run alone; 0 for none")
    dashboard_port: int = Field(
        default=8054, ge=0, le=65535, description="their port where the dashboard runs alone; 0 for none"
    )
    eyes_port: int = Field(default=8055, ge=0, le=65535, description="their port where the eyes run alone; 0 for none")
    site_port: int = Field(
        default=8057, ge=0, le=65535, description="their port where the public site runs alone; 0 for none"
    )
