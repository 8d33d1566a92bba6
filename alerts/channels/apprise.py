"""The long tail of services, by apprise: one of its URLs is a recipient's address.

apprise says no more than yes or no, waits without an end for an answer that never ends, and is slow to load. So it
works in a process of its own for each message (alerts/channels/apprise_process.py), which is ended when its time is
over. This process never loads it to send; the URL, a password in itself, goes over a pipe and into no log.
"""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from alerts.channels.channel import ChannelError
from alerts.pictures.photo import NoPhotos, Photos
from alerts.records import Delivery

PROGRAM = Path(__file__).with_name("apprise_process.py")


class AppriseSettings(BaseModel):
    """How long apprise may take."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    timeout_s: float = Field(
        default=20.0, gt=0, le=120, description="seconds that one message through apprise may take"
    )


def check_address(address: str) -> None:
    """ValueError where apprise does not know the address, or where it is several recipients at once."""
    from alerts.channels.apprise_process import problem_with  # apprise is loaded where somebody uses it, and not before

    problem = problem_with(address)
    if problem:
        raise ValueError(problem)


class Apprise:
    """One message per delivery; no service behind it is known to recognise repeats."""

    idempotent = False

    def __init__(self, settings: AppriseSettings, photos: Photos | None = None) -> None:
        self._settings = settings
        self._photos = photos or NoPhotos()

    def send(self, delivery: Delivery) -> str:
        """Have apprise send it; what it cannot say for sure is unknown."""
        task = {
            "url": delivery.address,
            "title": delivery.subject,
            "body": delivery.body,
            "timeout_s": self._settings.timeout_s,
            **self._pictured(delivery),
        }
        outcome, detail = self._run(json.dumps(task))
        if outcome != "sent":
            raise ChannelError(
                f"apprise could not send it: {detail}", permanent=outcome == "refused", unknown=outcome == "unknown"
            )
        return ""

    def close(self) -> None:
        """Nothing is kept open."""

    def _pictured(self, delivery: Delivery) -> dict[str, object]:
        photo = self._photos.photo(delivery)
        if photo is None:
            return {}
        return {
            "picture": {"name": photo.name, "media_type": photo.media_type, "base64": b64encode(photo.data).decode()}
        }

    def _run(self, task: str) -> tuple[str, str]:
        # -P: the folder of this file has an email.py and an http.py, which are not Python's.
        command = [sys.executable, "-P", str(PROGRAM)]
        try:
            done = subprocess.run(
                command, input=task, capture_output=True, text=True, timeout=self._settings.timeout_s, check=False
            )
            outcome, detail = json.loads(done.stdout)
        except subprocess.TimeoutExpired:
            return "unknown", "no answer in time"
        except (OSError, ValueError) as error:
            return "unknown", f"its process ended without a word ({type(error).__name__})"
        return str(outcome), str(detail)
