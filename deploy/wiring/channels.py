"""The only place where channels are made, so that none is ever without the guard of drills."""

from __future__ import annotations

from collections.abc import Mapping

from alerts.channels.channel import Channel
from alerts.channels.table import CHANNELS, channels
from alerts.drills import Allowed, drill_channels, real_channels
from alerts.drills.guard import reaches
from deploy.settings import Settings
from ingest.clock import Clock

OUTBOX = "outbox"
"""The folder of a drill's data folder for what was not sent."""


def house_channels(settings: Settings, allowed: Allowed, clock: Clock) -> Mapping[str, Channel]:
    """The channels of this house by name; those of a drill that reach nobody are not even made."""
    if not settings.drill.enabled:
        return real_channels(channels(settings.alerts.channels, clock.now))
    reaching = [each for each in CHANNELS if reaches(each, allowed)]
    real = channels(settings.alerts.channels, clock.now, names=reaching)
    return drill_channels(CHANNELS, real, allowed, settings.data_folder / OUTBOX)
