"""``/health``: how the house itself is, and which devices are in trouble, as the pages say it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from fastapi import APIRouter, Request, Response

from dashboard.api.actor import Viewer
from dashboard.api.health_models import (
    CameraSaid,
    ChannelSaid,
    DiskSaid,
    FaultSaid,
    GatewaySaid,
    GaugeSaid,
    HealthSaid,
    LettersSaid,
    ProcessSaid,
    ServiceSaid,
)
from dashboard.api.kept import SAME, answered
from dashboard.api.problems import Refused, language_of
from dashboard.api.services import keep
from dashboard.staff import system_words
from dashboard.staff.watch import Picture
from dashboard.system_findings import SystemFinding
from dashboard.system_views import ChannelView, DiskView, PartView, SystemView
from ingest.health.problems import Health
from ingest.readings import CameraState
from ingest.stations import Registry
from ingest.store.protocol import LetterReason

router = APIRouter(tags=["health"])


@router.get("/health", response_model=HealthSaid, responses=SAME)
async def health(request: Request, _: Viewer) -> Response:
    """Services, channels, disks, refused messages, and the devices in trouble; the worst first."""
    picture = await keep(request).latest()
    if not picture.readable or picture.system is None:
        raise Refused(503, "unreadable")
    return await asyncio.to_thread(_answer, request, picture, picture.system)


def _answer(request: Request, picture: Picture, view: SystemView) -> Response:
    return answered(request, said(picture, view, language_of(request)))


def said(picture: Picture, view: SystemView, language: str) -> HealthSaid:
    """What was seen, in a language. Pure."""
    seen, board = picture.health, picture.board
    judged = seen.health if seen else None
    to_act_on = seen.to_act_on if seen else None
    return HealthSaid(
        at=view.at,
        well=not view.sick,
        sentence=system_words.sentence(view, to_act_on, language),
        to_act_on=to_act_on,
        faults=[_fault(each, language) for each in view.findings],
        services=[_service(each) for each in view.parts],
        channels=[_channel(each) for each in view.channels],
        disks=[_disk(each) for each in view.disks],
        databases=dict(view.databases or {}),
        stills_bytes=view.stills_bytes,
        stills_most_bytes=view.stills_most_bytes,
        clock_lead_s=view.clock_lead_s,
        refused=[_letters(each) for each in view.letters],
        gauges=list(_gauges(judged, board.registry if board else None)),
        gateways=list(_gateways(judged)),
        cameras=list(_cameras(picture)),
    )


def _fault(each: SystemFinding, language: str) -> FaultSaid:
    return FaultSaid(
        severity=each.severity,
        kind=each.kind,
        name=each.name,
        fault=each.fault,
        sentence=system_words.whole(each, language),
        since=each.since,
    )


def _service(view: PartView) -> ServiceSaid:
    processes = [
        ProcessSaid(
            process=each.pulse.shown,
            role=each.role,
            age_s=round(each.age_s, 1),
            started_at=each.pulse.started_at,
            version=each.pulse.version,
        )
        for each in view.processes
    ]
    return ServiceSaid(
        service=view.part,
        severity=view.severity,
        processes=processes,
        waiting=view.lag.count if view.lag else None,
        waiting_older=view.lag.older if view.lag else 0,
        waiting_s=view.lag_s,
    )


def _channel(view: ChannelView) -> ChannelSaid:
    state = view.state
    return ChannelSaid(
        channel=state.name,
        severity=view.severity,
        sent_at=state.sent_at,
        failed_at=state.failed_at,
        error=state.error,
        failed_day=state.failed_day,
        waiting=state.waiting,
        waiting_since=state.waiting_since,
        used_month=state.used,
        per_month=state.per_month,
    )


def _disk(view: DiskView) -> DiskSaid:
    return DiskSaid(
        host=view.host,
        folder=view.disk.folder,
        uses=list(view.disk.uses),
        free_bytes=view.disk.free_bytes,
        size_bytes=view.disk.size_bytes,
        course=view.outlook.course,
        days_left=view.outlook.days,
    )


def _letters(each: LetterReason) -> LettersSaid:
    example = each.example
    return LettersSaid(
        reason=each.reason,
        day=each.day,
        day_more=each.day_more,
        total=each.total,
        retried=each.retried,
        newest_at=each.newest_at,
        example_topic=example.topic if example else None,
        example_detail=example.detail if example else None,
        example_head=system_words.head(example) if example else None,
    )


def _gauges(health: Health | None, registry: Registry | None) -> Iterable[GaugeSaid]:
    for each in health.gauges if health and registry else ():
        gauge = registry.gauges.get(each.gauge_id) if registry else None
        if each.severity is None or gauge is None:
            continue
        yield GaugeSaid(
            id=each.gauge_id,
            station_id=gauge.station_id,
            severity=each.severity,
            problems=[finding.problem for finding in each.findings],
            heard_at=each.heard_at,
            battery_pct=each.battery_pct,
            battery_v=each.battery_v,
            rssi_dbm=each.rssi_dbm,
        )


def _gateways(health: Health | None) -> Iterable[GatewaySaid]:
    for each in health.gateways if health else ():
        yield GatewaySaid(
            id=each.gateway_id,
            out=each.out,
            heard_at=each.heard_at,
            gauges_day=each.heard_day,
            silenced=list(each.silenced),
        )


def _cameras(picture: Picture) -> Iterable[CameraSaid]:
    for station in picture.board.stations if picture.board else ():
        for each in station.cameras:
            if each.state is not CameraState.ONLINE:
                yield CameraSaid(
                    id=each.camera.id,
                    station_id=each.camera.station_id,
                    state=each.state,
                    reason=each.reason,
                    heard_at=each.heard_at,
                )
