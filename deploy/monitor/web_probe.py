"""The probe of a web server of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from deploy.monitor.signs import Check, Sample, State
from ingest.pulse import Fault


@dataclass(frozen=True)
class WebProbe:
    """Whether it still serves."""

    alive: Callable[[], bool]
    name: str

    def samples(self) -> Iterable[Sample]:
        """Nothing that its other probes do not say."""
        return ()

    def checks(self) -> Iterable[Check]:
        """A server whose thread ended answers nobody."""
        if self.alive():
            yield Check(self.name, State.OK, "it serves")
        else:
            sentence = "it has ended and answers nobody: look at the log, restart the service"
            yield Check(self.name, State.FAILED, sentence, Fault.SERVER_ENDED)
