"""Quality control in QARTOD's terms: what is believed of a reading, at once and once others have spoken. Pure.

``check`` looks at one reading alone (clock, gross range); ``QualityControl`` at what came before it and beside it
(rate of change, spike, stuck, repeats, order). docs/quality.md says what follows for staff and public.
"""

from ingest.quality.checks import ClockLimits, check, check_clock
from ingest.quality.control import Judgement, QualityControl
from ingest.quality.limits import DEFAULTS, Limits, limits_of
from ingest.quality.memory import RECALLED

__all__ = [
    "DEFAULTS",
    "RECALLED",
    "ClockLimits",
    "Judgement",
    "Limits",
    "QualityControl",
    "check",
    "check_clock",
    "limits_of",
]
