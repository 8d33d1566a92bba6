"""The probe of the room that pictures leave for readings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from deploy.monitor.signs import Check, Sample, State
from ingest.pulse import Fault
from ingest.store.room import GB, Room


@dataclass(frozen=True)
class StillsProbe:
    """Whether stills are taken at all."""

    room: Room
    name: str = "stills"

    def samples(self) -> Iterable[Sample]:
        """What is left for them."""
        left = self.room.free_bytes - self.room.least_free_bytes
        yield Sample("stills_room_bytes", "bytes that stills may still take of the disk, below 0 where none", left)

    def checks(self) -> Iterable[Check]:
        """Said while they are refused."""
        if why := self.room.lacks():
            sentence = f"no still is taken: {why}; make room, or keep fewer (cameras.kept_gb)"
            yield Check("stills", State.DEGRADED, sentence, Fault.NO_STILLS, {"gb": self.room.free_bytes / GB})
        else:
            yield Check("stills", State.OK, "there is room for stills")
