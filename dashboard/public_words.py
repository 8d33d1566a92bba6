"""Why something cannot be done with a public message, in the language of whoever looks. Pure."""

from __future__ import annotations

from alerts.cap.fault import Fault
from alerts.issued import WrongIssue
from alerts.public.protocol import Reach
from alerts.public.records import Refused, Step
from dashboard.i18n import catalogue, known, text
from ingest.stations import named

MOST_NAMES = 12


def refusal(why: Refused, language: str) -> str:
    """One sentence; its own English one where the catalogue has no words for it."""
    if why.name == "faults":
        return " ".join(fault(each, language) for each in why.values["faults"])  # type: ignore[attr-defined]
    key = f"desk.refused.{why.name}"
    return text(language, key, **why.values) if key in catalogue(language) else str(why)


def fault(sentence: str, language: str) -> str:
    """What is wrong with a text."""
    key = f"desk.fault.{sentence.name}" if isinstance(sentence, Fault) else ""
    if not isinstance(sentence, Fault) or key not in catalogue(language):
        return sentence
    values = {**sentence.values}
    said = [text(language, f"desk.in.{each[:2]}") for each in str(values.pop("languages", "")).split(", ") if each]
    return "".join([*said, text(language, key, **values)])


def wrong_issue(why: WrongIssue, language: str) -> str:
    """Why an issued level cannot be entered."""
    key = f"desk.wrong.{why.name}"
    return text(language, key) if key in catalogue(language) else str(why)


def reach(found: Reach, language: str) -> str:
    """To how many, by channel."""
    if not found.channels:
        return text(language, "desk.reach.nobody")
    parts = (
        text(language, "desk.reach.channel", name=known(language, "channel", name), n=count)
        for name, count in sorted(found.channels.items())
    )
    return text(language, "desk.reach.line", n=found.addresses, channels=" · ".join(parts))


def reach_whole(found: Reach, step: Step, language: str) -> str:
    """To how many, who they are, and what is taken back unsent; a line each."""
    lines = [reach(found, language)]
    names = [named(each, language) for each in found.people[:MOST_NAMES]]
    if more := len(found.people) - len(names):
        names.append(text(language, "desk.reach.more", n=more))
    if names:
        lines.append(text(language, "desk.reach.people", names="、".join(names)))
    if found.taken_back:
        left_out = step is Step.CORRECTION or step is Step.CANCEL
        word = "taken_back" if left_out else "taken_unsent"
        lines.append(text(language, f"desk.reach.{word}", n=found.taken_back))
    return "\n".join(lines)
