"""The worker of the lane of stills: small batches, a look at pace and patience first, and files written side by side.

A file system makes many files durable in hardly more time than one, where they are asked for at the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from ingest.cameras.intake import StillIntake
from ingest.inbox import Arrived, Inbox
from ingest.messages import Message
from ingest.pipeline import Kept
from ingest.quality import ClockLimits
from ingest.receiver import WAIT_S, ImageFolder, Receiver
from ingest.roster import Roster
from ingest.store.protocol import Appender

MOST_PER_BATCH, MOST_BYTES_PER_BATCH = 16, 8 * 1024 * 1024
"""Small, so that what came behind the stills is acknowledged soon, and little memory is at work beside the inbox."""
GATHER_S = 0.01
WRITERS = 8


class StillReceiver(Receiver):
    """Takes stills from an inbox of their own."""

    def __init__(
        self,
        inbox: Inbox,
        roster: Callable[[], Roster],
        appender: Appender,
        images: ImageFolder,
        limits: ClockLimits,
        intake: StillIntake,
    ) -> None:
        super().__init__(inbox, roster, appender, images, limits)
        self.intake = intake
        self._writers = ThreadPoolExecutor(WRITERS, "still-writer")

    def run(self) -> None:
        """As a receiver does."""
        try:
            super().run()
        finally:
            self._writers.shutdown(wait=False)

    def _stored(self, kept: Sequence[Kept], messages: Sequence[Message]) -> list[Kept]:
        return list(self._writers.map(self._with_images, kept, messages))

    def _take(self) -> Sequence[Arrived]:
        return self._inbox.take(MOST_PER_BATCH, GATHER_S, WAIT_S, MOST_BYTES_PER_BATCH)

    def _understood(self, arrived: Arrived, roster: Roster) -> Kept:
        return self.intake.interpret(arrived, roster)

    def _recovered(self) -> None:
        self.intake.recovered()
