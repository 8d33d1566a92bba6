"""One look at the store for all viewers: what is there now, and which section of the screens changed with it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from alerts.records import Transition
from dashboard.following import Following, Heard
from dashboard.staff.alerts_watch import NOTHING, AlertsWatch, IncidentsPicture, incidents_facts
from dashboard.staff.doubt_watch import DoubtWatch
from dashboard.staff.facts import AlertFacts, StationFacts, camera_facts, gauge_troubles, station_facts
from dashboard.staff.health_watch import HealthPicture, HealthWatch
from dashboard.staff.services import StaffServices
from dashboard.staff.system_watch import SystemWatch, system_facts
from dashboard.staff.waiting_watch import Waiting, WaitingWatch
from dashboard.system_views import SystemView
from dashboard.views import MAINTENANCE_MATTERS, Board, StationView, board
from ingest.clock import JST
from ingest.sight.doubt import Doubt
from ingest.stations import Registry
from ingest.store.protocol import CameraLatest, Marks

logger = logging.getLogger(__name__)

SECTIONS = (
    *("city", "counts", "stations", "devices", "cameras", "wall", "equipment"),
    *("alerts", "incidents", "log", "health", "troubles", "chronology", "waiting", "public", "system"),
)
"""Parts of the screens that change for reasons of their own."""
LOOK_EVERY_S = 0.4
"""Real seconds between two looks, however many viewers there are."""
WALL_EVERY_S = 15.0
"""Real seconds between two drawings of many pictures, while no camera changes its state."""
RECENT_ALERTS = 30
CAMERAS_EVERY_S = 5.0
"""Real seconds after which the cameras are read again with the readings."""


@dataclass(frozen=True, slots=True)
class Known:
    """What was last read from the store; ``marks`` say how far. Kept until the log's ends have moved."""

    marks: Marks
    registry: Registry | None = None
    heard: Heard = field(default_factory=Heard)
    cameras: Mapping[str, CameraLatest] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Picture:
    """What is to be seen at ``at``. ``tokens`` names, by section, the moment of its last change.

    ``board`` is None before the first registry. ``current`` is the newest transition by gauge, ``doubts`` what makes
    the stage of a station doubtful, by its id. ``lines`` are the stations as their list says them, by id, ``waiting``
    the alerts that nobody has acknowledged. ``readable`` is False while the store cannot be read: then all the rest
    is as it was at ``at``.
    """

    at: datetime
    board: Board | None
    alerts: tuple[AlertFacts, ...] = ()
    current: Mapping[str, Transition] = field(default_factory=dict)
    health: HealthPicture | None = None
    system: SystemView | None = None
    incidents: IncidentsPicture = NOTHING
    doubts: Mapping[str, Doubt] = field(default_factory=dict)
    lines: Mapping[str, StationFacts] = field(default_factory=dict)
    waiting: tuple[Waiting, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)
    tokens: Mapping[str, str] = field(default_factory=dict)
    readable: bool = True


class Watch:
    """Looks at the store at most every LOOK_EVERY_S, off the event loop, and remembers what it saw."""

    def __init__(self, services: StaffServices) -> None:
        self._services = services
        self._known: Known | None = None
        self._following = Following(services.log)
        self._cameras_at, self._cameras_owed = services.clock.now(), False
        self._next_look_s = 0.0
        self._looking: asyncio.Task[None] | None = None
        self._changes = 0
        self._current: Mapping[str, Transition] = {}
        self._current_until: int | None = None
        self._health = HealthWatch(services)
        self._system = SystemWatch(services)
        self._doubts = DoubtWatch(services)
        self._incidents = AlertsWatch(services.incidents, services.clock.speed)
        self._waiting = WaitingWatch(services)
        self.picture: Picture | None = None

    async def latest(self) -> Picture:
        """The present picture; looks again where the last look is too old, waits only where there was none yet."""
        loop = asyncio.get_running_loop()
        if self._looking is None and loop.time() >= self._next_look_s:
            self._looking = asyncio.create_task(self._look_and_keep())
        if self._looking is not None:
            await asyncio.shield(self._looking)
        if self.picture is None:
            return Picture(self._services.clock.now(), None, readable=False)
        return self.picture

    async def later(self, than: Picture | None) -> Picture:
        """The picture after ``than``, in the moment in which the next look has it; the present one where there is none
        yet or another already."""
        if than is not None and (self.picture is None or self.picture is than) and self._looking is None:
            await asyncio.sleep(max(0.0, self._next_look_s - asyncio.get_running_loop().time()))
        return await self.latest()

    async def _look_and_keep(self) -> None:
        try:
            self.picture = await asyncio.to_thread(self.look)
        except Exception:
            # The screens go on and say that they stand still; the next look tries again.
            logger.exception("the store could not be read")
            self.picture = replace(self.picture, readable=False) if self.picture else None
        finally:
            self._next_look_s = asyncio.get_running_loop().time() + LOOK_EVERY_S
            self._looking = None

    def look(self) -> Picture:
        """Read what moved since the last look and compare. Blocking; raises what the store raises."""
        now = self._services.clock.now()
        known = self._read(now)
        seen = None
        if known.registry is not None:
            works = self._services.maintenance.maintenance(now - MAINTENANCE_MATTERS)
            heard = known.heard
            seen = board(
                known.registry, heard.latest, heard.recent, known.cameras, now, works, heard.states, heard.paces
            )
        alerts = alert_facts(self._services, RECENT_ALERTS)
        current = self._read_current()
        newest = [each.reading for each in known.heard.latest.values()]
        health = self._health.look(known.registry, newest, now)
        system = self._system.look(newest, now)
        doubts = self._doubts.look(seen, known.cameras, now)
        incidents = self._incidents.look(now)
        stations = seen.stations if seen else ()
        lines = {view.station.id: station_facts(view, current, doubts.get(view.station.id)) for view in stations}
        waiting = self._waiting.look()
        facts = {
            **section_facts(known, seen, alerts, lines),
            "waiting": waiting_facts(waiting, now),
            **health_facts(health, system),
            "system": system_facts(system),
            "incidents": incidents_facts(incidents, seen),
            "public": self._public_facts(now),
            "wall": wall_facts(seen, now, self._services.clock.speed),
            "chronology": self._services.chronicle.log.last_seq(),
        }
        before = self.picture
        changed = [name for name in SECTIONS if before is None or before.facts.get(name) != facts[name]]
        self._changes += bool(changed)
        # Tokens carry the time, so that they never repeat when the service starts anew.
        token = f"{now.isoformat()}/{self._changes}"
        tokens = {**(before.tokens if before else {}), **dict.fromkeys(changed, token)}
        return Picture(now, seen, alerts, current, health, system, incidents, doubts, lines, waiting, facts, tokens)

    def _public_facts(self, now: datetime) -> object:
        """What somebody decided or entered, and the minute: a message expires by itself."""
        public = self._services.public
        return None if public is None else (public.mark(), now.replace(second=0, microsecond=0))

    def _read(self, now: datetime) -> Known:
        """What moved since the last look."""
        log, before = self._services.log, self._known
        marks = log.marks()
        if before is not None and before.marks == marks and not self._cameras_due(now):
            return before
        registry = before.registry if before else None
        if before is None or before.marks.registry_revision != marks.registry_revision:
            registry = self._services.registry.registry()
        heard = self._following.heard(marks.reading_seq, now)
        self._known = Known(marks, registry, heard, self._cameras(marks, now))
        return self._known

    def _cameras(self, marks: Marks, now: datetime) -> Mapping[str, CameraLatest]:
        """The cameras; where nothing but readings came, those of a moment ago: that a camera was asked, or came into
        service, leaves no mark in the log, and reading all of them takes its time."""
        before = self._known
        self._cameras_owed = before is not None and replace(before.marks, reading_seq=marks.reading_seq) == marks
        if before is not None and self._cameras_owed and not self._cameras_due(now):
            return before.cameras
        self._cameras_owed, self._cameras_at = False, now
        return self._services.log.cameras()

    def _cameras_due(self, now: datetime) -> bool:
        step = timedelta(seconds=CAMERAS_EVERY_S * self._services.clock.speed)
        return self._cameras_owed and not timedelta(0) <= now - self._cameras_at < step

    def _read_current(self) -> Mapping[str, Transition]:
        last_id = self._services.alerts.last_transition_id()
        if self._current_until != last_id:
            self._current, self._current_until = self._services.alerts.current(), last_id
        return self._current


def alert_facts(services: StaffServices, limit: int, gauge_id: str | None = None) -> tuple[AlertFacts, ...]:
    """The newest transitions with their deliveries. Blocking."""
    transitions = services.alerts.transitions(limit, gauge_id)
    deliveries = services.alerts.deliveries_of([each.id for each in transitions])
    return tuple(AlertFacts(each, tuple(deliveries.get(each.id, ()))) for each in transitions)


def health_facts(seen: HealthPicture, system: SystemView | None = None) -> dict[str, object]:
    """What the page of the devices depends on: their health, and the minute, for ages are told in minutes."""
    minute = seen.at.replace(second=0, microsecond=0)
    health = (seen.health.gauges, seen.health.gateways) if seen.health else None
    return {
        "health": (health, seen.letters, seen.heard_at, seen.old, minute),
        "troubles": (seen.to_act_on, system.sick if system else 0),
    }


def waiting_facts(waiting: tuple[Waiting, ...], now: datetime) -> object:
    """What the alerts that wait depend on: themselves, and the minute, for how long they wait is told in minutes."""
    return waiting, now.replace(second=0, microsecond=0) if waiting else None


def wall_facts(seen: Board | None, now: datetime, speed: float) -> object:
    """What screens of many pictures depend on: how each camera is, and the quarter of a minute. Were it each picture,
    a city of hundreds of cameras would be drawn anew without end."""
    views = [camera for view in seen.stations for camera in view.cameras] if seen else []
    how = tuple((each.camera, each.state, each.condition.faults, each.unjudged, each.still is None) for each in views)
    return how, int(now.timestamp() // (WALL_EVERY_S * speed))


def equipment_facts(view: StationView) -> object:
    """What the panel of pumps and gates depends on besides the log: what time alone makes unknown."""
    equipment = view.equipment
    if equipment is None:
        return None
    pumps, gates = (tuple(each.known for each in found) for found in (equipment.pumps, equipment.gates))
    silent = tuple(each.silent for each in view.gauges)
    return view.station.id, pumps, gates, tuple(each.why for each in equipment.idle), silent


def section_facts(
    known: Known,
    seen: Board | None,
    alerts: tuple[AlertFacts, ...],
    lines: Mapping[str, StationFacts],
) -> dict[str, object]:
    """By section, the values that it depends on."""
    stations = seen.stations if seen else ()
    return {
        "city": known.registry,
        "counts": tuple((view.station.id, view.hazard, view.silent, view.being_checked) for view in stations),
        "stations": tuple(lines.values()),
        # With the day: since when they last has no date on the day itself.
        "devices": (gauge_troubles(seen), seen.at.astimezone(JST).date()) if seen else (),
        "cameras": tuple(camera_facts(camera) for view in stations for camera in view.cameras),
        "alerts": alerts,
        "log": known.marks,
        "equipment": tuple(equipment_facts(view) for view in stations),
    }
