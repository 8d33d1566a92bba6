"""Where crews answer."""

from __future__ import annotations

import re
from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field, field_validator

SHORTEST_SECRET = 32


class AnswerSettings(BaseModel):
    """The endpoint of the crews' links, apart from the staff's."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    enabled: bool = Field(default=False, description="whether `run` serves the crews' answers; `answers` always does")
    host: str = Field(default="127.0.0.1", description="address of the crews' endpoint; a proxy with TLS before it")
    port: int = Field(default=8056, ge=1, le=65535, description="port of the crews' endpoint")
    url: str = Field(
        default="", description="address of the crews' endpoint as written in messages, short; empty: no links are sent"
    )
    expires_h: float = Field(default=24.0, gt=0, le=24 * 31, description="hours for which a link of a crew is good")
    secret: str = Field(
        default="", description="what signs the links, 32 letters or more; empty: answers.secret in the data folder"
    )

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        if url and not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", url):
            raise ValueError("write an address like https://kotae.city.example.jp")
        return url

    @field_validator("secret")
    @classmethod
    def _is_long_enough(cls, secret: str) -> str:
        if secret and len(secret) < SHORTEST_SECRET:
            raise ValueError(f"it needs {SHORTEST_SECRET} letters or more: leave it empty and a good one is made")
        return secret

    @property
    def valid(self) -> timedelta:
        """How long a link is good."""
        return timedelta(hours=self.expires_h)
