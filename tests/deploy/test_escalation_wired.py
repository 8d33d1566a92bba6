"""From a reading to a call that nobody answers and a reminder, through the rounds as they are wired."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from alerts.people import GroupKind
from alerts.store.tables import deliveries, messages
from deploy.settings import read_settings
from deploy.wiring.alerts import alerting
from deploy.wiring.desk import desk
from deploy.wiring.stores import Stores, open_stores
from ingest.store.appender import SqlAppender
from ingest.store.protocol import Batch
from tests.alerts.duty import WATCHED, prompt
from tests.alerts.night import DUSK, HandClock, at
from tests.alerts.town import contact, group, people, route

ON_CALL = people(
    [contact("duty", "logfile"), contact("head", "logfile"), contact("crew", "logfile")],
    [group("duty"), group("heads", members=["head"]), group("crew", GroupKind.CREW)],
    [route("all", "duty", "crew", min_level=1)],
)
ESCALATION = """
[[alerts.escalation]]
min_level = 4
repeat_s = 600
steps = [{ after_s = 300 }, { after_s = 300, groups = ["heads"] }]
"""


def told(stores: Stores, kind: str) -> list[str]:
    """Who got messages of a kind, in order."""
    joined = select(deliveries.c.recipient_id).join(messages, messages.c.id == deliveries.c.message_id)
    with stores.database.connect() as connection:
        return list(connection.scalars(joined.where(messages.c.kind == kind).order_by(deliveries.c.id)))


def test_who_does_not_answer_is_called_again_and_the_heads_after_that_until_somebody_does(tmp_path: Path) -> None:
    file = tmp_path / "mizumori.toml"
    file.write_text(ESCALATION, "utf-8")
    settings = read_settings(file, {"MIZUMORI_DATA_FOLDER": str(tmp_path / "data")})
    stores, clock = open_stores(settings), HandClock(at(0))
    stores.registry.apply(WATCHED, DUSK - timedelta(days=1), "test")
    stores.people.apply(ON_CALL, "test", clock.now())
    rounds = alerting(settings, stores, clock).rounds
    SqlAppender(stores.database).append(Batch(readings=[prompt(0, 4.2)]))
    for minute in range(24):
        clock.at = at(minute)
        rounds.turn()
        if minute == 12:
            rounds = alerting(settings, stores, clock).rounds  # the service begins anew
    assert sorted(told(stores, "alert")) == ["crew", "duty"]
    assert told(stores, "escalation") == ["duty", "head", "head"]
    desk(settings.alerts, stores, clock).acknowledge(1, "当番")
    clock.at = datetime(2026, 7, 1, 15, tzinfo=UTC)
    rounds.turn()
    assert told(stores, "escalation") == ["duty", "head", "head"]
    stores.close()
