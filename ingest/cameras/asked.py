"""How the requests for a camera's stills go: what staff see of a camera that is asked, beside what it says itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """The requests for the stills of one camera.

    ``asked_at`` is the last of them, ``answered_at`` the last to which it answered anything. While they bring no
    picture, ``failures`` counts them, ``failing_since`` is the first, and ``cause`` and ``sentence`` say why the last
    did not: a word of ``ingest.pull.vain.Cause``, and what exactly, in English and without any secret.
    """

    camera_id: str
    asked_at: datetime
    answered_at: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    cause: str = ""
    sentence: str = ""

    @property
    def failing(self) -> str:
        """Why the last request was in vain, in one word; empty where it was not."""
        return self.cause if self.failures else ""

    @property
    def reached(self) -> bool:
        """Whether the camera answered the last request, be it with a refusal."""
        return self.answered_at == self.asked_at

    def well(self, at: datetime) -> Asked:
        """After a request that brought a picture."""
        return Asked(self.camera_id, asked_at=at, answered_at=at)

    def vain(self, at: datetime, cause: str, sentence: str, *, answered: bool) -> Asked:
        """After a request that brought none."""
        return replace(
            self,
            asked_at=at,
            answered_at=at if answered else self.answered_at,
            failing_since=self.failing_since or at,
            failures=self.failures + 1,
            cause=cause,
            sentence=sentence,
        )
