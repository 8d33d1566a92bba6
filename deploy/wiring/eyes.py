"""The eyes: what looks at stills, in the one process that holds their lease."""

from __future__ import annotations

import os

from deploy.eyes import EyesTenure
from deploy.monitor.eyes_probe import EyesProbe
from deploy.settings import Settings
from deploy.standby import Standby
from deploy.wiring.ingest import lease_of
from deploy.wiring.stores import Stores
from ingest.clock import Clock
from ingest.eyes.examiner import Examiner
from ingest.eyes.looking import Eyes
from ingest.store.leases import fence
from ingest.store.looks import SqlLooks
from ingest.store.viewpoints import SqlViewpoints

EYES = "eyes"
HANDED_ON = ("LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP")
"""What the process that opens pictures gets of the environment: what a system may need to start Python, no more."""


def eyes_service(settings: Settings, stores: Stores, clock: Clock) -> Standby[EyesTenure]:
    """The eyes, while this process holds their lease."""
    lease = lease_of(EYES, stores)
    viewpoints = SqlViewpoints(stores.database)

    def build(epoch: int) -> EyesTenure:
        examiner = examiner_of(settings)
        looks = SqlLooks(stores.database, fence(lease.name, epoch))
        ahead = settings.ingest.clock_limits.ahead
        return EyesTenure(Eyes(looks, stores.stills, viewpoints, examiner.examine, clock, ahead), examiner)

    service = Standby(lease, build)
    service.probe = EyesProbe(service, SqlLooks(stores.database).waiting, clock.now)
    return service


def examiner_of(settings: Settings) -> Examiner:
    """A process of its own that opens pictures."""
    handed_on = {name: os.environ[name] for name in HANDED_ON if name in os.environ}
    return Examiner(settings.eyes.limits, handed_on)
