"""Drills (訓練): the whole chain with every message marked, never mixed with the real thing."""

from alerts.drills.guard import DIVERTED, Allowed, drill_channels, real_channels
from alerts.drills.marks import MARK, marked
from alerts.drills.settings import DrillSettings

__all__ = ["DIVERTED", "MARK", "Allowed", "DrillSettings", "drill_channels", "marked", "real_channels"]
