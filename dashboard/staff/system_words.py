"""The health of the system in words: faults with their figures, sizes, the sentence that comes first. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from dashboard.i18n import known, text
from dashboard.staff import health_words, words
from dashboard.system_findings import Kind, SystemFinding
from dashboard.system_views import SystemView
from ingest.health.problems import Severity
from ingest.readings import DeadLetter

MOST_SAID = 2
"""Findings that the first sentence spells out; the others are counted."""
MOST_NAMED = 3
MOST_CHARACTERS, MOST_BYTES = 80, 16
_SECRET = re.compile(r'("[^"]*(?:password|passwd|secret|token|api_?key)[^"]*"\s*:\s*)"[^"]*"?', re.IGNORECASE)
UNITS = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def fault(finding: SystemFinding, language: str) -> str:
    """What is wrong, with its figures."""
    figures = finding.figures
    said: dict[str, object] = {name: _shown(name, value) for name, value in figures.items()}
    if "s" in figures:
        said["span"] = health_words.span(abs(float(figures["s"])), language)
    if "published_at" in figures:
        said["at"] = _clock(datetime.fromisoformat(str(figures["published_at"])), float(figures["s"]))
    if "job" in figures:
        said["job"] = known(language, "job", str(figures["job"]))
    return text(language, f"fault.{finding.fault}", **said)


def _clock(at: datetime, ago_s: float) -> str:
    return words.near_time(at, at + timedelta(seconds=ago_s))


def _shown(name: str, value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:.1f}" if name == "gb" else f"{value:.0f}"


def subject(finding: SystemFinding, language: str) -> str:
    """What it is wrong with; nothing where the words of the fault say that."""
    if finding.kind is Kind.PART:
        parts = str(finding.figures.get("parts", finding.name)).split(",")
        names = [text(language, f"part.{each}") for each in parts]
        if len(names) > MOST_NAMED:
            others = text(language, "system.others", n=len(names) - MOST_NAMED)
            names = [*names[:MOST_NAMED], others]
        return health_words.listed(names, language)
    if finding.kind is Kind.CHANNEL:
        return known(language, "channel", finding.name)
    return finding.name


def whole(finding: SystemFinding, language: str) -> str:
    """What, and what is wrong with it."""
    name = subject(finding, language)
    said = fault(finding, language)
    between = "：" if language == "ja" else ": "
    return f"{name}{between}{said}" if name else said


def sentence(view: SystemView | None, to_act_on: int | None, language: str) -> str:
    """How all is, in one sentence, the worst first; ``to_act_on`` are devices, None while nobody knows."""
    if view is None:
        return text(language, "system.unknown")
    wrong = [each for each in view.findings if each.severity is not Severity.NOTE]
    if not wrong:
        return _well(len(view.findings), to_act_on or 0, language)
    first = ("。" if language == "ja" else "; ").join(whole(each, language) for each in wrong[:MOST_SAID])
    more = len(wrong) - MOST_SAID
    key = "system.wrong_more" if more > 0 else "system.wrong"
    devices = text(language, "system.and_devices", n=to_act_on) if to_act_on else ""
    said = text(language, key, n=len(wrong), first=first, more=more)
    return said + ("" if language == "ja" or not devices else " ") + devices


def _well(noted: int, to_act_on: int, language: str) -> str:
    if to_act_on:
        return text(language, "system.all_well_devices", n=to_act_on)
    return text(language, "system.all_well_noted", n=noted) if noted else text(language, "system.all_well")


def size(size_bytes: float) -> str:
    """``12.3 GB``."""
    for unit, name in UNITS:
        if size_bytes >= unit:
            return f"{size_bytes / unit:.1f} {name}"
    return f"{size_bytes:.0f} B"


def ago(at: datetime, now: datetime, language: str) -> str:
    """The time and how long ago that is."""
    minutes = max(0, int((now - at).total_seconds() // 60))
    return words.joined(words.near_time(at, now), words.age(language, minutes))


def head(letter: DeadLetter) -> str:
    """How a refused message begins, safe to show: text without secrets and control characters, else bytes."""
    try:
        said = letter.head.decode("utf-8")
    except UnicodeDecodeError:
        return letter.head[:MOST_BYTES].hex(" ").upper()
    if not all(each.isprintable() or each.isspace() for each in said):
        return letter.head[:MOST_BYTES].hex(" ").upper()
    shown = _SECRET.sub(r'\1"…"', " ".join(said.split()))
    return shown if len(shown) <= MOST_CHARACTERS else shown[:MOST_CHARACTERS] + "…"
