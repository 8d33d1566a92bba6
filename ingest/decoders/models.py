"""The table of the devices that are understood: a row a model."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ingest.decoders import decentlab, dragino, milesight
from ingest.decoders.decoded import DeviceDecoder, Model
from ingest.decoders.forms import in_any_form
from ingest.sensors import Reads

_PR_RANGES_BAR = {"m1-10": (-1, 10), "0-1": (0, 1), "0-3": (0, 3), "0-10": (0, 10)}
_PR36_STEPS_PER_BAR = (2048, 4096, 8192, 16384, 32768)


def _one(name: str, decode: DeviceDecoder, reads: Reads, *channels: str) -> Model:
    return Model(name, in_any_form(decode), MappingProxyType(dict.fromkeys(channels, reads)))


def _distance(name: str, decode: DeviceDecoder, *channels: str) -> Model:
    return _one(name, decode, Reads.DISTANCE, *(channels or ("distance_m",)))


def _depth(name: str, decode: DeviceDecoder) -> Model:
    return _one(name, decode, Reads.DEPTH, "depth_m")


def _pressure(name: str, decode: DeviceDecoder) -> Model:
    return _one(name, decode, Reads.PRESSURE, "pressure_pa")


_PLAIN = {
    "milesight-em310-udl": _distance("Milesight EM310-UDL", milesight.reader(milesight.EM310_UDL)),
    "milesight-em400-udl": _distance("Milesight EM400-UDL", milesight.reader(milesight.EM400)),
    "milesight-em400-tld": _distance("Milesight EM400-TLD", milesight.reader(milesight.EM400)),
    "milesight-em410-rdl": _distance("Milesight EM410-RDL", milesight.reader(milesight.EM410_RDL)),
    "milesight-em500-udl": _distance("Milesight EM500-UDL", milesight.reader(milesight.EM500_UDL)),
    "milesight-em500-swl": _depth("Milesight EM500-SWL", milesight.reader(milesight.EM500_SWL)),
    "milesight-em500-pp": _pressure("Milesight EM500-PP", milesight.reader(milesight.EM500_PP)),
    "decentlab-dl-mbx": _distance("Decentlab DL-MBX", decentlab.reader(decentlab.DL_MBX)),
    "decentlab-dl-lid": _distance("Decentlab DL-LID", decentlab.reader(decentlab.DL_LID), *decentlab.LID_DISTANCES),
    "decentlab-dl-ctd10": _depth("Decentlab DL-CTD10", decentlab.reader(decentlab.DL_CTD10)),
    "dragino-ldds75": _distance("Dragino LDDS75", dragino.ldds75),
    "dragino-dds75-lb": _distance("Dragino DDS75-LB", dragino.ldds75),
    "dragino-ldds04": _distance("Dragino LDDS04", dragino.ldds04, *dragino.LDDS04_DISTANCES),
    "dragino-llds12": _distance("Dragino LLDS12", dragino.llds12),
    "dragino-ndds75": _distance("Dragino NDDS75", dragino.ndds75),
}
# The payload of these does not tell their range, and a wrong one makes a wrong depth: so the name says it.
_BY_RANGE = {
    f"decentlab-dl-{kind}-{span}": _pressure(
        f"Decentlab DL-{kind.upper()}, {lowest} to {highest} bar",
        decentlab.reader(decentlab.pr21_or_pr26(lowest, highest)),
    )
    for kind in ("pr21", "pr26")
    for span, (lowest, highest) in _PR_RANGES_BAR.items()
}
_BY_STEPS = {
    f"decentlab-dl-{kind}-kp{steps}": _pressure(
        f"Decentlab DL-{kind.upper()}, kp {steps}", decentlab.reader(layout(steps))
    )
    for kind, layout in (("pr36", decentlab.pr36), ("pr36ctd", decentlab.pr36ctd))
    for steps in _PR36_STEPS_PER_BAR
}

MODELS: Mapping[str, Model] = MappingProxyType(_PLAIN | _BY_RANGE | _BY_STEPS)
"""The devices by the model that a gauge's sensor names, for example ``milesight-em500-udl``."""
