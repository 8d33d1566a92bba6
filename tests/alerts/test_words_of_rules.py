"""What the rules really write is what the messages read: no line of a message lacks a figure that its rule knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine as Database

from alerts.engine.settings import AlertSettings
from alerts.messages.compose import compose
from alerts.messages.runs import Run
from alerts.messages.told import Context, Form, Text
from alerts.records import Transition
from alerts.rules.camera import find as find_cameras
from alerts.rules.facts import Facts
from alerts.rules.gateway import find as find_gateways
from alerts.rules.picture import find as find_pictures
from alerts.rules.settings.rules import RulesSettings
from alerts.rules.silence import find as find_silences
from ingest.health.problems import Finding, GatewayHealth, GaugeHealth, Health, Problem
from ingest.readings import CameraReport, CameraState, Quality, Still
from ingest.rhythm import Mode
from ingest.sight.look import Look, PictureFault
from ingest.stations import Camera, Gauge, Registry, Station, StationKind
from tests.alerts.house import House
from tests.alerts.night import CITY, GAUGE, REGISTRY, RIVER, at, reading, transition
from tests.alerts.pump_night import Night
from tests.cameras import newest
from tests.pumping import FIRST, OUTER, SECOND, fault, running, stage
from tests.pumping import REGISTRY as PUMPING


def told_by(rule: str, detail: dict[str, object], **more: object) -> Transition:
    return replace(transition(), rule=rule, from_level=0, to_level=2, detail=detail, stage_m=None, **more)  # type: ignore[arg-type]


def told(rule: str, detail: dict[str, object], language: str, registry: Registry = REGISTRY, **more: object) -> Text:
    return compose([Run((told_by(rule, detail, **more),))], Context(registry, at(60)), language, Form.LONG)


def body(rule: str, detail: dict[str, object], language: str, registry: Registry = REGISTRY, **more: object) -> str:
    return told(rule, detail, language, registry, **more).body


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


OF_A_NIGHT = {
    "pump_idle": (
        (
            "1号ポンプ（停止していると報告）",
            "内水位: 1.70 m",
            "外水位: 2.80 m",
            "1時間あたり 1.20 m 上昇",
            "4（0〜5、水位だけなら 3）",
            "止まった時刻",
            "17（機器の番号）",
        ),
        (
            "pump 1 (it reports that it stands)",
            "Inner stage: 1.70 m",
            "Outer stage: 2.80 m",
            "rising 1.20 m",
            "4 (0-5; 3 by the water alone)",
            "Stopped",
            "17 (the device's own)",
        ),
    ),
    "pump_fault": (
        ("1号ポンプ（水位が高いときの故障）", "17（機器の番号）", "最後の故障の連絡"),
        ("pump 1 (fault while", "17 (the device's own)", "last reported"),
    ),
    "pump_vain": (
        ("動いているポンプ: 2号ポンプ", "動き始めた時刻", "運転中の変化"),
        ("Running: pump 2", "Running since", "Trend while running"),
    ),
}
"""What the messages of a night at a pump station must say, in Japanese and in English."""


@pytest.mark.parametrize("rule", OF_A_NIGHT)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_pump_crew_reads_which_pump_and_how_the_water_stands(rule: str, language: str) -> None:
    water = [stage(minute, round(0.5 + 0.02 * minute, 3)) for minute in range(61)]
    outside = [stage(minute, 2.8, gauge=OUTER) for minute in range(61)]
    pumps = [running(minute, float(minute < 40)) for minute in range(61)]
    others = [running(minute, float(minute > 5), SECOND) for minute in range(61)]
    night = Night([*water, *outside, *pumps, *others, fault(50, 17)])
    subject, found = next(iter(night.found(rule, 60).items()))
    more: dict[str, object] = {"subject_id": subject, "station_id": "minato"}
    text = told(rule, dict(found.detail), language, PUMPING, **more)
    said = text.subject + text.body
    for line in OF_A_NIGHT[rule][language == "en"]:
        assert line in said
    for word in ("None", "{", "警報", "注意報", "警戒レベル4", "minato-p"):
        assert word not in said


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "ja",
            (
                "1号ポンプからの連絡が途絶えました",
                "最後の連絡: 7月1日 18:20",
                "最後に知らせた故障: 7月1日 18:20",
                "17（",
            ),
        ),
        (
            "en",
            ("pump 1 is not heard any more", "Last heard: 2026-07-01 18:20", "reported last: 2026-07-01 18:20", "17 ("),
        ),
    ],
)
def test_a_silent_pump_says_since_when_and_which_fault_it_reported_last(language: str, lines: tuple[str, ...]) -> None:
    night = Night([stage(20, 0.2), fault(20, 17)])
    (found,) = night.found("pump_silence", 60).values()
    text = told("pump_silence", dict(found.detail), language, PUMPING, subject_id=FIRST.id, station_id="minato")
    for line in lines:
        assert line in text.subject + text.body


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("rule", [*OF_A_NIGHT, "pump_silence"])
def test_the_end_of_an_alert_of_a_pump_names_it_though_nothing_else_is_known(rule: str, language: str) -> None:
    subject = "minato" if rule == "pump_vain" else SECOND.id
    over = replace(told_by(rule, {}), subject_id=subject, station_id="minato", from_level=4, to_level=0, cause="fall")
    text = compose([Run((over,))], Context(PUMPING, at(60)), language, Form.LONG)
    assert (("2号ポンプ" if language == "ja" else "pump 2") in text.body) == (rule != "pump_vain")
    assert ("港ポンプ場" if language == "ja" else "Minato pumps") in text.subject


@pytest.mark.parametrize(
    ("language", "said"), [("ja", "内水位が高いのに、1号ポンプの運転を確認できません"), ("en", "not known to run")]
)
def test_a_pump_that_is_not_heard_is_not_said_to_stand(language: str, said: str) -> None:
    night = Night([stage(60, 1.7), running(30, 1)])
    (found,) = night.found("pump_idle", 60).values()
    text = told("pump_idle", dict(found.detail), language, PUMPING, subject_id=FIRST.id, station_id="minato")
    assert said in text.subject


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_pump_that_nobody_can_judge_any_more_is_named_and_not_said_to_be_over(language: str) -> None:
    lost = told_by("pump_idle", {}, subject_id=FIRST.id, station_id="minato", cause="unverified", unverified=True)
    text = compose([Run((lost,))], Context(PUMPING, at(60)), language, Form.LONG)
    assert ("1号ポンプ" if language == "ja" else "pump 1") in text.subject
    assert ("この件を終了に" if language == "ja" else "close this") in text.body


SECOND_STATION = Station(
    id="kawaguchi", kind=StationKind.PUMP_STATION, name={"ja": "河口ポンプ場", "en": "Kawaguchi"}, lat=34.4, lon=133.2
)


@pytest.mark.parametrize("cause", ["unwatched", "still"])
@pytest.mark.parametrize("rule", ["pump_idle", "pump_fault", "pump_silence", "camera", "silence"])
@pytest.mark.parametrize(
    ("language", "lines", "never"),
    [
        ("ja", ("港ポンプ場", "監視の対象", "解消したのではありません", "ほかの地点", "河口ポンプ場"), "終わりました"),
        ("en", ("Minato pumps", "no longer watched", "no all-clear", "at another station", "Kawaguchi"), "heard again"),
    ],
)
def test_the_end_of_what_is_watched_no_longer_says_why_and_is_no_all_clear(
    rule: str, language: str, lines: tuple[str, ...], never: str, cause: str
) -> None:
    detail: dict[str, object] = {"unwatched": "moved", "moved_to": "kawaguchi"}
    where = {"subject_id": FIRST.id, "station_id": "minato"}
    ended = replace(told_by(rule, detail, **where), from_level=3, to_level=0, cause=cause)
    moved = Registry.of(CITY, [*PUMPING.stations.values(), SECOND_STATION])
    for form in (Form.LONG, Form.SHORT):
        text = compose([Run((ended,))], Context(moved, at(60)), language, form)
        said = [each for each in lines if each in text.subject + text.body]
        assert said == list(lines if form is Form.LONG else lines[:3])
        assert never not in text.body
    digest = compose([Run((ended,)), Run((replace(ended, subject_id="x"),))], Context(moved, at(60)), language)
    assert ("下降" if language == "ja" else "falling or ended") not in digest.subject + digest.body


@pytest.mark.parametrize(
    ("language", "unsure", "never"),
    [
        ("ja", "未確認", ("水が増えているときに", "水位が高いとき", "横ばい")),
        ("en", "not confirmed", ("water is up,", "while", "Trend")),
    ],
)
def test_water_that_is_only_suspected_is_not_said_to_be_up(language: str, unsure: str, never: tuple[str, ...]) -> None:
    low = [stage(minute, 0.5) for minute in range(50)]
    night = Night([*low, *(stage(minute, 1.9, Quality.SUSPECT) for minute in range(50, 61)), fault(60, 17)])
    for rule in ("pump_fault", "pump_idle"):
        night = replace(night, readings=[*night.readings, running(60, 0)])
        (found,) = night.found(rule, 60).values()
        assert not found.believed
        text = told(
            rule, dict(found.detail), language, PUMPING, subject_id=FIRST.id, station_id="minato", unconfirmed=True
        )
        assert unsure.lower() in (text.subject + text.body).lower()
        assert not [each for each in never if each in text.subject + text.body]


POND = Gauge(id="pond-01", station_id="pond", stage_volume=((0.0, 0.0), (1.0, 1000.0), (2.0, 4000.0)))
POND_STATION = Station(
    id="pond", kind=StationKind.RETENTION_POND, name={"ja": "新田調整池", "en": "Shinden pond"}, lat=34.4, lon=133.2
)


@pytest.mark.parametrize(
    ("language", "filled", "left"),
    [("ja", "容量の 62 %", "空き 約 1,497 m³"), ("en", "62 % of its volume", "1,497 m³ left")],
)
def test_a_pond_says_how_full_it_is_and_what_it_still_takes(language: str, filled: str, left: str) -> None:
    risen = replace(
        told_by("stage", {}), subject_id=POND.id, station_id="pond", from_level=0, to_level=2, stage_m=1.501
    )
    context = Context(Registry.of(CITY, [POND_STATION, POND]), at(60))
    long, short = (compose([Run((risen,))], context, language, form).body for form in (Form.LONG, Form.SHORT))
    assert filled in long
    assert left in long
    assert ("容量の62%" if language == "ja" else "62% full") in short


def test_only_a_full_pond_is_said_to_be_full() -> None:
    nearly = replace(told_by("stage", {}), subject_id=POND.id, station_id="pond", stage_m=1.9999)
    context = Context(Registry.of(CITY, [POND_STATION, POND]), at(60))
    assert "容量の 99 %" in compose([Run((nearly,))], context, "ja", Form.LONG).body
    assert (
        "容量の 100 %（空き 約 0 m³）" in compose([Run((replace(nearly, stage_m=2.4),))], context, "ja", Form.LONG).body
    )


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_picture_that_cannot_be_trusted_says_what_is_wrong_and_how_old_it_is(language: str) -> None:
    camera = Camera(id="fujii-cam", station_id="fujii", name={"ja": "橋の下流", "en": "Below the bridge"})
    registry = Registry.of(CITY, [RIVER, GAUGE, camera])
    still = Still("fujii-cam", at(230), at(231), "fujii-cam/20260701/a.jpg", 640, 480)
    look = Look(0, "fujii-cam", at(230), at(231), faults=frozenset({PictureFault.FROZEN, PictureFault.DARK}))
    seen = newest(CameraReport("fujii-cam", CameraState.ONLINE, at(239), at(239)), still, look)
    (found,) = find_pictures(
        Facts(at(240), registry, Health(at(240)), {"fujii-cam": seen}, {GAUGE.id: 3}), RulesSettings()
    )
    said = body("picture", dict(found.finding.detail), language, registry, subject_id="fujii-cam")
    japanese = (
        "画像が固まっています",
        "カメラ: 橋の下流",
        "ほかの問題: 画像が暗すぎる",
        "最後の静止画: 7月1日 21:50",
        "危険度: 3",
    )
    english = (
        "picture is frozen",
        "Camera: Below the bridge",
        "Besides: the picture is too dark",
        "Last picture",
        ": 3",
    )
    for line in japanese if language == "ja" else english:
        assert line in said
