"""A city-wide storm on a real database: hundreds of stations in alert at once, with several alerts each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import Engine

from alerts.records import Delivery, Incident, Message, MessageKind, Outcome, Transition
from alerts.store.deliveries import add
from alerts.store.incidents import save
from alerts.store.record import add_transitions
from ingest.stations import Gauge, Registry, Station
from ingest.store.tables import writing
from tests.alerts.night import CITY, GAUGE, RIVER

RULES = ("stage", "rise", "silence", "camera")
"""The first station has one alert, the next two, and so on round."""
RECIPIENTS = ("toban", "kasen", "heads")
OUTCOMES = (Outcome.SENT, Outcome.SENT, Outcome.FAILED)


def storm_city(stations: int) -> Registry:
    """So many stations with a gauge each."""
    return Registry.of(CITY, [each for number in range(stations) for each in _place(number)])


def _place(number: int) -> Iterator[Station | Gauge]:
    name = {"ja": f"第{number + 1}水位観測所", "en": f"Gauge house {number + 1}"}
    there = {"lat": 34.40 + number % 20 * 0.004, "lon": 133.15 + number // 20 * 0.006}
    yield RIVER.model_copy(update={"id": f"s{number}", "name": name, **there})
    yield GAUGE.model_copy(update={"id": f"s{number}-01", "station_id": f"s{number}"})


def storm(database: Engine, stations: int, at: datetime) -> list[int]:
    """Alerts at every station, none of them acknowledged; the numbers of their incidents."""
    opened = [each for number in range(stations) for each in _alerts(number, at)]
    with writing(database) as connection:
        ids = save(connection, opened)
        changes = add_transitions(connection, [_change(each, number) for each, number in zip(opened, ids, strict=True)])
        for incident, number, change in zip(opened, ids, changes, strict=True):
            message = Message(MessageKind.ALERT, incident.opened_at, incident.level, incident.station_id, number,
                              transition_ids=(change,))  # fmt: skip
            add(connection, message, _deliveries(incident))
    return ids


def _alerts(number: int, at: datetime) -> Iterator[Incident]:
    for place, rule in enumerate(RULES[: number % len(RULES) + 1]):
        level = 5 - (number + place) % 4 if rule == "stage" else 2 + (number + place) % 2
        opened_at = at - timedelta(minutes=5 + number % 50 + place)
        due_at = opened_at + timedelta(minutes=10) if level >= 4 else None
        yield Incident(f"s{number}", rule, opened_at, level, level, escalate_at=due_at)


def _change(incident: Incident, number: int) -> Transition:
    at = incident.opened_at
    subject = f"{incident.station_id}-01"
    return Transition(
        incident.rule, subject, incident.station_id, 0, incident.level, "rise", at, at, stage_m=3.2, incident_id=number
    )


def _deliveries(incident: Incident) -> Sequence[Delivery]:
    at = incident.opened_at
    return [
        Delivery(who, "email", "x", f"{incident.station_id}", "水位", at, str(uuid4()), outcome=outcome)
        for who, outcome in zip(RECIPIENTS, OUTCOMES, strict=True)
    ]
