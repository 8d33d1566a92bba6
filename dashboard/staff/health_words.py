"""The health of a device in words: problems, intervals, delays, batteries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dashboard.i18n import text
from dashboard.staff import words
from ingest.health.problems import Finding, GaugeHealth, Problem
from ingest.rhythm import Mode

DAY_S = 86400.0


def problem(finding: Finding, health: GaugeHealth, language: str) -> str:
    """The problem with the figure that belongs to it."""
    key = f"problem.{finding.problem}"
    figures: dict[Problem, dict[str, object]] = {
        Problem.SILENT_GATEWAY: {"gateway": ", ".join(health.gateways)},
        Problem.BATTERY_ENDING: {"n": round(health.battery_days or 0)},
        Problem.MISSING: {"n": health.missing_day},
        Problem.LOST: {"n": health.lost_day},
        Problem.SUSPECT: {"n": health.suspect_day},
        Problem.RESTARTS: {"n": health.restarts_day},
        Problem.LATE: {"n": round(100 * health.late_share)},
    }
    return text(language, key, **figures.get(finding.problem, {}))


def since(finding: Finding, now: datetime, language: str) -> str:
    """Since when; nothing where that is not known."""
    return "" if finding.since is None else text(language, "health.since", at=words.near_time(finding.since, now))


def made_up(health: GaugeHealth, now: datetime, language: str) -> str:
    """The outage whose readings came afterwards; nothing where there was none in the last day."""
    if not health.made_up or health.outage_from is None or health.outage_until is None:
        return ""
    begin, end = words.near_time(health.outage_from, now), words.near_time(health.outage_until, now)
    return text(language, "health.made_up", n=health.made_up, begin=begin, end=end)


def evidence(health: GaugeHealth, language: str) -> str:
    """Of a gauge that is silent by itself: what it said last of battery and signal, so that one knows what to take."""
    last = words.joined(battery(health), signal(health))
    if not last:
        return text(language, "health.no_vitals")
    weak = health.has(Problem.WEAK_SIGNAL) or health.has(Problem.BATTERY_LOW) or health.has(Problem.BATTERY_CRITICAL)
    return text(language, "health.before_weak" if weak else "health.before_well", last=last)


def interval(seconds: float, language: str) -> str:
    """``every 10 min``, ``once a day``."""
    if seconds == DAY_S:
        return text(language, "health.every_day")
    if seconds >= 3600 and seconds % 3600 == 0:
        return text(language, "health.every_h", n=round(seconds / 3600))
    if seconds >= 60:
        return text(language, "health.every_min", n=f"{seconds / 60:g}")
    return text(language, "health.every_s", n=f"{seconds:g}")


def mode(health: GaugeHealth, language: str) -> str:
    """The mode, for gauges that have two."""
    return "" if health.mode is Mode.STEADY else text(language, f"mode.{health.mode}")


def span(seconds: float | None, language: str) -> str:
    """A length of time, as roughly as it is known."""
    if seconds is None:
        return "–"
    if seconds < 90:
        return text(language, "health.s", n=max(1, round(seconds)))
    if seconds < 5400:
        return text(language, "health.min", n=round(seconds / 60))
    if seconds < 2 * DAY_S:
        return text(language, "health.h", n=round(seconds / 3600))
    return text(language, "health.d", n=round(seconds / DAY_S))


def battery(health: GaugeHealth) -> str:
    """Per cent and volts, as far as they were said."""
    pct = "" if health.battery_pct is None else f"{health.battery_pct:.0f} %"
    volts = "" if health.battery_v is None else f"{health.battery_v:.2f} V"
    return " ".join(each for each in (pct, volts) if each)


def signal(health: GaugeHealth) -> str:
    """Received power and signal to noise, as far as they were said."""
    rssi = "" if health.rssi_dbm is None else f"{health.rssi_dbm:.0f} dBm"
    snr = "" if health.snr_db is None else f"SNR {health.snr_db:.0f} dB"
    return " ".join(each for each in (rssi, snr) if each)


def listed(names: Sequence[str], language: str) -> str:
    """Names in a row."""
    return ("、" if language == "ja" else ", ").join(names)
