"""How signs and sirens are reached over MQTT: the settings, and how a topic is checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from alerts.channels.signs import STATE
from ingest.topics import is_filter

STATES: Mapping[int, str] = {0: "off", 1: "off", 2: "caution", 3: "caution", 4: "danger", 5: "danger"}
Level = Annotated[int, Field(ge=0, le=5)]


class SignSettings(BaseModel):
    """The broker of the signs, and what they show at which level."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    host: str = Field(default="", description="broker of the signs and sirens; empty: there are none")
    port: int = Field(default=1883, ge=1, le=65535, description="port of that broker")
    protocol: Literal["5", "3.1.1"] = Field(default="5", description="MQTT version, 5 or 3.1.1")
    client_id: str = Field(default="mizumori-signs", min_length=1, max_length=100, description="our name at the broker")
    username: str = Field(default="", description="user at the broker; empty for none")
    password: str = Field(default="", repr=False, description="password at the broker")
    tls: bool = Field(default=False, description="whether the broker is reached over TLS")
    ca_file: str = Field(default="", description="certificate authority of the broker; empty for the system's")
    keepalive_s: int = Field(default=30, ge=5, le=3600, description="seconds between signs of life to the broker")
    timeout_s: float = Field(default=5.0, gt=0, le=60, description="longest wait for the broker, and for its PUBACK")
    valid_s: float = Field(default=300.0, ge=10, le=86400, description="seconds for which a command may be acted on")
    states: Mapping[Level, str] = Field(
        default={},
        description="what a sign is told at a level; else off, off, caution, caution, danger, danger (0 to 5)",
    )
    reports: tuple[str, ...] = Field(
        default=(f"+/signs/+/{STATE}", f"+/sirens/+/{STATE}"), description="where signs report what they show"
    )

    @field_validator("ca_file")
    @classmethod
    def _is_there(cls, file: str) -> str:
        if file and not Path(file).is_file():
            raise ValueError("there is no such file: name the certificate of the broker's authority")
        return file

    @field_validator("reports")
    @classmethod
    def _are_filters(cls, reports: tuple[str, ...]) -> tuple[str, ...]:
        for each in reports:
            if not is_filter(each) or not each.endswith(f"/{STATE}"):
                raise ValueError(f"{each!r} is no filter of reports: write for example city/signs/+/{STATE}")
        return reports

    def state_at(self, level: int) -> str:
        """What a sign is told at a level."""
        return self.states.get(level, STATES[level])


def check_address(address: str) -> None:
    """ValueError where this is no topic that a sign could listen to."""
    parts = address.split("/")
    plain = re.fullmatch(r"[^\s+#\x00]{1,200}", address) and address.isprintable()
    if not plain or len(parts) < 2 or not all(parts) or parts[0].startswith("$") or parts[-1] == STATE:
        raise ValueError(
            f"{address!r} is no topic of a sign: write for example onomichi/signs/fujii-underpass, without + and #;"
            f" it reports on the same with /{STATE} after it"
        )


def missing(settings: SignSettings) -> str:
    """What is not set yet, as a sentence; empty where nothing is."""
    if settings.host:
        return ""
    return "the signs have no broker: set alerts.channels.mqtt.host (docs/channels.md)"
