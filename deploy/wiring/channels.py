"""The only place where channels are made, so that none is ever without the guard of drills."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from alerts.channels.channel import Channel
from alerts.channels.signs import CHANNEL as SIGNS
from alerts.channels.signs import SignState
from alerts.channels.table import CHANNELS, ChannelSettings, channels
from alerts.drills import Allowed, drill_channels, real_channels
from alerts.drills.guard import reaches
from alerts.engine.signs import SignRecord
from alerts.people import Directory
from alerts.pictures.photo import Photos
from deploy.settings import Settings
from ingest.clock import Clock

OUTBOX = "outbox"
"""The folder of a drill's data folder for what was not sent."""


def house_channels(
    settings: Settings, allowed: Allowed, clock: Clock, record: SignRecord, photos: Photos
) -> Mapping[str, Channel]:
    """The channels of this house by name; those of a drill that reach nobody are not even made.

    ``record`` gets what signs are told and say, and knows what they were told before; ``photos`` are the pictures that
    go along with messages.
    """
    own, drill = channel_settings(settings), settings.drill.enabled
    names = [each for each in CHANNELS if not drill or reaches(each, allowed)]
    moves_signs = SIGNS in names and own.mqtt.host
    known = record.restore(clock.now(), own.mqtt.state_at, drill=drill) if moves_signs else []
    real = channels(own, clock.now, record.note, names, known, photos)
    return drill_channels(CHANNELS, real, allowed, settings.data_folder / OUTBOX) if drill else real_channels(real)


def signs_in_service(record: SignRecord, people: Callable[[], Directory]) -> Callable[[], list[SignState]]:
    """The signs that are still an address of somebody: one that was taken down needs no message any more."""

    def found() -> list[SignState]:
        contacts = people().contacts.values()
        topics = {each.address for contact in contacts for each in contact.addresses if each.channel == SIGNS}
        return [each for each in record.signs() if each.topic in topics]

    return found


def channel_settings(settings: Settings) -> ChannelSettings:
    """How channels are reached. A drill has a name of its own at the signs' broker: with that of the real house it
    would end its connection."""
    own = settings.alerts.channels
    if not settings.drill.enabled:
        return own
    return own.model_copy(update={"mqtt": own.mqtt.model_copy(update={"client_id": f"{own.mqtt.client_id}-drill"})})
