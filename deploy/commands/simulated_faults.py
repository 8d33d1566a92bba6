"""What the command line says about the pictures of simulated cameras, and about simulated pumps."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from deploy.commands.context import UsageError
from ingest.readings import CameraState
from ingest.stations import Registry
from simulators.camera_faults import FAULTS
from simulators.faults import CameraFault
from simulators.fleet import sending
from simulators.pump_faults import KINDS, PumpFault
from simulators.scene import HD, SMALL, Size

OFFLINE = "offline"
SIZES: dict[str, Size] = {f"{width}x{height}": (width, height) for width, height in (HD, SMALL)}


def fault_help() -> str:
    """Every fault in words, for the help of a command."""
    listed = "; ".join(f"{name}: {fault.what}" for name, fault in FAULTS.items()).replace("%", "%%")
    return f"CAMERA=FAULT or CAMERA=FAULT:KIND from the start on, as often as you like ({OFFLINE}: silent; {listed})"


def camera_faults(texts: Iterable[str], registry: Registry, since: datetime) -> dict[str, CameraFault]:
    """Faults as written, by camera id; raises UsageError that says what there is to choose from."""
    found: dict[str, CameraFault] = {}
    for text in texts:
        camera_id, equals, name = text.partition("=")
        if not equals:
            raise UsageError(f"{text!r} is no fault of a camera: write CAMERA=FAULT, e.g. {_example(registry)}")
        if camera_id not in registry.cameras:
            known = ", ".join(sorted(registry.cameras)) or "none"
            raise UsageError(f"there is no camera {camera_id!r}; the cameras of the registry: {known}")
        found[camera_id] = _fault(name, since)
    return found


def need_sending(faults: Iterable[str], registry: Registry, *, pulled: bool) -> None:
    """Raises UsageError for the fault of a camera that sends nothing, because it is asked for its stills."""
    silent = set(faults) - {each.id for each in sending(registry, pulled=pulled)}
    if silent:
        named = ", ".join(sorted(silent))
        raise UsageError(f"{named} is asked for its stills and sends none: give its fault to mizumori simulate-camera")


def pump_fault_help() -> str:
    """Every fault of a pump in words."""
    return f"; or PUMP=FAULT ({'; '.join(f'{name}: {what}' for name, what in KINDS.items())})"


def split(texts: Iterable[str], registry: Registry) -> tuple[list[str], list[str]]:
    """What is said of cameras, or of nobody that is known, and what is said of pumps."""
    written = list(texts)
    pumps = [each for each in written if each.partition("=")[0] in registry.pumps.keys() - registry.cameras.keys()]
    return [each for each in written if each not in pumps], pumps


def pump_faults(texts: Iterable[str], registry: Registry, since: datetime) -> dict[str, PumpFault]:
    """Faults as written, by pump id; raises UsageError that says what there is to choose from."""
    found: dict[str, PumpFault] = {}
    for text in texts:
        pump_id, _, name = text.partition("=")
        if pump_id not in registry.pumps:
            raise UsageError(f"there is no pump {pump_id!r}; the pumps: {', '.join(sorted(registry.pumps)) or 'none'}")
        if name not in KINDS:
            raise UsageError(f"there is no fault {name!r} of a pump; there are: {', '.join(KINDS)}")
        found[pump_id] = PumpFault(name, since)
    return found


def _example(registry: Registry) -> str:
    return f"{next(iter(sorted(registry.cameras)), 'river-cam')}=frozen"


def _fault(text: str, since: datetime) -> CameraFault:
    name, _, variant = text.partition(":")
    if name == OFFLINE and not variant:
        return CameraFault(CameraState.OFFLINE, "switched off", since)
    if name not in FAULTS:
        raise UsageError(f"there is no fault {name!r}; there are: {', '.join([OFFLINE, *FAULTS])}")
    variants = FAULTS[name].variants
    if variant and variant not in variants:
        kinds = f"its kinds: {', '.join(variants)}" if variants else "it has no kinds: leave out what follows the colon"
        raise UsageError(f"{name} has no kind {variant!r}; {kinds}")
    return CameraFault(since=since, picture=name, variant=variant)
