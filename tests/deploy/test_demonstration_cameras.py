"""The cameras of the demonstration and what the registry says of their pictures."""

import pytest

from deploy.demo import demonstration
from ingest.clock import JST
from ingest.registry_files import load
from simulators.caption import clock_box
from simulators.devices import Devices
from simulators.faults import NO_FAULTS
from simulators.gauges import Waters
from simulators.scene import Lamp
from simulators.storm import demonstration_storm
from tests.simulators.city import ORIGIN


def test_they_write_their_clock_where_the_registry_says_and_light_what_it_says() -> None:
    registry = load(demonstration("city.toml"))
    devices = Devices(Waters(registry, demonstration_storm(ORIGIN)), NO_FAULTS)
    for camera in registry.cameras.values():
        scene = devices.scene(camera, ORIGIN.astimezone(JST))
        area = camera.clock_area
        assert area is not None
        assert clock_box(scene) == pytest.approx((area.left, area.top, area.right, area.bottom), abs=0.0002)
        assert (scene.lamp is not Lamp.NONE) is camera.lit
