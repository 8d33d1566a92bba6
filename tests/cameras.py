"""What is newest of a camera, put together by hand."""

from __future__ import annotations

from ingest.readings import CameraReport, Still
from ingest.sight.look import Look
from ingest.store.protocol import CameraLatest


def newest(report: CameraReport | None = None, still: Still | None = None, look: Look | None = None) -> CameraLatest:
    """As the log would tell it; a still without a look was looked at and found good."""
    heard = [each.received_at for each in (report, still) if each is not None]
    if still is not None and look is None:
        look = Look(still.seq, still.camera_id, still.taken_at, still.received_at)
    return CameraLatest(report, still, look, still.received_at if still else None, max(heard, default=None))
