"""The copies of the public site on other hosts: what carries them, and what the doctor asks of them."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterable
from pathlib import Path

from dashboard.public.push import Push, look_at
from dashboard.public.rsync import PushError, Rsync
from deploy.monitor.copy_probe import CopyProbe
from deploy.monitor.signs import Check, State
from deploy.services import Service, Worker
from deploy.settings import Settings, SettingsError

LOOK_WITHIN_S = 15.0


class PushService:
    """Carries the site to every target, each from a thread of its own: one that hangs delays nothing else."""

    def __init__(self, pushes: list[Push], late_after_s: float) -> None:
        self._workers = [Worker(f"push-{number}", each.run) for number, each in enumerate(pushes, 1)]
        self.probe = CopyProbe(lambda: [each.state() for each in pushes], late_after_s)

    def start(self) -> None:
        """Begin."""
        for each in self._workers:
            each.start()

    def stop(self) -> None:
        """Cut off what is under way: the next start carries the rest."""
        for each in self._workers:
            each.stop()


def push_services(settings: Settings) -> list[Service]:
    """What carries the site, or nothing where no target is set. Raises SettingsError for one that cannot be."""
    push = settings.public.push
    for target in push.targets:
        _refuse_own(target, settings.public_folder)
    pushes = [Push(settings.public_folder, target, push) for target in push.targets]
    return [PushService(pushes, push.late_after_s)] if pushes else []


def check_copies(settings: Settings) -> Iterable[Check]:
    """Whether each target can be reached and is marked as ours. Nothing is written there."""
    push = settings.public.push
    for target in push.targets:
        name = f"public copy {target}"
        with tempfile.TemporaryDirectory() as kept:
            try:
                _refuse_own(target, settings.public_folder)
                look_at(Rsync(push.shell, LOOK_WITHIN_S, threading.Event()), target, Path(kept), only_look=True)
            except (PushError, SettingsError) as error:
                yield Check(name, State.FAILED, str(error))
            else:
                yield Check(name, State.OK, "can be reached and is marked as a copy of the site")


def _refuse_own(target: str, folder: Path) -> None:
    if not target.startswith("/"):
        return
    there, here = Path(target).resolve(), folder.resolve()
    if there == here or there.is_relative_to(here) or here.is_relative_to(there):
        raise SettingsError(
            f"public.push.targets: {target} is, holds or lies in the folder of the site ({folder}), and what else lies "
            "in a copy is deleted: write a folder of its own"
        )
