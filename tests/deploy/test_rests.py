"""The page of the public is written often, and leaves time to who looks at the dashboard beside it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from deploy.wiring.rests import RESTS, RESTS_AT_MOST_S, Rests


@dataclass
class Work:
    """A clock, and work that takes its time."""

    takes_s: float
    there_is: bool = True
    fails: bool = False
    now_s: float = 100.0
    turns: int = 0

    def time_s(self) -> float:
        return self.now_s

    def turn(self) -> bool:
        self.turns += 1
        self.now_s += self.takes_s
        if self.fails:
            raise OSError("no room")
        return self.there_is

    def woken_each_second(self, seconds: int) -> int:
        """How often it was done."""
        rests = Rests(self.turn, self.time_s, self.time_s)
        until_s = self.now_s + seconds
        while self.now_s < until_s:
            with suppress(OSError):
                rests.turn()
            self.now_s += 1.0
        return self.turns


def test_it_takes_no_more_than_its_share() -> None:
    work = Work(takes_s=0.25)
    assert (work.woken_each_second(120) - 1) * 0.25 <= 120 / (1 + RESTS)
    assert work.turns >= 18


def test_a_quick_turn_comes_every_second() -> None:
    assert Work(takes_s=0.0).woken_each_second(20) == 20


def test_however_long_it_took_it_rests_no_longer_than_its_bound() -> None:
    work = Work(takes_s=20.0)
    assert work.woken_each_second(300) >= 300 // (20 + RESTS_AT_MOST_S + 1)


def test_what_had_nothing_to_do_needs_no_rest() -> None:
    assert Work(takes_s=0.5, there_is=False).woken_each_second(15) == 10


def test_what_fails_rests_as_well() -> None:
    work = Work(takes_s=5.0, fails=True)
    assert work.woken_each_second(120) <= 120 // (5 + RESTS_AT_MOST_S) + 1
