"""What the pages of the alerts say of an incident."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import plotly.utils  # type: ignore[import-untyped]
import pytest

from alerts.answers.given import Answer, Reply
from alerts.incidents.seen import Case, InBrief, NextStep, Standing, Told
from alerts.pictures.tied import Tied
from alerts.records import Entry, Incident, Maintenance, MessageKind, Outcome, Silence, Transition
from dashboard.staff import alerts_course, alerts_forms, alerts_lists, alerts_mutes, alerts_page, alerts_told
from dashboard.staff.addresses import Page
from dashboard.staff.alerts_groups import worst_first
from dashboard.staff.alerts_words import Scene
from dashboard.views import Board, board
from tests.dashboard import fake_city
from tests.dashboard.fake_city import reading

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
"""21:00 in Japan."""
BRIDGE, GAUGE = "hongo-bridge", "hongo-bridge-01"
NAMES = {"toban": {"ja": "当番", "en": "Duty desk"}, "heads": {"ja": "部長級", "en": "Heads"}}


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def words(component: Any) -> str:
    return json.dumps(component, cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False)


def drawn(rows: alerts_lists.Rows) -> str:
    """What a browser makes of rows."""
    return unescape("".join(each for _, each in rows["rows"]) or rows["none"])


def rows_in(said: str) -> int:
    """How many places there are in a list."""
    return said.count('<li class="case"') + said.count('<li class="case is-short"')


def scene(language: str = "ja", *, drill: bool = False) -> Scene:
    city = fake_city.registry(NOW)
    city = city.model_copy(update={"city": city.city.model_copy(update={"drill": drill})})
    newest = reading(GAUGE, 3.46, ago(2))
    seen: Board = board(city, {}, {GAUGE: [newest]}, {}, NOW, [], {})
    return Scene(seen, NAMES, Page(language, "alerts"), NOW)


def incident(**more: Any) -> Incident:
    return replace(Incident(BRIDGE, "stage", ago(23), 4, 4, id=7), **more)


def told(outcome: Outcome, **more: Any) -> Told:
    return replace(Told(1, MessageKind.ALERT, ago(20), "toban", "email", outcome, ago(20), id=1), **more)


def change(**more: Any) -> Transition:
    made = Transition("stage", GAUGE, BRIDGE, 3, 4, "rise", ago(5), ago(5), stage_m=3.46, incident_id=7, id=9)
    return replace(made, **more)


def test_a_stage_below_its_alert_is_said_to_be_falling_in_rows_and_on_the_page_of_the_incident() -> None:
    there = scene()
    view = there.board.station(BRIDGE)
    assert view is not None
    hazard = view.hazard or 0
    above = change(to_level=hazard + 1, recorded_at=ago(5))
    falling = replace(there, current={GAUGE: above})
    open_ = incident(level=hazard + 1, peak_level=hazard + 1)
    fall = f"通知中 危険度{hazard + 1}（20:55〜・低下を確認中）"
    assert fall in drawn(alerts_lists.waiting(Standing(open=[open_]), falling))
    assert fall in words(alerts_page.head(Case(open_, [above]), Standing(), falling))
    assert "低下を確認中" not in drawn(alerts_lists.waiting(Standing(open=[open_]), there))
    # What is no alert of the stage says nothing of it.
    silence = incident(rule="silence", level=hazard + 1)
    assert "低下を確認中" not in drawn(alerts_lists.waiting(Standing(open=[silence]), falling))


def test_what_waits_says_for_how_long_who_was_told_and_when_it_goes_on_to_whom() -> None:
    standing = Standing(
        open=[incident()],
        told={7: InBrief(("toban", "gone"), {Outcome.SENT: 1, Outcome.FAILED: 1})},
        steps={7: NextStep(1, ("heads",), NOW + timedelta(minutes=5))},
    )
    said = drawn(alerts_lists.waiting(standing, scene()))
    for part in ("本郷橋", "確認待ち 23分", "20:37 から", "通知先 当番、gone", "失敗 1", "送信済み 1"):
        assert part in said
    assert "次の呼びかけ 21:05（部長級）" in said
    assert "危険度4" in said
    assert '"/api/v1/incidents/7/acknowledgement"' in said
    assert '{"level": 4}' in said
    assert "アラートはありません" in drawn(alerts_lists.going_on(standing, scene()))


def many(count: int, **more: Any) -> list[Incident]:
    """Alerts of as many stations; the last is the worst."""
    return [incident(id=n, station_id=f"s{n}", level=5 if n == count else 2, **more) for n in range(1, count + 1)]


def test_of_what_waits_nothing_is_left_out_however_much_it_is() -> None:
    said = drawn(alerts_lists.waiting(Standing(open=many(200)), scene()))
    for number in range(1, 201):
        assert f"incidents/{number}/acknowledgement" in said
    assert said.index("incidents/200/") < said.index("incidents/1/")
    assert said.count("is-short") == 200 - alerts_lists.FULL_ROWS
    assert "whole=yes" not in said


def test_of_what_was_taken_on_the_rest_is_counted_with_the_way_to_all_of_it() -> None:
    standing = Standing(open=many(60, acknowledged_level=5), ended=many(40, closed_at=ago(3)), ended_count=41)
    rows, whole = alerts_lists.FULL_ROWS, replace(scene(), whole=True)
    said = drawn(alerts_lists.going_on(standing, scene()))
    assert rows_in(said) == rows
    assert f"ほか {60 - rows} 地点もすべて表示する" in said
    assert "/alerts?whole=yes" in said
    said = drawn(alerts_lists.going_on(standing, whole))
    assert rows_in(said) == 60
    assert f"上から {rows} 地点だけ表示する" in said
    assert "ほか 1 件はクロノロジーで見る" in drawn(alerts_lists.ended(standing, whole))


def test_alerts_of_one_station_are_one_row_with_the_worst_on_top() -> None:
    of_bridge = [incident(id=1, rule="camera", level=2), incident(id=2), incident(id=3, rule="rise", level=3)]
    of_no_station = [incident(id=number, station_id="", rule="gateway", level=2) for number in (4, 5)]
    found = worst_first([*of_bridge, *of_no_station])
    assert [[each.id for each in group.incidents] for group in found] == [[2, 3, 1], [4], [5]]
    said = drawn(alerts_lists.waiting(Standing(open=of_bridge), scene()))
    assert "3件を確認する" in said
    assert '"/api/v1/stations/hongo-bridge/acknowledgement"' in said
    seen = [{"incident": 2, "level": 4}, {"incident": 3, "level": 3}, {"incident": 1, "level": 2}]
    assert json.dumps({"seen": seen}) in said
    assert said.count("この件を確認") == 3


def test_a_step_that_was_not_taken_in_time_says_so() -> None:
    standing = Standing(open=[incident()], steps={7: NextStep(1, (), ago(2))})
    said = drawn(alerts_lists.waiting(standing, scene("en")))
    assert "Next call was due 20:58 (staff of this station)" in said


def test_what_rose_above_what_was_acknowledged_waits_since_the_rise() -> None:
    known = incident(acknowledged_at=ago(15), acknowledged_by="当番 二郎", acknowledged_level=3)
    said = drawn(alerts_lists.waiting(Standing(open=[known], newest={7: change()}), scene()))
    assert "確認待ち 5分" in said
    assert "危険度3までは確認済み。その後に上昇" in said


def test_what_was_taken_on_has_a_name_and_no_button() -> None:
    known = incident(acknowledged_at=ago(15), acknowledged_by="当番 二郎", acknowledged_level=4, assigned_to="河川課")
    said = drawn(alerts_lists.going_on(Standing(open=[known]), scene()))
    assert "20:45 当番 二郎 が確認（4まで）" in said
    assert "担当 河川課" in said
    assert "acknowledgement" not in said


def test_what_ended_says_by_whose_word_and_is_no_longer_told_as_high() -> None:
    by_rule = incident(level=0, closed_at=ago(3))
    by_hand = incident(id=8, level=0, closed_at=ago(2), closed_by="当番 二郎", close_reason="点検だった")
    said = drawn(alerts_lists.ended(Standing(ended=[by_hand, by_rule]), scene()))
    assert "20:57 基準を下回って終了" in said
    assert "20:58 当番 二郎 が終了：点検だった" in said
    assert "最高 4" in said


def test_a_rule_that_speaks_of_no_hazard_has_no_colour_of_one() -> None:
    silent = incident(rule="camera", level=2, peak_level=2)
    said = drawn(alerts_lists.waiting(Standing(open=[silent]), scene()))
    assert "badge" not in said
    assert "重要度2" in said


@pytest.mark.parametrize(("language", "mark"), [("ja", "訓練"), ("en", "DRILL")])
def test_a_drill_is_marked_at_every_incident_and_across_the_page(language: str, mark: str) -> None:
    at_drill = scene(language, drill=True)
    assert mark in drawn(alerts_lists.waiting(Standing(open=[incident()]), at_drill))
    assert mark in words(alerts_page.drill_band(at_drill))
    assert mark in words(alerts_page.head(Case(incident()), Standing(), at_drill))
    assert alerts_page.drill_band(scene(language)) == []


def test_every_outcome_is_told_with_what_follows_from_it() -> None:
    later = NOW + timedelta(minutes=9)
    case = Case(
        incident(),
        transitions=[change(muted="silence 12"), change(id=10, live=False), change(id=11, cause="pending", live=False)],
        told=[
            told(Outcome.SENT, settled_at=ago(19)),
            told(Outcome.FAILED, error="550 no such user", settled_at=ago(19)),
            told(Outcome.UNKNOWN, error="no answer within 30 s"),
            told(Outcome.PENDING, due_at=later),
            told(Outcome.WITHDRAWN),
        ],
    )
    said = words(alerts_told.told(case, scene()))
    for part in ("送信済み", "550 no such user", "ほかの方法で知らせてください", "本人に確かめてください"):
        assert part in said
    assert "21:09 まで保留" in said
    assert "通知の停止（番号12）のため知らせていません" in said
    assert said.count("後から届いた記録のため") == 1  # what only waits for its time is told to nobody anyway


def test_the_course_has_changes_people_and_the_picture_that_shows_them() -> None:
    note = Entry(ago(4), "note", "通行止めを依頼", "当番 二郎", BRIDGE, 7, seq=3)
    tied = Tied(1, "hongo-bridge-cam", ago(6), "cam/20260701/a.jpg", faults=("dark",))
    case = Case(incident(), transitions=[change()], entries=[note], pictures={9: tied})
    said = words(alerts_course.course(case, scene()))
    assert said.index("通行止めを依頼") < said.index("上昇")  # the newest first
    assert "/still/cam/20260701/a.jpg" in said
    assert "この画像は信用しないでください（暗くて見えません）" in said


def test_a_crew_is_heard_by_its_last_word_first() -> None:
    answers = [
        Answer(7, "toban", reply, "", ago(9 - n), "t") for n, reply in enumerate((Reply.ON_MY_WAY, Reply.ON_SITE))
    ]
    said = words(alerts_told.answers(Case(incident(), answers=answers), scene()))
    assert said.index("現地に着きました") < said.index("向かっています")


def test_closing_says_what_it_means_while_a_gauge_is_above_or_silent() -> None:
    assert "次の観測で新しい件として再び" in words(alerts_forms.still_above(Case(incident(), still=(GAUGE,)), scene()))
    lost = Case(incident(unverified=True))
    assert "現地などで確かめてから" in words(alerts_forms.still_above(lost, scene()))
    assert "自動で終わります" in words(alerts_forms.still_above(Case(incident()), scene()))


def test_what_mutes_says_who_why_and_until_when_and_can_be_ended() -> None:
    silence = Silence("当番 二郎", "点検", ago(5), NOW + timedelta(minutes=55), (BRIDGE,), (), id=12)
    work = Maintenance(BRIDGE, "設備係", "清掃", NOW + timedelta(hours=1), NOW + timedelta(hours=2), id=3)
    said = words(alerts_mutes.silences([silence], scene()))
    for part in (
        "本郷橋",
        "すべての種類",
        "21:55 まで（あと55分）",
        "当番 二郎：点検",
        '"/api/v1/silences/12"',
        "DELETE",
    ):
        assert part in said
    planned = words(alerts_mutes.works([work], scene()))
    assert "予定" in planned
    assert "22:00 から 23:00 まで" in planned


def test_work_can_be_given_another_end_where_it_is_listed() -> None:
    work = Maintenance(BRIDGE, "設備係", "清掃", ago(5), NOW + timedelta(hours=2), id=3)
    said = words(alerts_mutes.works([work], scene()))
    assert said.count('"data-act": "/api/v1/maintenance/3"') == 2
    assert '"data-method": "PATCH"' in said
    assert '"data-method": "DELETE"' in said
    assert "終わりの時刻を変える" in said


def test_a_silence_says_that_hazard_4_breaks_it() -> None:
    said = words(alerts_forms.acts(Case(incident()), scene()))
    assert "水位の危険度4と5は止まらず" in said
    assert '\\"minutes\\"' not in said  # minutes are a choice, not typed
    assert '"minutes"' in said
