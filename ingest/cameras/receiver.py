"""The worker of the lane of stills: small batches, and a look at pace and patience before each is taken up."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ingest.cameras.intake import StillIntake
from ingest.inbox import Arrived, Inbox
from ingest.pipeline import Kept
from ingest.quality import ClockLimits
from ingest.receiver import WAIT_S, ImageFolder, Receiver
from ingest.roster import Roster
from ingest.store.protocol import Appender

MOST_PER_BATCH, MOST_BYTES_PER_BATCH = 16, 8 * 1024 * 1024
"""Small, so that what came behind the stills is acknowledged soon, and little memory is at work beside the inbox."""
GATHER_S = 0.01


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
        self._intake = intake

    def _take(self) -> Sequence[Arrived]:
        return self._inbox.take(MOST_PER_BATCH, GATHER_S, WAIT_S, MOST_BYTES_PER_BATCH)

    def _understood(self, arrived: Arrived, roster: Roster) -> Kept:
        return self._intake.interpret(arrived, roster)

    def _recovered(self) -> None:
        self._intake.recovered()
