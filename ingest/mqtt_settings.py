"""How ingest reaches its broker: the settings, checked where they are read."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from ingest.topics import ALL, is_filter, overlap


class MqttSettings(BaseModel):
    """How to reach the broker."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(default="127.0.0.1", min_length=1, description="host name or address of the broker")
    port: int = Field(default=1883, ge=1, le=65535, description="port of the broker")
    protocol: Literal["5", "3.1.1"] = Field(default="5", description="MQTT version; the embedded broker speaks 3.1.1")
    client_id: str = Field(
        default="mizumori-ingest",
        min_length=1,
        max_length=100,
        description="fixed name of ingest at the broker: the same for active and standby, one for each part of a split",
    )
    topics: tuple[str, ...] = Field(
        default=ALL,
        min_length=1,
        description="topic filters of this ingest, where several share the work; in the environment with commas",
    )
    username: str = Field(default="", description="user at the broker; empty for none")
    password: str = Field(default="", description="password at the broker")
    tls: bool = Field(default=False, description="whether the broker is reached over TLS")
    ca_file: str = Field(default="", description="certificate authority of the broker; empty for the system's")
    keepalive_s: int = Field(default=30, ge=5, le=3600, description="seconds between signs of life to the broker")
    watchdog_s: float = Field(
        default=90.0,
        ge=2,
        le=3600,
        description="seconds after which a network thread that does not turn, or has no subscription, is replaced",
    )

    @field_validator("ca_file")
    @classmethod
    def _is_there(cls, file: str) -> str:
        if file and not Path(file).is_file():
            raise ValueError("there is no such file: name the certificate of the broker's authority")
        return file

    @field_validator("topics", mode="before")
    @classmethod
    def _from_one_line(cls, given: Any) -> Any:
        return tuple(part.strip() for part in given.split(",")) if isinstance(given, str) else given

    @field_validator("topics")
    @classmethod
    def _can_be_subscribed(cls, topics: tuple[str, ...]) -> tuple[str, ...]:
        for each in topics:
            if each.startswith("$share/"):
                raise ValueError(
                    f"{each}: a dead member of a shared subscription keeps its half; split by topic instead"
                )
            if not is_filter(each):
                raise ValueError(f"{each!r} is no topic filter: write for example mizumori/v1/+/gauge/#")
        for one, other in combinations(topics, 2):
            if overlap(one, other):
                raise ValueError(f"{one} and {other} overlap, so a message could come twice: leave one out")
        return topics
