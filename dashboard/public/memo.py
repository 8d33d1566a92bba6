"""What was made of facts that did not change since: kept from one edition to the next."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar, cast

Made = TypeVar("Made")


class Memo:
    """For one publisher; a new one where something changed that all facts leave out.

    It holds one thing a name, the last: as many as there are spots and areas, in each language and form of a list.
    """

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[object, object]] = {}

    def of(self, name: Hashable, facts: object, make: Callable[[], Made]) -> Made:
        """What was made under this name, made anew where ``facts`` are not equal to those of then."""
        kept = self._kept.get(name)
        if kept is None or (kept[0] is not facts and kept[0] != facts):
            kept = self._kept[name] = (facts, make())
        return cast(Made, kept[1])

    def same(self, name: Hashable, found: Made) -> Made:
        """The object of the last time, where this one is equal to it: what was the same is then seen at a glance."""
        kept = self._kept.get(name)
        if kept is None or kept[0] != found:
            kept = self._kept[name] = (found, found)
        return cast(Made, kept[1])
