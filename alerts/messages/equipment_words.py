"""The words of a run that are about pumps, gates and ponds."""

from __future__ import annotations

import math

from alerts.messages.catalogue import filled, one_line
from alerts.messages.figures import number_of, pace, pace_of
from alerts.messages.scene import Scene
from ingest.pond import filled_pct, free_m3
from ingest.stations import Pump, named

IDS = ("pump_ids", "device_ids")
"""Where the detail of a transition names pumps and gates."""
NO_NUMBER = 1
"""The fault of a device that has no numbers for them."""


def of_equipment(scene: Scene) -> dict[str, str]:
    """Which pumps and gates, how fast the inner stage goes, and the headline that fits the problem."""
    catalogue, detail = scene.catalogue, scene.detail
    rise_m_per_h, fault = number_of(detail.get("rise_m_per_h")), number_of(detail.get("fault"))
    found = {"pumps": _names(scene)}
    if "inner_m" in detail and rise_m_per_h is not None:
        found |= {"inner_pace": pace_of(detail, catalogue), "brief_pace": pace(rise_m_per_h, catalogue, "brief_")}
    if fault is not None and fault > NO_NUMBER:
        found["fault_number"] = f"{fault:.0f}"
    values, problem = catalogue["values"], str(detail.get("problem"))
    found["standstill"] = values["standstill"].get(problem, catalogue["standstill_unstated"])
    return found | {"trouble": filled(values["trouble"].get(problem, ""), found)}


def of_pond(scene: Scene) -> dict[str, str]:
    """How full a pond is: whole per cent, and no more than there is of either, so that only a full one is full."""
    stage_m, gauge = scene.last.stage_m, scene.gauge
    if stage_m is None or gauge is None:
        return {}
    filled_now, free_now = filled_pct(gauge.stage_volume, stage_m), free_m3(gauge.stage_volume, stage_m)
    if filled_now is None or free_now is None:
        return {}
    words = {"filled_pct": f"{math.floor(filled_now)}", "free_m3": f"{math.floor(free_now):,}"}
    return words | {"brief_filled": filled(scene.catalogue["brief_filled"], words)}


def _names(scene: Scene) -> str:
    """The pumps and gates that the detail names; the subject where that is one; a word for them else."""
    said = next((scene.detail[key] for key in IDS if isinstance(scene.detail.get(key), list | tuple)), ())
    ids = [str(each) for each in said] or [scene.last.subject_id]
    names = [_name(scene, each) for each in ids]
    known = [each for each in names if each]
    return str(scene.catalogue["list_separator"].join(known)) if known else str(scene.catalogue["pump_unnamed"])


def _name(scene: Scene, device_id: str) -> str:
    device = scene.equipment(device_id)
    if device is None:
        return ""
    if device.name:
        return one_line(named(device.name, scene.language))
    unnamed = scene.catalogue["pump_unnamed" if isinstance(device, Pump) else "gate_unnamed"]
    return f"{unnamed} {one_line(device_id)}"
