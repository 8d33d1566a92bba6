"""What signs were told and say, as it is kept: the newest state of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from alerts.channels.signs import CHANNEL, GaugeLevel, SignState
from alerts.records import Delivery
from alerts.store.desk import RECENT, delivery_of
from alerts.store.tables import deliveries, signs
from ingest.store.upsert import put


def read_signs(connection: Connection) -> dict[str, SignState]:
    """Every sign that was ever told something, by its topic."""
    return {row.topic: _sign_of(row) for row in connection.execute(select(signs))}


def keep_signs(connection: Connection, changed: Iterable[SignState]) -> None:
    """Write how they are now."""
    put(connection, signs, [_row_of(each) for each in changed])


def begun_since(connection: Connection, since: datetime) -> dict[str, list[Delivery]]:
    """The messages to signs of which an attempt was begun, by topic; only the newest are looked through."""
    newest = connection.scalar(select(func.max(deliveries.c.id))) or 0
    wanted = select(deliveries).where(
        deliveries.c.id > newest - RECENT, deliveries.c.channel == CHANNEL, deliveries.c.began_at >= since
    )
    found = defaultdict(list)
    for row in connection.execute(wanted):
        found[str(row.address)].append(delivery_of(row))
    return dict(found)


def _sign_of(row: Row[Any]) -> SignState:
    values = {name: getattr(row, name) for name in SignState.__dataclass_fields__}
    levels = {name: GaugeLevel(each["level"], datetime.fromisoformat(each["at"])) for name, each in row.levels.items()}
    return SignState(**{**values, "levels": levels})


def _row_of(sign: SignState) -> dict[str, Any]:
    values = {name: getattr(sign, name) for name in SignState.__dataclass_fields__}
    levels = {name: {"level": each.level, "at": each.at.isoformat()} for name, each in sign.levels.items()}
    return {**values, "levels": levels}
