"""How fast a view is lost: what goes from one picture to the next is neither water nor fog nor dusk. Pure."""

from __future__ import annotations

from datetime import timedelta

from ingest.sight.comparison import Comparison
from ingest.sight.detail import FEW
from ingest.sight.look import PictureFault
from ingest.sight.memory import Loss, Memory, Run
from ingest.sight.view import View

SUDDEN, FOG_SUDDEN = 0.25, 0.5
"""Shares of the view that water, and fog, do not take within one interval."""
REST = 0.4
"""Share of what was left of the view that they do not take within one interval either."""
OVERNIGHT, FLOODED, ALL = 0.5, 0.7, 0.92
"""Shares of the view that are not lost at dawn by themselves, that no flood takes, and that no fog takes."""
GAP, LASTING = timedelta(hours=1), timedelta(hours=24)
PRESENT, SOMETHING = 0.6, 0.15
"""Share of the detail's tiles that must have been there to vanish, and share of the view that must be lost as well."""
FRESH = 3
"""Comparable pictures in a row from which pace alone decides."""


def sudden(compared: Comparison, view: View, memory: Memory) -> bool:
    """Whether what is lost went from one comparable picture to the next, or is known already to have gone so.

    After a gap (a night without a lamp) pace tells nothing; then the look decides what fog or water may have taken.
    """
    before = memory.losses.get(compared.light)
    if _begun(memory) or before is None:
        return True
    if view.taken_at - before.at > GAP:
        return _too_much_for_a_night(compared)
    if before.fresh < FRESH and _too_much_for_a_night(compared):
        return True
    if vanished(compared, view, memory):
        return True
    foggy = compared.as_in_fog and compared.lost_share < ALL
    much = FOG_SUDDEN if foggy else min(SUDDEN, REST * (1 - before.share))
    return compared.lost_share - before.share >= much


def vanished(compared: Comparison, view: View, memory: Memory) -> bool:
    """Whether the detail that was there in the picture before has gone: at dusk and dawn, when light comes from another
    side within minutes, that tells nothing."""
    before = memory.losses.get(compared.light)
    if compared.left is None or before is None or not (view.day or view.night):
        return False
    lately = view.taken_at - before.at <= GAP
    return lately and before.detail >= PRESENT and compared.left.share <= FEW and compared.lost_share >= SOMETHING


def gone_at_once(compared: Comparison, view: View, memory: Memory) -> bool:
    """Whether the detail has vanished in this picture or did so in those just before, with what else may hide it."""
    if compared.left is None or compared.left.share > FEW or compared.lost_share < SOMETHING:
        return False
    return _begun(memory) or vanished(compared, view, memory)


def lasting(compared: Comparison, view: View, memory: Memory) -> bool:
    """Whether much has been lost for a day, and not as water takes it."""
    loss = memory.losses.get(compared.light)
    if loss is None or loss.since is None or compared.from_below:
        return False
    return view.taken_at - loss.since >= LASTING


def lost(compared: Comparison, view: View, memory: Memory) -> Loss:
    """What is remembered of a comparison, by itself for each face: from dusk to night the pictures are compared with
    another one, and a jump between two faces is none of the view."""
    before = memory.losses.get(compared.light)
    lately = before is not None and view.taken_at - before.at <= GAP
    much = compared.lost_share >= view.thresholds.covered_share
    since = ((before and before.since) or view.taken_at) if much else None
    fresh = min(before.fresh + 1, FRESH + 1) if before is not None and lately else 1
    detail = compared.left.share if compared.left is not None else 0.0
    return Loss(compared.lost_share, view.taken_at, since, fresh, detail)


def _too_much_for_a_night(compared: Comparison) -> bool:
    taken = ALL if compared.as_in_fog else FLOODED if compared.from_below else OVERNIGHT
    return compared.lost_share >= taken


def _begun(memory: Memory) -> bool:
    return any(memory.runs.get(fault, Run()).bad for fault in (PictureFault.COVERED, PictureFault.SHIFTED))
