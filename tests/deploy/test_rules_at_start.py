from __future__ import annotations

import logging
from pathlib import Path

import pytest

from deploy.settings import Settings
from deploy.wiring.alerts import alert_services
from deploy.wiring.stores import open_stores
from tests.alerts.night import DUSK, REGISTRY, HandClock


def test_numbers_for_a_station_that_nobody_knows_are_said_at_the_start_and_stop_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    own = {"fujii": {"level": 1}, "fuji": {"level": 1}}
    settings = Settings.model_validate({"data_folder": tmp_path, "alerts": {"rules": {"rise": {"stations": own}}}})
    stores = open_stores(settings)
    stores.registry.apply(REGISTRY, DUSK, "test")
    with caplog.at_level(logging.WARNING):
        assert alert_services(settings, stores, HandClock())
    stores.close()
    said = [each for each in caplog.messages if "alerts.rules" in each]
    assert len(said) == 1
    assert said[0].startswith("alerts.rules.rise.stations.fuji: no station of the registry is called so")
