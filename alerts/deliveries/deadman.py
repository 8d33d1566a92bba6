"""The ping to a watchdog outside: it comes while all is well, and its absence calls somebody.

It is the only sign that still works when this program, its machine or its network is gone, so it must never be sent out
of habit: every sign of life is asked each time, and each of them is the age of something that was really done.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence

from pydantic import Field, field_validator

from alerts.channels.http_settings import HttpSettings, web_address

log = logging.getLogger(__name__)


class DeadmanSettings(HttpSettings):
    """The watchdog outside."""

    url: str = Field(default="", repr=False, description="address that is called while all is well; empty for none")
    method: str = Field(default="GET", pattern="^(GET|POST|HEAD)$", description="how it is called: GET, POST or HEAD")
    every_s: float = Field(default=60.0, ge=1, le=3600, description="seconds between two calls")
    stuck_s: float = Field(
        default=600.0, ge=1, le=86400, description="no call while a message waits for longer than this"
    )

    @field_validator("url")
    @classmethod
    def _can_be_called(cls, url: str) -> str:
        return web_address(url) if url else ""


Sign = Callable[[], str]
"""A sign of life: empty where it is well, else what is wrong. It may raise, which is a trouble as well."""


class Deadman:
    """``holds`` says whether this process has the task: one that stands by leaves the ping to the other."""

    def __init__(
        self,
        signs: Sequence[Sign],
        ping: Callable[[], object],
        holds: Callable[[], bool],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._signs = signs
        self._ping = ping
        self._holds = holds
        self._monotonic = monotonic
        self._began_s = monotonic()
        self._pinged_s: float | None = None
        self.failing = ""

    @property
    def silent_s(self) -> float:
        """Seconds since the watchdog was called, or since the start."""
        return self._monotonic() - (self._began_s if self._pinged_s is None else self._pinged_s)

    def turn(self) -> bool:
        """Call the watchdog where all is well; whether it was reached."""
        if not self._holds():
            self.failing = ""
            return False
        trouble = self._trouble()
        if trouble:
            return self._fail(f"the watchdog is not called: {trouble}")
        try:
            self._ping()
        except Exception as error:  # whatever it is, the watchdog notices that nobody called
            return self._fail(f"the watchdog could not be called: {error}")
        if self.failing:
            log.warning("the watchdog is called again")
        self.failing, self._pinged_s = "", self._monotonic()
        return True

    def _trouble(self) -> str:
        for sign in self._signs:
            try:
                found = sign()
            except Exception as error:
                return str(getattr(error, "orig", None) or error) or repr(error)
            if found:
                return found
        return ""

    def _fail(self, sentence: str) -> bool:
        if sentence != self.failing:
            log.error("%s", sentence)
        self.failing = sentence
        return False
