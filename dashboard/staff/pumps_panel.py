"""Pumps, gates and ponds of a station: what runs, what stands still in the water, how much a pond still takes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from dashboard.equipment_views import EquipmentView
from dashboard.i18n import text
from dashboard.staff import health_words, words
from dashboard.staff.facts import filled_pct
from dashboard.staff.pieces import badge, panel, trend
from dashboard.views import GaugeView, StationView
from ingest import pond
from ingest.equipment.idle import Idle, Standstill
from ingest.equipment.state import GateState, MachineState, PumpState
from ingest.stations import named


def equipment(view: StationView, language: str, now: datetime) -> list[Component]:
    """The panels of a station; nothing to see where it has neither pumps nor gates nor a pond."""
    shown: list[Component] = []
    if view.equipment is not None:
        body = [
            *standing_still(view, view.equipment, language, now),
            *_unjudged(view.equipment, language),
            *_waters(view, view.equipment, language, now),
            _machines(view.equipment, language, now),
        ]
        shown.append(panel("pumps", text(language, "pump.title"), html.Div(body)))
    ponds = [each for each in view.gauges if filled_pct(each) is not None]
    if ponds:
        fills = html.Div([_pond(each, language, alone=len(ponds) == 1) for each in ponds], className="ponds")
        shown.append(panel("ponds", text(language, "pond.title"), fills))
    return shown or [html.Span(hidden=True)]


def standing_still(view: StationView, equipment: EquipmentView, language: str, now: datetime) -> list[Component]:
    """The loud notice of pumps that should run and do not, or are not known to; nothing where all is well."""
    if not equipment.idle or equipment.inner is None:
        return []
    stopped = any(each.why is Standstill.STOPPED for each in equipment.idle)
    water = view.worst.hazard if view.worst else 0
    raised = text(language, "pump.raised", n=water) if equipment.hazard > water else ""
    said = [
        html.B(text(language, "pump.idle_title" if stopped else "pump.unknown_title")),
        *(html.Span(_idle(each, equipment.inner.stage_m, language, now)) for each in equipment.idle),
        html.Small(raised),
    ]
    return [html.Div(said, className="pump-idle", role="alert")]


def _unjudged(equipment: EquipmentView, language: str) -> list[Component]:
    """That nobody can say when these pumps should run; nothing where their inner gauge is in the registry."""
    if equipment.inner_id is not None or not equipment.pumps:
        return []
    return [html.P(text(language, "pump.no_inner"), className="note pump-no-inner")]


def _idle(idle: Idle, stage_m: float, language: str, now: datetime) -> str:
    names = health_words.listed([machine_name(each, language) for each in idle.pumps], language)
    since = idle.flooded_since
    return words.joined(
        names,
        text(language, "pump.idle_stage", stage=words.stage(stage_m), start=words.stage(idle.begins_m)),
        text(language, "pump.since", at=words.near_time(since, now)) if since else "",
        "" if idle.believed else text(language, "quality.suspect"),
    )


def machine_name(state: MachineState, language: str) -> str:
    """Its own name, else the plain word with its identifier, so that several can be told apart."""
    device = state.device
    if device.name:
        return named(device.name, language)
    kind = "pump" if isinstance(state, PumpState) else "gate"
    return f"{text(language, f'{kind}.name')} {device.id}"


def _waters(view: StationView, equipment: EquipmentView, language: str, now: datetime) -> list[Component]:
    """The inner and the outer stage side by side, and by how much the one stands above the other."""
    by_id = {each.gauge.id: each for each in view.gauges}
    inner, outer = by_id.get(equipment.inner_id or ""), by_id.get(equipment.outer_id or "")
    shown = [_water(each, key, language, now) for each, key in ((inner, "inner"), (outer, "outer")) if each]
    if inner and outer and (above := _above(inner, outer)) is not None:
        key = "pump.outer_higher" if above < 0 else "pump.inner_higher"
        shown.append(html.Div(text(language, key, n=f"{abs(above):.2f}"), className="water-difference"))
    return [html.Div(shown, className="waters")] if shown else []


def _water(view: GaugeView, side: str, language: str, now: datetime) -> Component:
    trusted = not view.silent and not view.unconfirmed
    direction = view.trend if trusted else "unknown"
    at = words.near_time(view.observed_at, now) if view.observed_at else "–"
    parts: list[Component] = [
        html.Span(text(language, f"pump.{side}"), className="water-side"),
        html.Span([html.Span(words.stage(view.stage_m), className="stage-now"), html.Span(" m ", className="unit")]),
        trend(language, direction, view.rise_m_per_h if trusted else None, view.rise_window if trusted else None),
        html.Span(at, className="when"),
    ]
    if view.levels:
        parts.insert(1, badge(language, view.hazard if view.shown else None))
    if view.silent:
        parts.append(html.Span(text(language, "quality.silent"), className="flag flag-silent"))
    return html.Div(parts, className=f"water water-{side}")


def _above(inner: GaugeView, outer: GaugeView) -> float | None:
    """By how many metres of elevation the inner water stands above the outer one; None where that is not known."""
    stages, datums = (inner.stage_m, outer.stage_m), (inner.gauge.datum_m, outer.gauge.datum_m)
    if stages[0] is None or stages[1] is None or datums[0] is None or datums[1] is None:
        return None
    return round(stages[0] + datums[0] - stages[1] - datums[1], 2)


def _machines(equipment: EquipmentView, language: str, now: datetime) -> Component:
    rows = [_pump(each, equipment.idle, language, now) for each in equipment.pumps]
    rows += [_gate(each, language, now) for each in equipment.gates]
    return html.Ul(rows, className="machines")


def pump_word(state: PumpState) -> str:
    """``running``, ``stopped``, ``unknown`` (its last word is old) or ``never`` (it never said)."""
    if state.running is None:
        return "never"
    if not state.known:
        return "unknown"
    return "running" if state.running else "stopped"


def _pump(state: PumpState, idle: Sequence[Idle], language: str, now: datetime) -> Component:
    word = pump_word(state)
    standing = any(state in each.pumps for each in idle)
    about = [_last(state, word, language, now), *_figures(state, language)]
    return _machine(state, text(language, f"pump.{word}"), about, f"is-{word}", standing, language, now)


def _last(state: PumpState, word: str, language: str, now: datetime) -> str:
    if state.running_at is None:
        return ""
    at = words.near_time(state.running_at, now)
    if word == "unknown":
        return text(language, "pump.last_running" if state.running else "pump.last_stopped", at=at)
    return text(language, "pump.said", at=at)


def _figures(state: PumpState, language: str) -> list[str]:
    pump, found = state.pump, []
    if state.flow_m3_per_s is not None and state.known:
        found.append(text(language, "pump.flow", n=f"{state.flow_m3_per_s:.2f}"))
    if pump.capacity_m3_per_s is not None:
        found.append(text(language, "pump.capacity", n=f"{pump.capacity_m3_per_s:.2f}"))
    if pump.start_m is not None:
        found.append(text(language, "pump.start", n=words.stage(pump.start_m)))
    return found


def _gate(state: GateState, language: str, now: datetime) -> Component:
    about = [text(language, "pump.said", at=words.near_time(state.opening_at, now))] if state.opening_at else []
    if state.opening_pct is None:
        word, said = "never", text(language, "pump.never")
    elif not state.known:
        word, said = "unknown", text(language, "pump.unknown")
        about = [text(language, "gate.last", n=f"{state.opening_pct:.0f}", at=about[0] if about else "")]
    else:
        word, said = "open" if state.opening_pct > 0 else "closed", gate_opening(state.opening_pct, language)
    return _machine(state, said, about, f"is-{word}", False, language, now)


def gate_opening(opening_pct: float, language: str) -> str:
    """Closed, wide open, or how far."""
    if opening_pct <= 0:
        return text(language, "gate.closed")
    return text(language, "gate.open" if opening_pct >= 100 else "gate.opening", n=f"{opening_pct:.0f}")


def _machine(
    state: MachineState, said: str, about: list[str], word: str, standing: bool, language: str, now: datetime
) -> Component:
    parts: list[Component] = [
        html.B(machine_name(state, language), className="machine-name"),
        html.Span(said, className="machine-state"),
    ]
    if state.faulty:
        parts.append(html.Span(_fault(state, language, now), className="machine-fault"))
    parts.append(html.Span(words.joined(*about), className="machine-about"))
    marks = ["machine", word, *(["is-idle"] if standing else []), *(["is-faulty"] if state.faulty else [])]
    return html.Li(parts, className=" ".join(marks))


def _fault(state: MachineState, language: str, now: datetime) -> str:
    at = words.near_time(state.fault_at, now) if state.fault_at else ""
    number = text(language, "pump.fault_number", n=state.fault) if (state.fault or 0) > 1 else ""
    return words.joined(text(language, "pump.fault"), number, at)


def _pond(view: GaugeView, language: str, alone: bool) -> Component:
    """How full, as a bar and in figures. What is silent or doubted is said: a bar of yesterday is none of today."""
    stage_m, table = view.stage_m or 0.0, view.gauge.stage_volume
    pct, free = filled_pct(view) or 0, pond.free_m3(table, stage_m) or 0.0
    doubts = [name for name, raised in (("silent", view.silent), ("suspect", view.unconfirmed)) if raised]
    parts: list[Component] = [
        html.Span("" if alone else words.gauge_name(view.gauge, language), className="machine-name"),
        html.Span([html.Span(str(pct), className="stage-now"), html.Span(" %", className="unit")]),
        html.Span(text(language, "pond.free", n=f"{free:,.0f}"), className="pond-free"),
        html.Small(text(language, "pond.whole", n=f"{table[-1][1]:,.0f}")),
        *(html.Span(text(language, f"quality.{each}"), className="flag") for each in doubts),
        html.Div(html.Div(className="pond-water", style={"width": f"{pct}%"}), className="pond-bar"),
    ]
    return html.Div(parts, className="pond")
