"""Cameras, pumps, gates and signs on the page of the health: those in trouble first, others by their name. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from alerts.channel_state import SignSeen
from dashboard.camera_views import CameraView
from dashboard.i18n import text
from dashboard.staff import cameras_words, forms, pumps_panel, system_words, words
from dashboard.staff.addresses import LONGEST_WORD, Page
from dashboard.staff.facts import camera_facts
from dashboard.staff.pieces import link, sentence, with_data
from dashboard.staff.system_page import CAMERAS, EQUIPMENT, SIGNS
from dashboard.staff.system_rows import NOTHING, Around, Content, table
from dashboard.views import Board
from ingest.equipment.state import MachineState, PumpState
from ingest.health.problems import Severity
from ingest.readings import CameraState, CameraVitals
from ingest.stations import Registry, named

MOST_ROWS = 100
"""What a screen takes; the others are found by name."""
COLUMNS = ("state", "device", "how", "heard", "battery", "more")
OF_CAMERA = {CameraState.OFFLINE: Severity.DOWN, CameraState.DEGRADED: Severity.ACT}


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device of any kind. ``name`` is what one finds it by; ``station_id`` where its name leads."""

    severity: Severity | None
    name: str
    how: str
    heard_at: datetime | None
    battery: str = ""
    more: str = ""
    station_id: str = ""


def rows(tab: str, board: Board, signs: Sequence[SignSeen], around: Around) -> list[DeviceRow]:
    """The devices of a tab, those in trouble first."""
    made = {
        CAMERAS: lambda: list(_cameras(board, around)),
        EQUIPMENT: lambda: list(_machines(board, around)),
        SIGNS: lambda: [_sign(each, around) for each in signs],
    }
    order = [*Severity, None]
    return sorted(made[tab](), key=lambda each: (order.index(each.severity), each.name))


def shown(found: Sequence[DeviceRow], query: str, around: Around) -> list[Component]:
    """The rows that a search leaves."""
    wanted = query.casefold()
    left = [each for each in found if wanted in each.name.casefold()]
    if not left:
        return [_section([sentence(around.say("none_found", q=query) if query else around.say("none_of_these"))])]
    parts: list[Component] = []
    if len(left) > MOST_ROWS:
        parts.append(html.P(around.say("shown_of", n=len(left), shown=MOST_ROWS), className="shown-of"))
    parts.append(table(COLUMNS, [(each.severity, _cells(each, around)) for each in left[:MOST_ROWS]], around))
    return [_section(parts)]


def search(query: str, tab: str, page: Page) -> Component:
    """The form that narrows; it only changes the address. ``tab`` is empty on a page that has but one kind."""
    language = page.language
    said, own = text(language, "system.search"), f"{page.path()}?d={tab}" if tab else page.path()
    kept = [forms.hidden("d", tab)] if tab else []
    field = forms.field(said, "q", "search", value=query, maxlength=LONGEST_WORD)
    button = html.Button(text(language, "system.search_button"), type="submit")
    everything = [link(text(language, "system.search_all"), own, "back")] if query else []
    # Another question is another form: the field shows what is asked now.
    made = html.Form(
        [*kept, field, button, *everything],
        action=page.path(), method="get", className="search-form", key=f"{tab} {query}",
    )  # fmt: skip
    return with_data(made, asks="yes")


def _section(parts: list[Component]) -> Component:
    return html.Section(parts, className="panel panel-devices-of-tab")


def _cells(row: DeviceRow, around: Around) -> dict[str, Content]:
    name: str | Component = html.B(row.name)
    if row.station_id:
        name = link(row.name, around.page.station(row.station_id).path(), "device-name")
    language = around.page.language
    heard = system_words.ago(row.heard_at, around.now, language) if row.heard_at else around.say("never_heard")
    how = html.B(row.how, className="finding") if row.severity else html.Span(row.how, className="finding-well")
    return {
        "device": [name],
        "how": [how],
        "heard": [heard],
        "battery": [row.battery or NOTHING],
        "more": [row.more or NOTHING],
    }


def _cameras(board: Board, around: Around) -> Iterator[DeviceRow]:
    for station in board.stations:
        for each in station.cameras:
            yield _camera(each, board.registry, around)


def _camera(view: CameraView, registry: Registry, around: Around) -> DeviceRow:
    language, facts = around.page.language, camera_facts(view)
    why = cameras_words.why(facts, language) if view.state is not CameraState.ONLINE else ""
    return DeviceRow(
        OF_CAMERA.get(view.state),
        cameras_words.full_name(view.camera.id, registry, language),
        words.joined(cameras_words.state(facts, language), why),
        view.heard_at,
        _battery(view.vitals),
        _insides(view.vitals, around),
        view.camera.station_id,
    )


def _battery(vitals: CameraVitals) -> str:
    pct = f"{vitals.battery_pct:.0f} %" if vitals.battery_pct is not None else ""
    return words.joined(pct, f"{vitals.battery_v:.2f} V" if vitals.battery_v is not None else "")


def _insides(vitals: CameraVitals, around: Around) -> str:
    figures = (("temperature", vitals.temperature_c), ("storage_used", vitals.storage_pct), ("frames", vitals.fps))
    return words.joined(*(around.say(name, n=f"{value:.0f}") for name, value in figures if value is not None))


def _machines(board: Board, around: Around) -> Iterator[DeviceRow]:
    for station in board.stations:
        if station.equipment is not None:
            machines: list[MachineState] = [*station.equipment.pumps, *station.equipment.gates]
            for each in machines:
                name = named(station.station.name, around.page.language)
                own = pumps_panel.machine_name(each, around.page.language)
                severity, how = _machine(each, around)
                yield DeviceRow(severity, words.joined(name, own), how, each.heard_at, station_id=station.station.id)


def _machine(state: MachineState, around: Around) -> tuple[Severity | None, str]:
    if state.faulty:
        return Severity.DOWN, around.say("machine_fault", n=state.fault)
    if state.heard_at is None:
        return Severity.ACT, around.say("machine_never")
    if not state.known:
        return Severity.ACT, around.say("machine_unheard")
    language = around.page.language
    if isinstance(state, PumpState):
        return None, text(language, f"pump.{pumps_panel.pump_word(state)}")
    return None, pumps_panel.gate_opening(state.opening_pct or 0.0, language)


def _sign(sign: SignSeen, around: Around) -> DeviceRow:
    told = around.say("sign_commanded", at=words.near_time(sign.told_at, around.now)) if sign.told_at else ""
    if sign.differs_since is not None:
        how = words.joined(
            around.say("sign_differs", told=sign.told), around.say("sign_shows", state=sign.shown) if sign.shown else ""
        )
        return DeviceRow(Severity.DOWN, sign.topic, how, sign.shown_at, more=told)
    how = around.say("sign_well", state=sign.shown or sign.told) if sign.told else around.say("sign_untold")
    return DeviceRow(None, sign.topic, how, sign.shown_at, more=told)
