"""The job that tails the transitions: drafts what the public may have to be told, publishes what was approved in
advance, reminds staff before anything that was published runs out, and lets drafts expire.

Woken from outside. Each station is looked at as it stands, in one transaction with how far the transitions were read:
after a crash it does the rest, and nothing twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, select
from sqlalchemy.exc import SQLAlchemyError

from alerts.public import lifecycle
from alerts.public.composing import all_clear_content, where_of
from alerts.public.drafts import Do, Known, Plan, planned
from alerts.public.publishing import Around, publish, record, tell_desk
from alerts.public.records import AUTOMATIC, Action, Content, Decision, PublicMessage, Refused, Step
from alerts.public.settings import Standing
from alerts.public.words import Seen, danger, over
from alerts.records import STAGE
from alerts.rules.kept import from_json
from alerts.rules.machine import Standing as Stands
from alerts.store import public as store
from alerts.store.mutes import maintenance_in_force, maintenance_since
from alerts.store.record import cursor, move_cursor, transition_of
from alerts.store.tables import standings, transitions
from ingest.stations import Station
from ingest.store.leases import Fence
from ingest.store.tables import writing

log = logging.getLogger(__name__)

CURSOR = "public"
MOST_PER_TURN = 100
LOOK_BACK = timedelta(days=1)
"""After a start so much is asked for work on gauges that has ended meanwhile."""
OVERLAP = timedelta(minutes=1)
"""The end of work is written down by other processes, somewhat after its time."""


@dataclass(frozen=True, slots=True)
class _Loudest:
    """The gauge that speaks for a station: the highest of those that are confirmed and not being worked on."""

    gauge_id: str
    standing: Stands


class Watch:
    """Woken every second or so; ``turn`` does everything that is due."""

    def __init__(self, engine: Engine, around: Callable[[], Around], fence: Fence | None = None) -> None:
        self._engine = engine
        self._around = around
        self._fence = fence
        self._looked_at: datetime | None = None

    def turn(self, now: datetime) -> int:
        """Look at the stations whose alerts changed, and at what runs out; the number of messages touched."""
        if not self._anything(now):
            return 0
        with writing(self._engine) as connection:
            if self._fence is not None:
                self._fence(connection)
            around = self._around()
            touched = self._follow(connection, around, now)
            touched += self._remind(connection, around, now) + self._let_expire(connection, around, now)
        self._looked_at = now
        return touched

    def _anything(self, now: datetime) -> bool:
        """The usual answer is no, and needs no write lock."""
        around = self._around()
        with self._engine.connect() as connection:
            newest = select(transitions.c.id).where(_of_stage_after(cursor(connection, CURSOR))).limit(1)
            return (
                connection.execute(newest).first() is not None
                or bool(self._freed(connection, now))
                or any(_runs_out(each, around, now) for each in store.dangers_in_force(connection))
                or any(_unused(each, around, now) for each in store.open_drafts(connection))
            )

    def _follow(self, connection: Connection, around: Around, now: datetime) -> int:
        before = cursor(connection, CURSOR)
        wanted = select(transitions).where(_of_stage_after(before)).order_by(transitions.c.id).limit(MOST_PER_TURN)
        new = [transition_of(row) for row in connection.execute(wanted)]
        stations = dict.fromkeys([*(each.station_id for each in new), *self._freed(connection, now)])
        done = [
            each for each in stations if each in around.registry.stations and self._look(connection, around, each, now)
        ]
        if new:
            move_cursor(connection, CURSOR, new[-1].id)
        return len(done)

    def _freed(self, connection: Connection, now: datetime) -> list[str]:
        """Where work on gauges has just ended: what they say is held no longer, and they may not change any more."""
        since = now - LOOK_BACK if self._looked_at is None else min(self._looked_at, now) - OVERLAP
        return [each.station_id for each in maintenance_since(connection, since) if each.ends_at <= now]

    def _look(self, connection: Connection, around: Around, station_id: str, now: datetime) -> bool:
        """Do what one station needs; a mistake there must not keep the others waiting."""
        try:
            with connection.begin_nested():
                return self._do(connection, around, around.registry.stations[station_id], now)
        except Refused as why:
            log.error("no draft for the public about %s: %s", station_id, why)
        except SQLAlchemyError:
            raise  # nothing of this turn would be written: it is taken again
        except Exception:
            log.exception("no draft for the public about %s", station_id)
        return False

    def _do(self, connection: Connection, around: Around, station: Station, now: datetime) -> bool:
        loudest = _loudest(connection, station.id, now)
        if loudest is None:
            return False
        known = _known(connection, station.id)
        content = _danger_content(connection, around, station, loudest, now)
        grounds = store.grounds(connection, content, now)
        plan = planned(grounds, known, around.settings.draft_from)
        if plan is None:
            return False
        if plan.do is Do.WITHDRAW:
            assert known.draft is not None
            _save(connection, lifecycle.withdrawn(known.draft, AUTOMATIC, now, "it no longer holds"), now)
            return True
        if plan.step is Step.ALL_CLEAR:
            assert known.published is not None
            content = _over_content(known.published, around, station, content)
        draft = _drafted(connection, around, station, plan, known, content, now)
        self._publish_or_tell(connection, around, station, draft, known, now)
        return True

    def _publish_or_tell(
        self,
        connection: Connection,
        around: Around,
        station: Station,
        draft: PublicMessage,
        known: Known,
        now: datetime,
    ) -> None:
        """A rise that a rule covers goes out at once; what falls, and what ends, waits for a person."""
        level = draft.content.hazard or 0
        rule = around.settings.rule_for(station, level, now)
        told = known.published.content.hazard if known.published is not None else None
        rises = draft.step is not Step.ALL_CLEAR and level > (told or 0)
        if rule is None or not rises or not self._published(connection, around, rule, draft, now):
            tell_desk(connection, draft, around, "desk_draft", now)

    def _published(
        self, connection: Connection, around: Around, rule: Standing, draft: PublicMessage, now: datetime
    ) -> bool:
        """Let it out; where that is refused the draft stays for people."""
        grounds = store.grounds(connection, draft.content, now)
        try:
            with connection.begin_nested():
                publish(connection, lifecycle.published_by(rule, draft, now, around.settings, grounds), around)
                return True
        except Refused as why:
            log.error("the rule %s cannot publish message %d: %s", rule.id, draft.id, why)
            return False

    def _remind(self, connection: Connection, around: Around, now: datetime) -> int:
        due = [each for each in store.dangers_in_force(connection) if _runs_out(each, around, now)]
        for each in due:
            lapsed = each.expires_at is not None and each.expires_at <= now
            told = tell_desk(connection, each, around, "desk_lapsed" if lapsed else "desk_remind", now)
            decision = Decision(AUTOMATIC, Action.REMINDED, now, f"{told} told")
            store.save(connection, replace(each, decisions=(*each.decisions, decision)))
            record(connection, each, AUTOMATIC, Action.REMINDED, now, told=told)
            log.warning(
                "public message %d %s; %d of the desk told", each.id, "has run out" if lapsed else "runs out", told
            )
        return len(due)

    def _let_expire(self, connection: Connection, around: Around, now: datetime) -> int:
        due = [each for each in store.open_drafts(connection) if _unused(each, around, now)]
        for each in due:
            _save(connection, lifecycle.expired(each, now), now)
        return len(due)


def _of_stage_after(transition_id: int) -> ColumnElement[bool]:
    """No other rule is of any matter to the public."""
    return (transitions.c.rule == STAGE) & (transitions.c.id > transition_id)


def _runs_out(message: PublicMessage, around: Around, now: datetime) -> bool:
    """Whether staff must be reminded now: a danger that was published never ends in silence."""
    if message.ends_chain or message.expires_at is None:
        return False
    reminded = [each.at for each in message.decisions if each.action is Action.REMINDED]
    every = timedelta(minutes=around.settings.remind_every_min)
    begins = message.expires_at - timedelta(minutes=around.settings.remind_min)
    return now >= begins and (not reminded or now >= reminded[-1] + every)


def _unused(message: PublicMessage, around: Around, now: datetime) -> bool:
    return now >= message.decisions[-1].at + timedelta(hours=around.settings.draft_lasts_h)


def _loudest(connection: Connection, station_id: str, now: datetime) -> _Loudest | None:
    of_it = (standings.c.rule == STAGE) & (standings.c.station_id == station_id)
    rows = connection.execute(select(standings).where(of_it).order_by(standings.c.subject_id)).all()
    found = [_Loudest(row.subject_id, from_json(row.standing)) for row in rows]
    work = [each for each in maintenance_in_force(connection, now) if each.station_id == station_id]

    def heard(each: _Loudest) -> tuple[bool, bool, int]:
        """One gauge that is worked on, or doubtful, must not drown the others."""
        held = any(job.holds(each.gauge_id, now) for job in work)
        return not held, not each.standing.unconfirmed, each.standing.level

    return max(found, key=heard, default=None)


def _known(connection: Connection, station_id: str) -> Known:
    last = store.newest_published(connection, station_id)
    going_on = last if last is not None and not last.ends_chain else None
    chain: Iterable[PublicMessage] = store.published(connection, going_on.chain_id) if going_on is not None else ()
    by_gauge = any(each.content.hazard is not None for each in chain)
    return Known(going_on, by_gauge, store.automatic_draft(connection, station_id))


def _danger_content(
    connection: Connection, around: Around, station: Station, loudest: _Loudest, now: datetime
) -> Content:
    seen = _seen(connection, loudest, now)
    return Content(
        gravity=max(1, loudest.standing.level),
        texts=danger(around.registry, station, seen),
        where=(where_of(station, around),),
        station_ids=(station.id,),
        hazard=loudest.standing.level,
        gauge_id=loudest.gauge_id,
        observed_at=seen.observed_at,
    )


def _over_content(published: PublicMessage, around: Around, station: Station, present: Content) -> Content:
    content = all_clear_content(published, around)
    observed_at = present.observed_at
    seen = None if observed_at is None else Seen(0, None, observed_at)
    return replace(content, texts=over(station, seen), hazard=0, observed_at=observed_at)


def _seen(connection: Connection, loudest: _Loudest, now: datetime) -> Seen:
    """What the last transition of a gauge says of it; one that never had any says nothing but its level."""
    of_it = (transitions.c.rule == STAGE) & (transitions.c.subject_id == loudest.gauge_id)
    wanted = select(transitions).where(of_it, transitions.c.stage_m.is_not(None)).order_by(transitions.c.id.desc())
    row = connection.execute(wanted.limit(1)).one_or_none()
    standing = loudest.standing
    if row is None:
        return Seen(standing.level, None, standing.observed_at or now, standing.since)
    last = transition_of(row)
    rise = last.detail.get("rise_m_per_h")
    rise_m_per_h = float(rise) if isinstance(rise, int | float) else None
    return Seen(standing.level, last.stage_m, last.observed_at, standing.since, rise_m_per_h)


def _drafted(
    connection: Connection,
    around: Around,
    station: Station,
    plan: Plan,
    known: Known,
    content: Content,
    now: datetime,
) -> PublicMessage:
    """The new draft; the one before it, which says what no longer holds, is withdrawn."""
    if plan.do is Do.REFRESH and known.draft is not None:
        _save(connection, lifecycle.withdrawn(known.draft, AUTOMATIC, now, "a newer draft takes its place"), now)
    chain_id = known.published.chain_id if known.published is not None else 0
    issued = known.published.content.issued if known.published is not None and plan.step is Step.UPDATE else None
    made = lifecycle.drafted(
        plan.step,
        replace(content, issued=issued),
        AUTOMATIC,
        now,
        station_id=station.id,
        chain_id=chain_id,
        drill=around.drill,
    )
    kept = store.insert(connection, made)
    record(connection, kept, AUTOMATIC, Action.DRAFTED, now)
    return kept


def _save(connection: Connection, message: PublicMessage, now: datetime) -> None:
    store.save(connection, message)
    record(connection, message, AUTOMATIC, message.decisions[-1].action, now)
