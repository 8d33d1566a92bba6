"""The judge: a picture, what is remembered of its camera, and the hour → what is wrong with it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from ingest.sight.blurred import blurred
from ingest.sight.comparison import Comparison
from ingest.sight.covered import covered
from ingest.sight.dark import dark
from ingest.sight.frozen import change, frozen, learned
from ingest.sight.gist import Gist
from ingest.sight.look import PictureFault
from ingest.sight.memory import Change, Face, Light, Memory, Run
from ingest.sight.pace import lost
from ingest.sight.reference import known, taught
from ingest.sight.shifted import shifted
from ingest.sight.view import Finding, Verdict, View

Findings = Mapping[PictureFault, Finding]
DUSK_DEG, DUSK_LIGHT = -2.0, 60.0
"""From when on a view without a lamp is compared in twilight: elevation of the sun (headlights are no sky), and grey
level of the brightest fiftieth of the picture."""
WITHHELD = Finding(None)
HIDEABLE = (PictureFault.BLURRED, PictureFault.COVERED, PictureFault.SHIFTED)
"""What cannot be told in the dark."""


def judge(gist: Gist, memory: Memory, view: View) -> tuple[Verdict, Memory]:
    """What is wrong with a picture, and what is remembered after it.

    A fault stands from its second faulty picture on (one good one between them does not matter) and is over after two
    good ones; a picture that says nothing of a fault counts as neither. A picture that is not newer than the newest is
    judged by itself and leaves the memory as it is.
    """
    if memory.taken_at is not None and view.taken_at <= memory.taken_at:
        findings, _ = _found(gist, replace(memory, samples=None), view)
        return _verdict(findings, memory), memory
    memory = _of_this_size(memory, gist)
    findings, beside = _found(gist, memory, view)
    after = _remembered(gist, memory, view, findings, beside)
    return _verdict(findings, after), after


def _found(gist: Gist, memory: Memory, view: View) -> tuple[Findings, list[Comparison]]:
    """Every fault by itself (what cannot be told because of another is withheld), and what it was compared with."""
    beside = _beside_its_faces(gist, memory, view)
    found = {PictureFault.DARK: dark(gist, view)}
    found |= dict.fromkeys(HIDEABLE, WITHHELD) if found[PictureFault.DARK].seen else _sight(memory, beside, view)
    hidden = any(found[fault].seen for fault in (PictureFault.DARK, PictureFault.COVERED))
    found[PictureFault.FROZEN] = frozen(gist, memory, view, hidden)
    return found, beside


def _nearest(beside: list[Comparison]) -> Comparison | None:
    """The comparison with the face that the picture is most like."""
    return min(beside, key=lambda each: each.lost_share, default=None)


def _sight(memory: Memory, beside: list[Comparison], view: View) -> dict[PictureFault, Finding]:
    """A view that is found elsewhere is not covered; how sharp another view, or a cover, should be nobody knows."""
    compared = _nearest(beside)
    moved, hidden = shifted(compared, view, memory), covered(compared, view, memory)
    if moved.seen:
        hidden = Finding(None, hidden.figures)
    soft = WITHHELD if hidden.seen or moved.seen else blurred(beside, view)
    return {PictureFault.SHIFTED: moved, PictureFault.COVERED: hidden, PictureFault.BLURRED: soft}


def _beside_its_faces(gist: Gist, memory: Memory, view: View) -> list[Comparison]:
    """The comparisons with the faces of this hour; none where none is known or nothing is to be seen."""
    if not view.lit and (view.sun_deg < DUSK_DEG or (gist.light[2] < DUSK_LIGHT and view.sun_deg < 0)) and not view.day:
        return []
    return [Comparison(gist, face, light) for light, face in _faces(memory, view)]


def _faces(memory: Memory, view: View) -> Iterator[tuple[Light, Face]]:
    """By day the day's, at night under a lamp the night's; between them both, once both are known."""
    lights = [Light.DAY] if view.day else [Light.NIGHT] if view.night else [Light.DAY, Light.NIGHT]
    if not view.lit:
        lights = [light for light in lights if light is Light.DAY]
    faces = [(light, known(memory, light)) for light in lights]
    if all(face is not None for _, face in faces):
        yield from ((light, face) for light, face in faces if face is not None)


def _of_this_size(memory: Memory, gist: Gist) -> Memory:
    """The memory for pictures of this size: how sharp they are has to be learned anew after a change."""
    if (memory.width, memory.height) == (gist.width, gist.height):
        return memory
    faces = {
        light: replace(face, sharp=np.full_like(face.sharp, np.nan), detail=None)
        for light, face in memory.faces.items()
    }
    return replace(memory, width=gist.width, height=gist.height, faces=faces, samples=None, coarse=None)


def _remembered(gist: Gist, memory: Memory, view: View, found: Findings, beside: list[Comparison]) -> Memory:
    after = replace(
        memory,
        taken_at=view.taken_at,
        samples=gist.samples,
        coarse=gist.coarse,
        runs={fault: _run(memory.runs.get(fault, Run()), finding.seen, view) for fault, finding in found.items()},
        changes=_changes(gist, memory, view, found[PictureFault.FROZEN]),
        losses={**memory.losses, **{each.light: lost(each, view, memory) for each in beside}},
    )
    faultless = not after.standing and not any(finding.seen for finding in found.values())
    return replace(after, faces=_taught(gist, memory, view, _nearest(beside))) if faultless else after


def _run(run: Run, seen: bool | None, view: View) -> Run:
    needed = view.thresholds.pictures
    if seen is None:
        return run
    if seen:
        bad = min(run.bad + 1, 1_000)
        return Run(bad, 0, run.stands or bad >= needed)
    good = min(run.good + 1, 1_000)
    return Run(0, good, False) if good >= needed else replace(run, good=good)


def _changes(gist: Gist, memory: Memory, view: View, found: Finding) -> Mapping[Light, Change]:
    measured = change(gist, memory)
    if measured is None or found.seen:
        return memory.changes
    usual = memory.changes.get(view.light, Change())
    return {**memory.changes, view.light: learned(usual, measured)}


def _taught(gist: Gist, memory: Memory, view: View, compared: Comparison | None) -> Mapping[Light, Face]:
    light = Light.DAY if view.day else Light.NIGHT if view.night and view.lit else None
    if light is None:
        return memory.faces
    passed_s = (view.taken_at - memory.taken_at).total_seconds() if memory.taken_at else 0.0
    face = taught(memory.faces.get(light), gist, compared, passed_s)
    return memory.faces if face is None else {**memory.faces, light: face}


def _verdict(found: Findings, after: Memory) -> Verdict:
    return Verdict(
        faults=after.standing,
        seen=frozenset(fault for fault, finding in found.items() if finding.seen),
        withheld=frozenset(fault for fault, finding in found.items() if finding.seen is None),
        figures={name: round(value, 4) for finding in found.values() for name, value in finding.figures.items()},
    )
