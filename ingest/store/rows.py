"""Between rows of the tables and the vocabulary."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Row

from ingest.readings import CameraReport, CameraState, CameraVitals, Quality, Reading, Reason, Still
from ingest.sight.look import Look, PictureFault, Unjudged
from ingest.stations import Quantity


def reading_of(row: Row[Any]) -> Reading:
    """A reading from a row of ``readings``."""
    return Reading(
        gauge_id=row.gauge_id,
        value=row.value,
        observed_at=row.observed_at,
        received_at=row.received_at,
        key=row.key,
        quantity=Quantity(row.quantity),
        quality=Quality(row.quality),
        reasons=tuple(Reason(each) for each in row.reasons.split()),
        device_at=row.device_at,
        device_seq=row.device_seq,
        seq=row.seq,
        revision=row.revision,
    )


def report_of(row: Row[Any]) -> CameraReport:
    """A camera report from a row of ``camera_reports``."""
    vitals = CameraVitals(row.fps, row.temperature_c, row.storage_pct, row.battery_pct, row.battery_v)
    return CameraReport(
        row.camera_id, CameraState(row.state), row.reported_at, row.received_at, row.reason, row.seq, vitals
    )


def row_of_report(report: CameraReport) -> dict[str, Any]:
    """The columns of a camera report."""
    return {
        "camera_id": report.camera_id,
        "state": report.state,
        "reason": report.reason,
        "reported_at": report.reported_at,
        "received_at": report.received_at,
        **asdict(report.vitals),
    }


def still_of(row: Row[Any]) -> Still:
    """A still from a row of ``stills``."""
    return Still(
        camera_id=row.camera_id,
        taken_at=row.taken_at,
        received_at=row.received_at,
        file=row.file,
        width_px=row.width_px,
        height_px=row.height_px,
        clock_suspect=bool(row.clock_suspect),
        seq=row.seq,
        size_bytes=row.size_bytes,
        clock_stands=row.clock_stands,
    )


def row_of_still(still: Still) -> dict[str, Any]:
    """The columns of a still."""
    return {
        "camera_id": still.camera_id,
        "taken_at": still.taken_at,
        "received_at": still.received_at,
        "file": still.file,
        "width_px": still.width_px,
        "height_px": still.height_px,
        "clock_suspect": int(still.clock_suspect),
        "size_bytes": still.size_bytes,
        "clock_stands": still.clock_stands,
    }


def look_of(row: Row[Any]) -> Look:
    """A look from a row of ``looks``."""
    return Look(
        still_seq=row.still_seq,
        camera_id=row.camera_id,
        taken_at=row.taken_at,
        looked_at=row.looked_at,
        usable=row.usable,
        refused=row.refused,
        faults=_faults(row.faults),
        seen=_faults(row.seen),
        figures=row.figures,
        miniature=row.miniature,
        unjudged=Unjudged(row.unjudged) if row.unjudged else None,
    )


def row_of_look(look: Look) -> dict[str, Any]:
    """The columns of a look."""
    return {
        "still_seq": look.still_seq,
        "camera_id": look.camera_id,
        "taken_at": look.taken_at,
        "looked_at": look.looked_at,
        "usable": look.usable,
        "refused": look.refused[:200],
        "faults": " ".join(sorted(look.faults)),
        "seen": " ".join(sorted(look.seen)),
        "figures": dict(look.figures),
        "miniature": look.miniature,
        "unjudged": look.unjudged or "",
    }


def _faults(text: str) -> frozenset[PictureFault]:
    return frozenset(PictureFault(each) for each in text.split())
