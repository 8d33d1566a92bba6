"""Why something cannot be done with a public message, in the language of whoever looks. Pure."""

from __future__ import annotations

from alerts.cap.fault import Fault
from alerts.issued import WrongIssue
from alerts.public.records import Refused
from dashboard.i18n import catalogue, text


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
