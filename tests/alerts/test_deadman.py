from __future__ import annotations

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from alerts.deliveries.deadman import Deadman, DeadmanSettings


class Watchdog:
    """Counts its calls, and may be away."""

    def __init__(self) -> None:
        self.calls = 0
        self.away = False

    def __call__(self) -> None:
        if self.away:
            raise OSError("no route to host")
        self.calls += 1


def deadman(watchdog: Watchdog, *signs: Callable[[], str], holds: Callable[[], bool] = lambda: True) -> Deadman:
    return Deadman(signs, watchdog, holds, monotonic=lambda: 0.0)


def test_the_watchdog_is_called_while_every_sign_is_well() -> None:
    watchdog, trouble = Watchdog(), [""]
    found = deadman(watchdog, lambda: "", lambda: trouble[0])
    assert found.turn()
    trouble[0] = "no round has succeeded for 61 s"
    assert not found.turn()
    assert (watchdog.calls, found.failing) == (1, "the watchdog is not called: no round has succeeded for 61 s")
    trouble[0] = ""
    assert found.turn()
    assert (watchdog.calls, found.failing) == (2, "")


def test_a_sign_that_cannot_be_asked_is_no_good_sign() -> None:
    def broken() -> str:
        raise RuntimeError("the database is locked")

    watchdog = Watchdog()
    found = deadman(watchdog, broken)
    assert not found.turn()
    assert "the database is locked" in found.failing
    assert watchdog.calls == 0


def test_one_that_stands_by_leaves_the_call_to_the_other() -> None:
    watchdog = Watchdog()
    found = deadman(watchdog, lambda: "all kinds of trouble", holds=lambda: False)
    assert not found.turn()
    assert (watchdog.calls, found.failing) == (0, "")


def test_a_watchdog_that_cannot_be_reached_is_said() -> None:
    watchdog = Watchdog()
    watchdog.away = True
    found = deadman(watchdog)
    assert not found.turn()
    assert found.failing == "the watchdog could not be called: no route to host"


@pytest.mark.parametrize("url", ["ftp://x.jp/ping", "ping me"])
def test_an_address_that_cannot_be_called_stops_the_start(url: str) -> None:
    with pytest.raises(ValidationError, match="write https://host/path"):
        DeadmanSettings(url=url)
