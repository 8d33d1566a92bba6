"""What the staff's pages and the API are given of public messages and issued alert levels."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.issued import IssuedLevels
from alerts.public.protocol import PublicDesk, PublicLooks


@dataclass(frozen=True)
class PublicServices:
    """Acts, looks and the issued levels; all of them block."""

    desk: PublicDesk
    looks: PublicLooks
    issued: IssuedLevels

    def mark(self) -> tuple[int, int]:
        """It changes with whatever somebody decides or enters."""
        return self.looks.mark(), self.issued.mark()
