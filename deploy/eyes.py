"""The eyes as something that can be started and stopped: for the tenure of a lease."""

from __future__ import annotations

from deploy.services import Worker
from ingest.eyes.examiner import Examiner
from ingest.eyes.looking import Eyes


class EyesTenure:
    """The eyes and the process that opens pictures for them."""

    def __init__(self, eyes: Eyes, examiner: Examiner) -> None:
        self.eyes = eyes
        self.examiner = examiner
        self._worker = Worker("eyes", eyes.run)

    def start(self) -> None:
        """Begin to look."""
        self._worker.start()

    def stop(self) -> None:
        """End; a still that is just looked at is looked at again by the next."""
        self.examiner.close()
        self._worker.stop()
        self.examiner.release()

    def give_up(self) -> None:
        """End; what is under way is not written: the fence is closed."""
        self.stop()
