"""Faults of cameras as the command line writes them."""

import pytest

from deploy.commands.context import UsageError
from deploy.commands.simulated_faults import camera_faults, fault_help, need_sending
from ingest.devices import Pull
from ingest.readings import CameraState
from ingest.stations import Registry
from simulators.camera_faults import FAULTS
from tests.simulators.city import ORIGIN, city

REGISTRY = city(4)


def test_a_fault_is_written_as_camera_and_name_and_begins_now() -> None:
    faults = camera_faults(["cam-00=frozen", "cam-03=covered:snow"], REGISTRY, ORIGIN)
    assert [(key, each.picture, each.variant) for key, each in faults.items()] == [
        ("cam-00", "frozen", ""),
        ("cam-03", "covered", "snow"),
    ]
    assert {each.since for each in faults.values()} == {ORIGIN}


def test_a_camera_can_be_switched_off() -> None:
    [fault] = camera_faults(["cam-00=offline"], REGISTRY, ORIGIN).values()
    assert fault.state_at(ORIGIN) == (CameraState.OFFLINE, "switched off")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("cam-00", "write CAMERA=FAULT, e.g. cam-00=frozen"),
        ("cam-77=frozen", "the cameras of the registry: cam-00, cam-03"),
        ("cam-00=tired", "there are: offline, frozen, frozen_clock"),
        ("cam-00=covered:jam", "its kinds: leaf, spray, hand, cloth, mud, snow"),
        ("cam-00=frozen:jam", "it has no kinds"),
        ("cam-00=offline:jam", "there are: offline, frozen"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(text: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        camera_faults([text], REGISTRY, ORIGIN)


def test_the_fault_of_a_camera_that_is_asked_belongs_to_the_command_that_answers() -> None:
    asked = REGISTRY.cameras["cam-03"].model_copy(update={"pull": Pull(url="http://192.0.2.7/snapshot.jpg")})
    registry = Registry.of(REGISTRY.city, [*REGISTRY.stations.values(), REGISTRY.cameras["cam-00"], asked])
    need_sending(["cam-00"], registry, pulled=True)
    need_sending(["cam-00", "cam-03"], registry, pulled=False)
    with pytest.raises(UsageError, match=r"cam-03 is asked .* mizumori simulate-camera"):
        need_sending(["cam-00", "cam-03"], registry, pulled=True)


def test_the_help_names_every_fault() -> None:
    assert all(f"{name}: " in fault_help() % {} for name in FAULTS)
