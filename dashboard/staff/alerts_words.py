"""What is said of an incident: where, of what rule, how bad, who was told, who is told next. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dash import html
from dash.development.base_component import Component

from alerts.chronology.words import rule_name
from alerts.incidents.seen import InBrief, Names, NextStep
from alerts.records import OF_HAZARD, Incident, Outcome, Transition
from dashboard.i18n import known, text
from dashboard.staff import words
from dashboard.staff.addresses import Page
from dashboard.staff.pieces import badge
from dashboard.views import Board, StationView
from ingest.stations import Registry, named

MOST_NAMES = 2
WORST_FIRST = (Outcome.FAILED, Outcome.UNKNOWN, Outcome.PENDING, Outcome.SENDING, Outcome.WITHDRAWN, Outcome.SENT)


@dataclass(frozen=True, slots=True)
class Scene:
    """What everything about incidents is drawn with."""

    board: Board
    names: Names
    page: Page
    now: datetime
    whole: bool = False
    """Whether the address asks for all rows of the lists."""
    current: Mapping[str, Transition] = field(default_factory=dict)
    """The newest transition by gauge: what the overview says of a falling stage is said here too."""

    @property
    def language(self) -> str:
        """The reader's."""
        return self.page.language

    @property
    def registry(self) -> Registry:
        """The city."""
        return self.board.registry

    @property
    def drill(self) -> bool:
        """Whether nothing of this is real."""
        return self.registry.city.drill

    def say(self, key: str, /, **values: object) -> str:
        """The words of a key."""
        return text(self.language, key, **values)

    def time(self, at: datetime) -> str:
        """A time near to now."""
        return words.near_time(at, self.now)

    def name(self, who: str) -> str:
        """What a contact or a group is called; its identifier where it has left the list."""
        found = self.names.get(who)
        return named(found, self.language) if found else who


def place(station_id: str, scene: Scene) -> str:
    """The name of a station; of no station: the whole city."""
    if not station_id:
        return scene.say("alerts_page.whole_city")
    station = scene.registry.stations.get(station_id)
    return named(station.name, scene.language) if station else station_id


def rule(name: str, scene: Scene) -> str:
    """What a rule is called."""
    return rule_name(name, scene.language)


def level_mark(of: str, level: int, scene: Scene, size: str = "") -> Component:
    """A level by shape, number and colour; colour for a hazard alone, which not every rule speaks of."""
    if of in OF_HAZARD:
        return badge(scene.language, level, size)
    spoken = scene.say("alerts_page.matter", n=level)
    return html.Span(html.Span(str(level)), className=f"matter {size}".strip(), title=spoken)


def level_words(incident: Incident, level: int, scene: Scene) -> str:
    """The level in words: the city's label of a hazard, how much it matters of all else."""
    if not level:
        return scene.say("hazard.0")
    if incident.rule not in OF_HAZARD:
        return scene.say("alerts_page.matter", n=level)
    station = scene.registry.stations.get(incident.station_id)
    label = words.hazard_label(scene.registry, station.kind, level, scene.language) if station else ""
    return words.joined(scene.say("hazard.word", n=level), label)


def view_of(incident: Incident, scene: Scene) -> StationView | None:
    """The station as it stands now."""
    return scene.board.station(incident.station_id) if incident.station_id else None


def subject(change: Transition | None, scene: Scene) -> str:
    """Which gauge, camera, pump or gateway a change is about, where its station has several."""
    if change is None or change.subject_id in ("", change.station_id):
        return ""
    gauge = scene.registry.gauges.get(change.subject_id)
    return words.gauge_apart(gauge, scene.registry, scene.language) if gauge else device(change.subject_id, scene)


def device(subject_id: str, scene: Scene) -> str:
    """What a gauge, a camera, a pump or a gate is called; the plain word where it has no name of its own, the
    identifier for all else."""
    registry, language = scene.registry, scene.language
    if subject_id in registry.gauges:
        return words.gauge_name(registry.gauges[subject_id], language)
    for found, plain in (
        (registry.cameras, "camera.name"),
        (registry.pumps, "pump.name"),
        (registry.gates, "gate.name"),
    ):
        if subject_id in found:
            name = found[subject_id].name
            return named(name, language) if name else scene.say(plain)
    return subject_id


def span(length: timedelta, scene: Scene) -> str:
    """How long, in whole minutes."""
    minutes = max(0, int(length.total_seconds() // 60))
    if minutes < 60:
        return scene.say("alerts_page.minutes", m=minutes)
    if minutes < 48 * 60:
        return scene.say("alerts_page.hours", h=minutes // 60, m=minutes % 60)
    return scene.say("alerts_page.days", d=minutes // (24 * 60))


def waits_since(incident: Incident, newest: Transition | None) -> datetime:
    """Since when it waits: from its beginning, or from the rise above what was acknowledged."""
    if incident.acknowledged_at is None or newest is None:
        return incident.opened_at
    return max(newest.recorded_at, incident.acknowledged_at)


def who_was_told(told: InBrief, scene: Scene) -> str:
    """The names of those who were told, the first of them."""
    names = list(dict.fromkeys(scene.name(each) for each in told.recipients))
    if not names:
        return scene.say("alerts_page.told_nobody")
    shown = scene.say("alerts_page.and").join(names[:MOST_NAMES])
    if len(names) > MOST_NAMES:
        return scene.say("alerts_page.told_more", names=shown, n=len(names) - MOST_NAMES)
    return scene.say("alerts_page.told", names=shown)


def outcome_chips(counts: Mapping[Outcome, int], scene: Scene) -> list[Component]:
    """How many deliveries became what, the bad ones first."""
    return [
        html.Span(scene.say(f"told.count_{outcome}", n=counts[outcome]), className=f"chip chip-{outcome}")
        for outcome in WORST_FIRST
        if counts.get(outcome)
    ]


def next_step(step: NextStep | None, scene: Scene) -> str:
    """When and to whom it goes on while nobody acknowledges."""
    if step is None or step.at is None:
        return ""
    key = "alerts_page.next" if step.at > scene.now else "alerts_page.next_due"
    return scene.say(key, at=scene.time(step.at), who=groups(step, scene))


def groups(step: NextStep, scene: Scene) -> str:
    """Whom a step tells."""
    if not step.groups:
        return scene.say("alerts_page.staff")
    return scene.say("alerts_page.and").join(scene.name(each) for each in step.groups)


def muted(reason: str, scene: Scene) -> str:
    """Why nobody was told of a change: ``silence 12``, ``maintenance 3``, ``gateway gw-1``."""
    what, _, which = reason.partition(" ")
    key = {"silence": "alerts_page.muted_silence", "maintenance": "alerts_page.muted_maintenance"}.get(what)
    if key:
        return scene.say(key, n=which)
    return scene.say("alerts_page.muted_gateway", name=which) if what == "gateway" else reason


def reply(name: str, scene: Scene) -> str:
    """What a crew answered."""
    return known(scene.language, "reply", name)
