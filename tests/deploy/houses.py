"""Whole houses for tests: the demonstration city in a folder of its own, on free ports."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from deploy.demo import demonstration
from deploy.services import House
from deploy.settings import Settings, read_settings
from deploy.wiring.house import whole_house
from deploy.wiring.stores import Stores, open_stores
from ingest.clock import TrueClock
from ingest.registry_files import load
from tests.brokers import free_port

CLOCK = TrueClock(lambda: datetime.now(UTC))


def own_ports(folder: Path) -> dict[str, str]:
    """Environment of a house in a folder, on free ports."""
    return {
        "MIZUMORI_DATA_FOLDER": str(folder),
        "MIZUMORI_BROKER__PORT": str(free_port()),
        "MIZUMORI_DASHBOARD__PORT": str(free_port()),
        "MIZUMORI_DASHBOARD__ACCOUNTS__ENABLED": "false",
        "MIZUMORI_PUBLIC__PORT": str(free_port()),
        "MIZUMORI_ALERTS__ANSWERS__PORT": str(free_port()),
        "MIZUMORI_MONITOR__PORT": str(free_port()),
    }


def city_house(
    folder: Path, file: Path | None = None, more: Mapping[str, str] | None = None
) -> tuple[Settings, Stores, House]:
    """Settings, stores and the house (not started) of the demonstration city."""
    settings = read_settings(file, {**own_ports(folder), **(more or {})})
    stores = open_stores(settings)
    stores.registry.apply(load(demonstration("city.toml")), CLOCK.now(), "test")
    return settings, stores, House(whole_house(settings, stores, CLOCK))


def eventually(what: Callable[[], object], within_s: float = 15.0) -> bool:
    """Whether it becomes true in time."""
    until = time.monotonic() + within_s
    while not what():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
