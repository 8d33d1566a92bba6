"""Says on the screen what is going on: every change of an alert, and now and then the whole."""

from __future__ import annotations

from datetime import datetime, timedelta

from alerts.messages.catalogue import texts
from alerts.records import STAGE, Transition
from alerts.rules.findings import UNTOLD, Cause
from dashboard.views import MAINTENANCE_MATTERS, RECENT, Board, board
from deploy.commands.context import jst, say
from deploy.wiring.stores import Stores
from ingest.clock import Clock
from ingest.labels import label
from ingest.metres import shown_m
from ingest.stations import Registry, Station, named

FIRST_S, EVERY_S = 10.0, 60.0
"""Real seconds until the first summary, and between two."""
ASIDE = frozenset({*UNTOLD, Cause.UNVERIFIED, Cause.STILL})
"""What changes neither the hazard of a gauge nor how far it is believed."""


class Announcer:
    """A job: each turn says the transitions since the last one, and every ``every_s`` real seconds a summary."""

    def __init__(self, stores: Stores, clock: Clock, every_s: float = EVERY_S) -> None:
        self._every_s = every_s
        self._stores = stores
        self._clock = clock
        self._last_id = stores.alerts.last_transition_id()
        self._summary_due = clock.now() + timedelta(seconds=FIRST_S * clock.speed)

    def turn(self) -> None:
        """Say what is new."""
        for transition in self._stores.alerts.transitions_after(self._last_id):
            self._last_id = transition.id
            if transition.rule == STAGE and transition.cause not in UNTOLD:
                say(line(self._stores, transition))
        now = self._clock.now()
        if now >= self._summary_due:
            self._summary_due = now + timedelta(seconds=self._every_s * self._clock.speed)
            say(summary(board_now(self._stores, now)))


def line(stores: Stores, transition: Transition) -> str:
    """One transition as a line."""
    city = stores.city()
    station = city.stations.get(transition.station_id)
    rose, fell = transition.to_level > transition.from_level, transition.to_level < transition.from_level
    mark = "▲" if rose else "▼" if fell else "＝"
    text = _text(city, station, transition) + ("（未確認）" if transition.unconfirmed else "")
    text += "（途絶、最後の値）" if transition.unverified else ""
    return (
        f"{jst(transition.observed_at)}  {mark} {transition.from_level}→{transition.to_level}"
        f"  {_place(city, transition)}  {_stage(transition)}{text}"
    )


def changes_the_stage(transition: Transition) -> bool:
    """Whether the hazard of a gauge changed, or how far it is believed."""
    return transition.rule == STAGE and transition.cause not in ASIDE


def _stage(transition: Transition) -> str:
    return "" if transition.stage_m is None else f"{shown_m(transition.stage_m)} m  "


def _place(city: Registry, transition: Transition) -> str:
    """The station, and which of its gauges where it has several."""
    station, gauge = city.stations.get(transition.station_id), city.gauges.get(transition.subject_id)
    if station is None or gauge is None:
        return transition.subject_id
    name = named(station.name, "ja")
    several = len(city.gauges_of(station.id)) > 1
    return f"{name} {named(gauge.name, 'ja')}" if several and gauge.name else name


def _text(registry: Registry, station: Station | None, transition: Transition) -> str:
    if transition.to_level < transition.from_level:
        words = texts("ja")
        return str(words["below" if transition.to_level else "below_all"].format(from_hazard=transition.from_level))
    return label(registry, station.kind, transition.to_level, "ja") if station else ""


def board_now(stores: Stores, now: datetime) -> Board:
    """The city as it stands."""
    log = stores.log
    return board(
        stores.city(),
        log.latest(),
        log.recent(now - RECENT),
        log.cameras(),
        now,
        stores.maintenance.maintenance(now - MAINTENANCE_MATTERS),
    )


def summary(view: Board) -> str:
    """The city in one line."""
    counts = "  ".join(f"[{hazard}] {view.counts.get(hazard, 0)}" for hazard in (5, 4, 3, 2, 1, 0))
    faults = f"silent gauges {len(view.silent_gauges)}, faulty cameras {len(view.faulty_cameras)}"
    return f"{jst(view.at)}  stations by hazard: {counts}  {faults}"
