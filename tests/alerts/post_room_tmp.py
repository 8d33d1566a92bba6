from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from ingest.clock import TrueClock

CLOCK = TrueClock(lambda: datetime.now(UTC))


def eventually(what: Callable[[], object], within_s: float = 15.0) -> bool:
    until = time.monotonic() + within_s
    while not what():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
