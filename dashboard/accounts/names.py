"""Names of people: the chronology writes them, and two persons who approve a message are two names. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from alerts.public.lifecycle import person
from alerts.public.records import Refused
from alerts.public.settings import same_person

LONGEST = 100
UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
"""Kinds of letters that nobody sees or reads: with one of them two names look the same and are not."""


def tidy(name: str) -> str:
    """A name as it is kept: without spaces around."""
    return name.strip()


def refused(name: str) -> str | None:
    """Why a display name is not taken, as a key of the catalogue."""
    if not tidy(name):
        return "accounts.name_none"
    if len(tidy(name)) > LONGEST:
        return "accounts.name_long"
    if any(unicodedata.category(each) in UNSEEN for each in tidy(name)):
        return "accounts.name_unseen"
    try:
        person(name)
    except Refused:
        return "accounts.name_of_rules"
    return None


def taken(name: str, others: Iterable[str]) -> bool:
    """Whether an approval of one could not be told from an approval of the other."""
    return same_person(name) in {same_person(each) for each in others}
