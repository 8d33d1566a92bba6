"""How long it takes to serve many recipients over a slow channel while another one hangs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from alerts.deliveries.limits import OutboxSettings
from alerts.records import Outcome
from alerts.store import tables
from alerts.store.deliveries import SqlDeliveries
from ingest.store.tables import metadata, open_database
from tests.alerts.fake_channels import Counting, Hanging
from tests.alerts.post_room import delivery, outbox, told
from tests.deploy.houses import CLOCK, eventually

TAKES_S = 0.2
WORKERS = OutboxSettings().workers


@dataclass(frozen=True)
class Pace:
    """From the record of the message to the last channel's answer, and until all of it was on record."""

    recipients: int
    first_s: float
    last_s: float
    recorded_s: float

    def __str__(self) -> str:
        return (
            f"{self.recipients} recipients, {TAKES_S * 1000:.0f} ms each, {WORKERS} at once, another channel hanging: "
            f"first handed over after {self.first_s:.2f} s, last accepted after {self.last_s:.1f} s, "
            f"all on record after {self.recorded_s:.1f} s"
        )


def serve(folder: Path, recipients: int) -> Pace:
    """One message of hazard 4 to so many."""
    assert tables.deliveries.metadata is metadata
    database = open_database(f"sqlite:///{folder / 'pace.db'}")
    metadata.create_all(database)
    slow, hanging = Counting(TAKES_S), Hanging(*(f"r{number}" for number in range(WORKERS)))
    outboxes = [outbox(database, slow, CLOCK), outbox(database, hanging, CLOCK, name="hanging")]
    for each in outboxes:
        each.start()
    begun_s = time.monotonic()
    names = [f"r{number}" for number in range(recipients)]
    told(
        database,
        *(delivery(name, channel, level=4, due_at=CLOCK.now()) for channel in ("any", "hanging") for name in names),
        at=CLOCK.now(),
    )
    for each in outboxes:
        each.wake()
    assert eventually(lambda: slow.most_at_once)
    first_s = time.monotonic() - begun_s
    assert eventually(lambda: len(slow.sent) == recipients, 120)
    last_s = time.monotonic() - begun_s
    record = SqlDeliveries(database)
    assert eventually(lambda: record.counts().get(("any", Outcome.SENT)) == recipients)
    recorded_s = time.monotonic() - begun_s
    assert not hanging.sent  # all of its workers wait for those that hang
    hanging.go.set()
    for each in outboxes:
        each.stop()
    database.dispose()
    return Pace(recipients, first_s, last_s, recorded_s)
