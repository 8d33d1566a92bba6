"""What can be set of the copies of the public site."""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict, Field, field_validator

_FOLDER = re.compile(r"/[^\s:]*[^\s:/]/?")
_HOST = re.compile(r"(?:[A-Za-z0-9_][\w.-]*@)?(?:[A-Za-z0-9][\w.-]*|\[[0-9A-Fa-f:.]+\]):(?!:)\S*")


class PushSettings(BaseModel):
    """Where the site is carried to. All times are real seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    targets: tuple[str, ...] = Field(
        default=(), description="copies of the site: /folder, or user@host:/folder by rsync over ssh; empty for none"
    )
    shell: str = Field(
        default="ssh -o BatchMode=yes -o ConnectTimeout=10",
        min_length=1,
        description="how rsync reaches another host",
    )
    every_s: float = Field(default=5.0, ge=1, description="seconds between two looks whether there is something new")
    limit_s: float = Field(default=300.0, ge=1, description="seconds after which a copy that hangs is given up")
    late_after_s: float = Field(default=300.0, ge=30, description="a copy that is behind for so long is a fault")

    @field_validator("targets")
    @classmethod
    def _are_places(cls, targets: tuple[str, ...]) -> tuple[str, ...]:
        for each in targets:
            if not _FOLDER.fullmatch(each) and not _HOST.fullmatch(each):
                raise ValueError(f"write /folder or user@host:/folder, without spaces, in place of {each!r}")
        if len({each.rstrip("/") for each in targets}) < len(targets):
            raise ValueError("a target is named twice: write each one once")
        return targets
