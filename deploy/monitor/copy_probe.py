"""The probe of the copies of the public site on other hosts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from dashboard.public.push import CopyState
from deploy.monitor.signs import Check, Sample, State
from ingest.pulse import Fault

NO_ANSWER = "no answer"


@dataclass(frozen=True)
class CopyProbe:
    """Whether the copies have what the site has. One that is behind for ``late_after_s`` has failed: its readers see
    an old page."""

    states: Callable[[], Sequence[CopyState]]
    late_after_s: float
    name: str = "public copy"

    def samples(self) -> Iterable[Sample]:
        """How far each is behind, and how the tries went."""
        for each in self.states():
            target = {"target": each.target}
            yield Sample("public_copy_behind_seconds", "since it lacks something; 0 if nothing", each.behind_s, target)
            yield Sample("public_copies_total", "times that the site was copied", each.carried, target)
            yield Sample("public_copy_failures_total", "times that it could not be copied", each.failed, target)

    def checks(self) -> Iterable[Check]:
        """Each copy."""
        return [self._check(each) for each in self.states()]

    def _check(self, copy: CopyState) -> Check:
        name = f"{self.name} {copy.target}"
        if copy.behind_s <= self.late_after_s:
            return Check(name, State.OK, f"has what the site has, or is {copy.behind_s:.0f} s behind")
        reason = copy.failing or NO_ANSWER
        sentence = f"the copy is behind for {copy.behind_s:.0f} s ({reason}): run mizumori doctor"
        figures: dict[str, float | str] = {"target": copy.target, "s": copy.behind_s, "reason": reason}
        return Check(name, State.FAILED, sentence, Fault.COPY_BEHIND, figures)
