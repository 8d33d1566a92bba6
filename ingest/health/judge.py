"""What is wrong with whom at a moment: states and the time to findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from ingest.health import gateways as links
from ingest.health.delivery import usual_s
from ingest.health.fold import Device, GaugeState, Told
from ingest.health.gaps import missing_since, with_open
from ingest.health.hours import last_day, since_s
from ingest.health.limits import HealthSettings
from ingest.health.power import DAY_S, days_left
from ingest.health.problems import SEVERITY, WORST_FIRST, Finding, GatewayHealth, GaugeHealth, Health, Problem, Severity
from ingest.rhythm import LATE_AFTER_INTERVALS

LEAST_MISSING = 3
LEAST_LATE = 3
LEAST_SUSPECT = 3
"""Fewer than these in a day are chance, whatever their share: a heartbeat a day is one of one."""
NOTHING = GaugeState()


def judge(
    devices: Mapping[str, Device], states: Mapping[str, GaugeState], now: datetime, limits: HealthSettings
) -> Health:
    """The health of every device at ``now``. Whoever is not in ``devices`` (retired) is passed over."""
    alone = {
        gauge_id: gauge_health(gauge_id, device, states.get(gauge_id, NOTHING), now, limits)
        for gauge_id, device in devices.items()
    }
    known = {gauge_id: states[gauge_id] for gauge_id in devices if gauge_id in states}
    heard = links.links_of(known, devices)
    found = links.gateways(heard, alone, now, limits)
    outages = {gauge_id: gateway for gateway in found for gauge_id in gateway.silenced}
    gauges = [
        _silenced(each, outages[each.gauge_id].heard_at) if each.gauge_id in outages else each
        for each in alone.values()
    ]
    return Health(now, tuple(sorted(gauges, key=_worst_first)), tuple(sorted(found, key=_out_first)))


def _silenced(health: GaugeHealth, since: datetime) -> GaugeHealth:
    """Its silence has another cause than itself."""
    others = tuple(each for each in health.findings if each.problem not in (Problem.SILENT, Problem.SILENT_BATTERY))
    return replace(health, findings=_in_order([Finding(Problem.SILENT_GATEWAY, since), *others]))


def gauge_health(
    gauge_id: str, device: Device, state: GaugeState, now: datetime, limits: HealthSettings
) -> GaugeHealth:
    """One gauge, as if there were no gateways."""
    now_s = now.timestamp()
    health = _vitals(_start(gauge_id, device, state, now_s), device, state, now, limits)
    findings = _silence(health, state, now)
    if state.told is not None:
        findings += _held(state.told.since)
        findings += _of_the_day(health, state.told, now_s, limits, silent=bool(findings))
    if state.felt is not None:
        findings += [each for each in _held(state.felt.since) if not _said_by(findings, each.problem)]
    if health.battery_days is not None and health.battery_days <= limits.days_to_empty:
        findings.append(Finding(Problem.BATTERY_ENDING, None))
    return replace(health, findings=_in_order(findings))


def _start(gauge_id: str, device: Device, state: GaugeState, now_s: float) -> GaugeHealth:
    """The figures of the readings."""
    told, rhythm = state.told, device.rhythm
    heard = max(
        (each for each in (told and told.delivery.heard_s, state.felt and state.felt.power.heard_s) if each),
        default=None,
    )
    if told is None:
        return GaugeHealth(gauge_id, rhythm.calm, rhythm.expected_s(rhythm.calm), (), heard_at=_time(heard))
    course, day = told.course, last_day(told.hours, now_s)
    expected_s = rhythm.expected_s(course.mode)
    return GaugeHealth(
        gauge_id,
        course.mode,
        expected_s,
        (),
        mode_since=_time(course.mode_since_s),
        heard_at=_time(heard),
        observed_at=_time(course.newest_s),
        silent_from=_time(course.newest_s + LATE_AFTER_INTERVALS * expected_s),
        missing_day=missing_since(course, now_s - DAY_S, now_s, rhythm),
        missing_week=missing_since(course, now_s - 7 * DAY_S, now_s, rhythm),
        longest_gap_s=_longest_gap_s(told, now_s, device),
        readings_day=day.readings,
        lost_day=day.lost,
        restarts_day=day.restarts,
        suspect_day=day.suspect + day.bad,
        usual_delay_s=usual_s(told.delivery.delays),
        late_share=day.late / day.readings if day.readings else 0.0,
        made_up=day.made_up,
        outage_from=_time(told.delivery.outage_from_s),
        outage_until=_time(told.delivery.outage_until_s) if told.delivery.outage_from_s is not None else None,
    )


def _vitals(
    health: GaugeHealth, device: Device, state: GaugeState, now: datetime, limits: HealthSettings
) -> GaugeHealth:
    if state.felt is None:
        return health
    power = state.felt.power
    return replace(
        health,
        battery_pct=power.battery_pct,
        battery_v=power.battery_v,
        battery_days=days_left(power, device.model_at(now), limits),
        rssi_dbm=power.rssi_dbm,
        snr_db=power.snr_db,
        gateways=links.near(power),
    )


def _longest_gap_s(told: Told, now_s: float, device: Device) -> float:
    begin_s = now_s - 7 * DAY_S
    gaps = with_open(told.course, now_s, device.rhythm)
    return max((gap.before_s - max(gap.after_s, begin_s) for gap in gaps if gap.before_s > begin_s), default=0.0)


def _silence(health: GaugeHealth, state: GaugeState, now: datetime) -> list[Finding]:
    if health.observed_at is None or health.silent_from is None:
        return [Finding(Problem.NEVER_HEARD, None)]
    if now <= health.silent_from:
        return []
    return [Finding(_why_silent(health, state, now), health.observed_at)]


def _why_silent(health: GaugeHealth, state: GaugeState, now: datetime) -> Problem:
    if state.felt is None:
        return Problem.SILENT
    if now.timestamp() - state.felt.power.heard_s <= LATE_AFTER_INTERVALS * health.expected_s:
        return Problem.SILENT_SENSOR
    return Problem.SILENT_BATTERY if Problem.BATTERY_CRITICAL in (state.felt.since or {}) else Problem.SILENT


def _said_by(findings: list[Finding], problem: Problem) -> bool:
    """Whether a gauge that died of its battery says so already."""
    return problem is Problem.BATTERY_CRITICAL and any(each.problem is Problem.SILENT_BATTERY for each in findings)


def _held(since: Mapping[Problem, float] | None) -> list[Finding]:
    return [Finding(problem, _time(at_s)) for problem, at_s in (since or {}).items()]


def _of_the_day(
    health: GaugeHealth, told: Told, now_s: float, limits: HealthSettings, *, silent: bool
) -> list[Finding]:
    """What the last day shows. Of a silent gauge nobody needs to hear that its reports are missing."""
    day = last_day(told.hours, now_s)
    found = {
        Problem.MISSING: not silent
        and _often(health.missing_day, day.readings + health.missing_day, LEAST_MISSING, limits.missing_share),
        Problem.LOST: _often(day.lost, day.readings + day.lost, LEAST_MISSING, limits.lost_share),
        Problem.LATE: _often(day.late, day.readings, LEAST_LATE, limits.late_share),
        Problem.SUSPECT: _often(day.suspect + day.bad, day.readings, LEAST_SUSPECT, limits.suspect_share),
        Problem.RESTARTS: day.restarts >= limits.restarts_a_day,
    }
    return [Finding(problem, _day_since(problem, told, now_s)) for problem, holds in found.items() if holds]


def _often(count: int, of: int, least: int, share: float) -> bool:
    return count >= least and count >= share * of


FIELDS = {Problem.LOST: "lost", Problem.LATE: "late", Problem.SUSPECT: "suspect", Problem.RESTARTS: "restarts"}
"""The hourly count in which a problem of the day began."""


def _day_since(problem: Problem, told: Told, now_s: float) -> datetime | None:
    if problem is Problem.MISSING:
        gaps = [gap.after_s for gap in told.course.gaps if gap.before_s > now_s - DAY_S]
        return _time(max(min(gaps, default=told.course.newest_s), now_s - DAY_S))
    return _time(since_s(told.hours, now_s, FIELDS[problem]))


def _in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda each: WORST_FIRST.index(each.problem)))


_RANK = {Severity.DOWN: 0, Severity.ACT: 1, Severity.NOTE: 2, None: 3}


def _worst_first(health: GaugeHealth) -> tuple[int, int, str]:
    worst = WORST_FIRST.index(health.findings[0].problem) if health.findings else len(SEVERITY)
    return _RANK[health.severity], worst, health.gauge_id


def _out_first(gateway: GatewayHealth) -> tuple[bool, str]:
    return not gateway.out, gateway.gateway_id


def _time(at_s: float | None) -> datetime | None:
    return None if at_s is None else datetime.fromtimestamp(at_s, UTC)
