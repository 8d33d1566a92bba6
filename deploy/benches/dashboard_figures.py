"""The figures of the dashboard's measurement: with their goals, as a table and as JSON. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from statistics import median, quantiles
from typing import Any


@dataclass(frozen=True)
class Goal:
    """A figure with what it has to be at most; None where it is told for comparison alone."""

    name: str
    value: float
    unit: str
    most: float | None = None

    @property
    def reached(self) -> bool:
        """Whether it is no more than it may be."""
        return self.most is None or self.value <= self.most


@dataclass
class Found:
    """The figures, and in sentences what was left out."""

    figures: list[Goal] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def add(self, name: str, value: float, unit: str, most: float | None = None) -> None:
        """Note a figure."""
        self.figures.append(Goal(name, value, unit, most))

    def value(self, name: str) -> float:
        """A figure that was measured."""
        return next(each.value for each in self.figures if each.name == name)

    @property
    def as_json(self) -> dict[str, Any]:
        """The figures by name."""
        return {
            "figures": {each.name: asdict(each) | {"reached": each.reached} for each in self.figures},
            "left_out": self.left_out,
            "errors": self.errors,
        }


def since_commits(commits: Sequence[float], updates: Sequence[tuple[float, float]]) -> list[float]:
    """For every reading the milliseconds from durable until the middle viewer held it: with the first look after it."""
    by_look: dict[float, list[float]] = {}
    for at_s, after_s in updates:
        by_look.setdefault(at_s, []).append(at_s + after_s)
    looks = sorted(by_look)
    held: list[float] = []
    for at_s in commits:
        look_s = next((each for each in looks if each >= at_s), None)
        if look_s is not None:
            held.append((median(by_look[look_s]) - at_s) * 1000)
    return held


def share(values: Sequence[float], hundredth: int) -> float:
    """The value that so many hundredths of them do not exceed; not a number where there are too few."""
    return quantiles(values, n=100)[hundredth - 1] if len(values) > 1 else float("nan")


def table(found: Found) -> list[str]:
    """The figures for the screen."""
    lines = []
    for each in found.figures:
        goal = "" if each.most is None else f"goal {each.most:g}: {'reached' if each.reached else 'NOT REACHED'}"
        lines.append(f"  {each.name:<32} {each.value:>12,.2f} {each.unit:<10} {goal}".rstrip())
    lines += [f"  left out: {each}" for each in found.left_out]
    return [*lines, *(f"  error: {each}" for each in found.errors[:20])]
