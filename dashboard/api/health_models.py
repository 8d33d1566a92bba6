"""What ``/health`` answers: the house itself, and the devices in trouble."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from dashboard.disk_outlook import Course
from dashboard.system_findings import Kind, Role
from ingest.health.problems import Problem, Severity
from ingest.pulse import Fault, Part
from ingest.readings import CameraState


class FaultSaid(BaseModel):
    """Something that is wrong."""

    severity: Severity = Field(description="down: does not work; act: must be looked after; note: good to know")
    kind: Kind
    name: str = Field(description="which service, channel or host")
    fault: Fault
    sentence: str = Field(description="in the language that was asked for")
    since: datetime | None


class ProcessSaid(BaseModel):
    """A process that has a service."""

    process: str = Field(description="host and process number")
    role: Role
    age_s: float = Field(description="real seconds since the last sign of life, by this server's own clock")
    started_at: datetime
    version: str


class ServiceSaid(BaseModel):
    """A service in all processes that have it."""

    service: Part
    severity: Severity | None = Field(description="of the worst fault; null where all is well")
    processes: list[ProcessSaid]
    waiting: int | None = Field(description="what waits for it; null where it has no queue")
    waiting_older: int = Field(description="a backlog beside that, which is worked off when there is time")
    waiting_s: float | None = Field(description="real seconds that the first of it has waited")


class ChannelSaid(BaseModel):
    """A channel to people."""

    channel: str
    severity: Severity | None
    sent_at: datetime | None
    failed_at: datetime | None
    error: str = Field(description="why the last message that was given up was")
    failed_day: int = Field(description="given up within 24 hours")
    waiting: int
    waiting_since: datetime | None
    used_month: int
    per_month: int = Field(description="0: no limit")


class DiskSaid(BaseModel):
    """A disk of a host."""

    host: str
    folder: str
    uses: list[str]
    free_bytes: int
    size_bytes: int
    course: Course = Field(description="how its room changes, as far as that can be told")
    days_left: float | None


class LettersSaid(BaseModel):
    """Messages refused for one reason."""

    reason: str
    day: int = Field(description="of the last 24 hours, that were kept")
    day_more: bool = Field(description="others of them were only counted")
    total: int
    retried: int
    newest_at: datetime | None
    example_topic: str | None
    example_detail: str | None
    example_head: str | None = Field(description="how it begins, without secrets")


class GaugeSaid(BaseModel):
    """A gauge in trouble."""

    id: str
    station_id: str
    severity: Severity
    problems: list[Problem]
    heard_at: datetime | None
    battery_pct: float | None
    battery_v: float | None
    rssi_dbm: float | None


class GatewaySaid(BaseModel):
    """A gateway."""

    id: str
    out: bool
    heard_at: datetime
    gauges_day: int
    silenced: list[str]


class CameraSaid(BaseModel):
    """A camera in trouble."""

    id: str
    station_id: str
    state: CameraState
    reason: str
    heard_at: datetime | None


class HealthSaid(BaseModel):
    """How the house and its devices are."""

    at: datetime
    well: bool = Field(description="nothing is wrong with the system itself that somebody must look after")
    sentence: str = Field(description="in one sentence, the worst first, in the language that was asked for")
    to_act_on: int | None = Field(description="gauges and gateways to be looked after; null while nobody knows")
    faults: list[FaultSaid] = Field(description="worst first")
    services: list[ServiceSaid]
    channels: list[ChannelSaid]
    disks: list[DiskSaid]
    databases: dict[str, int] = Field(description="bytes by name")
    stills_bytes: int | None
    stills_most_bytes: int | None
    clock_lead_s: float | None = Field(
        description="by how much the devices' clocks are ahead of ours; below 0 that is the delay of the quickest"
    )
    refused: list[LettersSaid]
    gauges: list[GaugeSaid] = Field(description="those in trouble, worst first")
    gateways: list[GatewaySaid]
    cameras: list[CameraSaid] = Field(description="those in trouble")
