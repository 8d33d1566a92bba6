"""The probe of a web server of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from deploy.monitor.signs import Check, Sample, State
from ingest.pulse import Fault

HANGS_AFTER_S = 15.0
"""The loop of a server comes round ten times a second."""


@dataclass(frozen=True)
class WebProbe:
    """Whether it still serves. ``turned_s`` says how many seconds ago its loop came round."""

    alive: Callable[[], bool]
    turned_s: Callable[[], float]
    name: str
    hangs_after_s: float = HANGS_AFTER_S

    def samples(self) -> Iterable[Sample]:
        """Nothing that its other probes do not say."""
        return ()

    def checks(self) -> Iterable[Check]:
        """A server whose thread ended answers nobody, nor does one whose loop hangs."""
        turned_s = self.turned_s()
        if self.alive() and turned_s > self.hangs_after_s:
            sentence = f"it has answered nobody for {turned_s:.0f} s: look at the log, restart the service"
            yield Check(self.name, State.FAILED, sentence, Fault.SERVER_HANGS, {"s": turned_s})
        elif self.alive():
            yield Check(self.name, State.OK, "it serves")
        else:
            sentence = "it has ended and answers nobody: look at the log, restart the service"
            yield Check(self.name, State.FAILED, sentence, Fault.SERVER_ENDED)
