"""How far each recipient has been told, so that what can wait is told at most once a minute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from alerts.people.matters import Address
from alerts.store.tables import digest_progress
from ingest.store.upsert import put


@dataclass(frozen=True, slots=True)
class Progress:
    """From ``next_at`` on the next message may be made that can wait. Where one ``waits``, it tells what came after
    ``seen_transition_id``."""

    seen_transition_id: int
    next_at: datetime
    waits: bool


def progress(connection: Connection) -> dict[Address, Progress]:
    """That of every recipient who was ever told of something that can wait."""
    return {
        (row.recipient_id, row.channel, row.address): Progress(row.seen_transition_id, row.next_at, row.waits)
        for row in connection.execute(select(digest_progress))
    }


def keep_progress(connection: Connection, changed: Mapping[Address, Progress]) -> None:
    """Write what changed."""
    rows = [
        {
            "recipient_id": contact_id,
            "channel": channel,
            "address": address,
            "seen_transition_id": there.seen_transition_id,
            "next_at": there.next_at,
            "waits": there.waits,
        }
        for (contact_id, channel, address), there in changed.items()
    ]
    put(connection, digest_progress, rows)


def forget_waiting(connection: Connection) -> None:
    """Nobody waits for anything any more."""
    connection.execute(update(digest_progress).values(waits=False))
