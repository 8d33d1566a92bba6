"""What the house knows of itself, read for the pages and the API."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.channel_state import ChannelState, SignSeen
from alerts.channels.signs import CHANNEL as SIGNS
from alerts.channels.table import CHANNELS
from alerts.deliveries.limits import OutboxSettings, month_of
from alerts.engine.ledger import NAME as READINGS
from alerts.store.channel_state import SqlChannelStates
from alerts.store.signs import read_signs
from dashboard.system import SystemFacts
from deploy.holder import is_gone
from deploy.settings import Settings
from deploy.wiring.clockwork import machine_time
from deploy.wiring.stores import Stores
from ingest.pulse import Lag, Part
from ingest.readings import DeadLetter
from ingest.store.lags import SqlLags
from ingest.store.letter_reasons import SqlLetterReasons
from ingest.store.pulses import SqlPulses

ALWAYS = frozenset(Part) - {Part.BASIS, Part.PULLER, Part.ANSWERS}
"""Parts that every house has."""


@dataclass(frozen=True)
class HouseSystem:
    """Reads the cursors and records of all parts, so what it says of a dead one is true as well."""

    pulses: SqlPulses
    lags: SqlLags
    channels: SqlChannelStates
    reasons: SqlLetterReasons
    signs: Callable[[], Sequence[SignSeen]]
    rule_cursor: Callable[[], int]
    past: str
    expected: frozenset[Part]

    def look(self, now: datetime) -> SystemFacts:
        """Everything. Blocking."""
        pulses = self.pulses.all()
        return SystemFacts(
            read_at=machine_time(),
            pulses=pulses,
            gone=frozenset(each for each in {pulse.process for pulse in pulses} if is_gone(each)),
            expected=self.expected,
            lags=self._lags(),
            channels=self.channels.look(now, month_of(now)),
            signs=self.signs(),
            letters=self.reasons.reasons(now),
            room=self.pulses.samples(),
        )

    def letters(self, reason: str, limit: int) -> Sequence[DeadLetter]:
        """The newest messages that were refused for a reason. Blocking."""
        return self.reasons.newest(reason, limit)

    def _lags(self) -> dict[Part, Lag]:
        return {
            Part.ALERTS: self.lags.behind(self.rule_cursor()),
            Part.KEEPER: self.lags.keeper(),
            Part.FORWARDER: self.lags.forwarder(self.past),
            Part.EYES: self.lags.eyes(),
        }


def house_system(settings: Settings, stores: Stores) -> HouseSystem:
    """On the stores of the house."""
    expected = set(ALWAYS)
    if settings.cameras.pull:
        expected.add(Part.PULLER)
    if settings.alerts.answers.enabled:
        expected.add(Part.ANSWERS)
    return HouseSystem(
        pulses=SqlPulses(stores.database),
        lags=SqlLags(stores.database),
        channels=SqlChannelStates(stores.database, lambda: known_channels(settings, stores)),
        reasons=SqlLetterReasons(stores.database),
        signs=lambda: signs_in_service(stores),
        rule_cursor=lambda: stores.alerts.cursor(READINGS),
        past="influxdb" if settings.past.kind == "influxdb" else "sqlite",
        expected=frozenset(expected),
    )


def known_channels(settings: Settings, stores: Stores) -> Iterator[ChannelState]:
    """The channels that somebody is told over, with their limits."""
    people = stores.people.directory().people
    told = {each.channel for contact in people.contacts for each in contact.addresses}
    for name in CHANNELS:
        if name in told or name in settings.alerts.outbox:
            own = settings.alerts.outbox.get(name, OutboxSettings())
            yield ChannelState(
                name,
                per_month=own.per_month,
                ordinary=own.quota.ordinary,
                warned=own.per_month * own.warn_share,
                per_second=own.per_second,
                per_minute=own.per_minute,
            )


def signs_in_service(stores: Stores) -> list[SignSeen]:
    """The signs and sirens that are somebody's address, with what they were told and say."""
    contacts = stores.people.directory().people.contacts
    topics = {each.address for contact in contacts for each in contact.addresses if each.channel == SIGNS}
    if not topics:
        return []
    with stores.database.connect() as connection:
        known = read_signs(connection)
    return [
        SignSeen(topic, own.commanded, own.commanded_at, own.confirmed, own.confirmed_at, own.differs_since)
        if (own := known.get(topic))
        else SignSeen(topic)
        for topic in sorted(topics)
    ]
