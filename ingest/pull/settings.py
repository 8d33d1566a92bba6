"""How cameras are asked for their stills: the settings, checked where they are read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from ingest.cameras.keeping import KeepingSettings

NAME = re.compile(r"[a-z0-9_-]{1,64}")


class Credential(BaseModel):
    """User and password of one camera, or of many that have the same."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    username: str = Field(default="", max_length=200, description="user at the camera")
    password: str = Field(default="", max_length=200, repr=False, description="password at the camera")

    @field_validator("username", "password")
    @classmethod
    def _can_be_sent(cls, text: str) -> str:
        if not text.isprintable():
            raise ValueError("a user or password of a camera has no line breaks and no control characters")
        return text

    @field_validator("username")
    @classmethod
    def _is_told_from_its_password(cls, username: str) -> str:
        if ":" in username or '"' in username:
            raise ValueError('a user of a camera has no ":" and no quotation mark: HTTP cannot carry them')
        return username


class CameraSettings(KeepingSettings):
    """How long stills are kept, and how cameras are asked for them."""

    pull: bool = Field(
        default=True, description="whether cameras with a pull address are asked; a drill and a replay ask none"
    )
    timeout_s: float = Field(default=10.0, gt=0, le=60, description="seconds that one still may take in all")
    workers: int = Field(default=24, ge=2, le=64, description="cameras that are asked at the same time, at most")
    ca_file: str = Field(
        default="", description="certificate authority of cameras over https; empty for the usual ones"
    )
    credentials: dict[str, Credential] = Field(
        default={}, description="users and passwords by the name that the registry gives as `credential`"
    )

    @field_validator("credentials", mode="before")
    @classmethod
    def _are_named_as_in_the_registry(cls, credentials: Any) -> Any:
        for name in credentials if isinstance(credentials, dict) else ():
            if not NAME.fullmatch(name):
                raise ValueError(f"{name!r} cannot name a credential: write lower-case letters, digits, - and _")
        return credentials

    @field_validator("ca_file")
    @classmethod
    def _is_there(cls, file: str) -> str:
        if file and not Path(file).is_file():
            raise ValueError("there is no such file: name the certificate of the cameras' authority")
        return file
