"""What the rules really write is what the messages read: no line of a message lacks a figure that its rule knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine as Database

from alerts.engine.settings import AlertSettings
from alerts.messages.compose import compose
from alerts.messages.runs import Run
from alerts.messages.told import Context, Form
from alerts.rules.camera import find as find_cameras
from alerts.rules.facts import Facts
from alerts.rules.gateway import find as find_gateways
from alerts.rules.settings import RulesSettings
from alerts.rules.silence import find as find_silences
from ingest.health.problems import Finding, GatewayHealth, GaugeHealth, Health, Problem
from ingest.readings import CameraReport, CameraState
from ingest.rhythm import Mode
from ingest.stations import Camera, Registry
from tests.alerts.house import House
from tests.alerts.night import CITY, GAUGE, REGISTRY, RIVER, at, reading, transition
from tests.cameras import newest


def body(rule: str, detail: dict[str, object], language: str, registry: Registry = REGISTRY, **more: object) -> str:
    told = replace(transition(), rule=rule, from_level=0, to_level=2, detail=detail, stage_m=None, **more)  # type: ignore[arg-type]
    return compose([Run((told,))], Context(registry, at(60)), language, Form.LONG).body


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_rise_and_an_outlook_say_how_fast_and_when(database: Database, language: str) -> None:
    house = House(database, AlertSettings())
    house.serve()
    stages = [1.2, 1.5, 1.8, 2.1, 2.4, 2.7]
    house.receive(*(replace(reading(10 * n, each), received_at=at(10 * n)) for n, each in enumerate(stages)))
    house.engine.turn()
    context = Context(REGISTRY, at(60))
    (rise, *_), (outlook, *_) = house.transitions("rise"), house.transitions("outlook")
    fast = compose([Run((rise,))], context, language, Form.LONG).body
    assert fast.count("1.80 m") == 2  # the trend, and that of ten minutes: half an hour has not passed yet
    assert ("連絡の目安" if language == "ja" else "Told from") in fast
    ahead = compose([Run((outlook,))], context, language, Form.LONG)
    assert ("危険度3の基準" if language == "ja" else "hazard 3") in ahead.subject
    assert "3.00 m" in ahead.body
    assert ("外挿: " if language == "ja" else "Extrapolated: ") in ahead.body


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_silence_says_since_when_and_at_which_level(language: str) -> None:
    findings = (Finding(Problem.SILENT, at(10)),)
    health = GaugeHealth(GAUGE.id, Mode.FLOOD, 600.0, findings, observed_at=at(10), heard_at=at(10), silent_from=at(40))
    facts = Facts(at(120), REGISTRY, Health(at(120), (health,)), firing={GAUGE.id: 4})
    (found,) = find_silences(facts, RulesSettings())
    said = body("silence", dict(found.finding.detail), language)
    for line in (
        ("最後の観測", "最後に分かった危険度: 4", "届くはずの間隔")
        if language == "ja"
        else ("Last observation", "hazard: 4", "Due every")
    ):
        assert line in said


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_camera_says_why_and_when_it_was_heard_last(language: str) -> None:
    camera = Camera(id="fujii-cam", station_id="fujii")
    registry = Registry.of(CITY, [RIVER, GAUGE, camera])
    report = CameraReport("fujii-cam", CameraState.ONLINE, at(0), at(0))
    facts = Facts(at(240), registry, Health(at(240)), {"fujii-cam": newest(report)})
    (found,) = find_cameras(facts, RulesSettings())
    said = body("camera", dict(found.finding.detail), language, registry, subject_id="fujii-cam")
    for line in (
        ("理由: 定期の連絡がない", "最後の受信") if language == "ja" else ("Reason: it is not heard", "Last heard")
    ):
        assert line in said


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_gateway_says_since_when_and_for_how_many_gauges(language: str) -> None:
    out = GatewayHealth("gw-1", at(0), 3, (GAUGE.id,), (GAUGE.id,), (Finding(Problem.GATEWAY_OUT, at(0)),))
    facts = Facts(at(0) + timedelta(hours=2), REGISTRY, Health(at(0), (), (out,)))
    (found,) = find_gateways(facts, RulesSettings())
    said = body("gateway", dict(found.finding.detail), language, subject_id="gw-1", station_id="")
    japanese, english = ("最後の受信", "水位計1台"), ("Last heard", "1 gauge")
    for line in japanese if language == "ja" else english:
        assert line in said
