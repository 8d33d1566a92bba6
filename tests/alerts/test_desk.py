"""What people do with incidents, silences and maintenance."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy.exc import DatabaseError

from alerts.incidents.acts import DeskError
from alerts.records import Maintenance, Silence
from tests.alerts.duty import WATCHED, Duty
from tests.alerts.house import accept, refuse
from tests.alerts.night import at


@pytest.fixture
def duty(database: Database) -> Duty:
    made = Duty(database)
    made.serve(WATCHED)
    return made


def silence(minute: float = 60, until: float = 120, reason: str = "ゲート操作のため") -> Silence:
    return Silence("当番", reason, at(minute), at(until))


def work(minute: float = 60, until: float = 120) -> Maintenance:
    return Maintenance("fujii", "業者", "センサー交換", at(minute), at(until))


def test_an_acknowledgement_is_kept_with_its_line_and_a_second_one_changes_nothing(duty: Duty) -> None:
    duty.water(10, 3.2)
    taken = duty.desk.acknowledge(1, " 当番\n太郎 ")
    assert duty.incident() == taken
    assert (taken.acknowledged_by, taken.acknowledged_level, taken.escalate_at) == ("当番 太郎", 3, None)
    duty.clock.move(minutes=3)
    assert duty.desk.acknowledge(1, "別の人") == taken
    (line,) = duty.lines("acknowledged")
    assert (line.text, line.actor, line.incident_id, line.station_id) == ("危険度3で確認した", "当番 太郎", 1, "fujii")


def test_the_engine_asks_anew_when_the_water_rises_above_what_was_acknowledged(duty: Duty) -> None:
    duty.water(10, 3.2)
    duty.desk.acknowledge(1, "当番")
    duty.water(20, 4.1)
    assert duty.incident().waits
    assert duty.incident().escalate_at == at(25)


def test_what_waits_is_listed_with_since_when_and_no_longer_once_it_is_acknowledged(duty: Duty) -> None:
    duty.water(10, 3.2)
    (waiting,) = duty.record.waiting()
    assert waiting == duty.incident()
    first = duty.record.waiting_since([waiting])[waiting.id]
    assert first == duty.record.transitions()[-1].recorded_at
    duty.clock.move(minutes=3)
    duty.desk.acknowledge(1, "当番")
    assert duty.record.waiting() == []
    duty.water(20, 4.1)
    (again,) = duty.record.waiting()
    since = duty.record.waiting_since([again])[again.id]
    assert since == duty.record.transitions()[0].recorded_at
    assert since > first


def test_every_act_names_somebody_and_an_incident_that_there_is(duty: Duty) -> None:
    duty.water(10, 3.2)
    with pytest.raises(DeskError, match="say who does it"):
        duty.desk.acknowledge(1, " \n ")
    with pytest.raises(DeskError, match="there is no incident 9"):
        duty.desk.acknowledge(9, "当番")
    with pytest.raises(DeskError, match="write a reason"):
        duty.desk.close(1, "当番", "  ")
    assert duty.incident().waits
    assert [each.kind for each in duty.lines()] == ["transition", "evidence"]


def test_an_act_and_its_line_are_written_together_or_not_at_all(duty: Duty) -> None:
    duty.water(10, 3.2)
    refuse(duty.database, "chronology")
    with pytest.raises(DatabaseError, match="disk is full"):
        duty.desk.acknowledge(1, "当番")
    with pytest.raises(DatabaseError, match="disk is full"):
        duty.desk.close(1, "当番", "誤検知")
    accept(duty.database)
    assert duty.incident().waits
    assert duty.incident().open
    alert = duty.alert()
    assert alert is not None
    assert alert.standing.level == 3


def test_notes_and_assignment_are_lines_of_the_incident_and_a_double_click_is_one_note(duty: Duty) -> None:
    duty.water(10, 3.2)
    for _ in range(2):
        duty.desk.note(1, "当番", "現地確認を依頼\r\n返事待ち\x07")
        duty.desk.assign(1, "河川課", "当番")
    duty.clock.move(minutes=2)
    duty.desk.note(1, "当番", "現地確認を依頼\n返事待ち")
    duty.desk.assign(1, "", "当番")
    notes = [each.text for each in duty.lines("note")]
    assert notes == ["現地確認を依頼\n返事待ち"] * 2
    assert [each.text for each in duty.lines("assigned")] == ["担当を河川課とした", "担当を外した"]
    assert duty.incident().assigned_to == ""


def test_a_close_ends_it_and_the_next_reading_at_a_level_raises_it_again(duty: Duty) -> None:
    duty.water(10, 3.2)
    closed = duty.desk.close(1, "当番", "誤検知")
    assert closed.still == ("fujii-01",)
    assert (closed.incident.closed_by, closed.incident.close_reason, closed.incident.level) == ("当番", "誤検知", 0)
    assert [(each.cause, each.from_level, each.to_level, each.incident_id) for each in duty.transitions()] == [
        ("rise", 0, 3, 1),
        ("closed", 3, 0, 1),
    ]
    assert "今も危険度3を示しており" in duty.lines("closed")[0].text
    duty.water(20, 3.3)
    assert [(each.id, each.open, each.level) for each in duty.incidents()] == [(1, False, 0), (2, True, 3)]


def test_a_close_is_not_undone_by_what_the_engine_remembers(duty: Duty) -> None:
    duty.water(10, 3.2)
    duty.silent = ["fujii-01"]
    duty.tick()
    assert duty.incident().unverified
    closed = duty.desk.close(1, "当番", "現地で低いことを確認")
    assert closed.still == ()
    duty.tick()
    duty.tick()
    alert = duty.alert()
    assert alert is not None
    assert (alert.standing.level, alert.told) == (0, 0)
    assert not duty.incident().open


def test_closing_again_changes_nothing_and_what_its_rule_ended_cannot_be_closed(duty: Duty) -> None:
    duty.water(10, 3.2)
    first = duty.desk.close(1, "当番", "誤検知").incident
    assert duty.desk.close(1, "別の人", "別の理由").incident == first
    assert len(duty.lines("closed")) == 1
    duty.water(20, 3.2)
    duty.water(30, 0.1)
    duty.water(60, 0.1)
    with pytest.raises(DeskError, match="incident 2 was closed by its rule"):
        duty.desk.close(2, "当番", "済み")


def test_escalating_at_once_makes_the_next_step_due_now(duty: Duty) -> None:
    duty.water(10, 3.2)
    assert duty.incident().escalate_at == at(25)
    duty.clock.at = at(11)
    for _ in range(2):
        assert duty.desk.escalate(1, "当番").escalate_at == at(11)
    assert len(duty.lines("escalation")) == 1
    duty.water(12, 1.2, "gakuen-01")
    with pytest.raises(DeskError, match=r"add \[\[alerts.escalation\]\] with min_level = 1"):
        duty.desk.escalate(2, "当番")


def test_a_silence_mutes_until_it_ends_and_then_what_still_stands_is_told(duty: Duty) -> None:
    made = duty.mutes.begin_silence(silence())
    assert duty.mutes.begin_silence(silence()) == made
    duty.water(70, 3.2)
    assert [each.muted for each in duty.transitions()] == [f"silence {made.id}"]
    assert duty.incident().escalate_at is None
    duty.water(80, 4.2)
    assert duty.transitions()[-1].muted == ""
    ended = duty.mutes.end_silence(made.id, "当番")
    assert (ended.ends_at, ended.ended_by) == (at(80), "当番")
    assert duty.mutes.end_silence(made.id, "別の人") == ended
    assert [each.text for each in duty.lines("silence")] == [
        "通知を止めた（番号1）: すべての地点、すべての警報種別。2026-07-01 19:00 から 2026-07-01 20:00 まで。"
        "理由: ゲート操作のため",
        "通知の停止を終えた（番号1）",
    ]


def test_after_maintenance_that_nobody_ended_people_are_told_what_stands(duty: Duty) -> None:
    made = duty.mutes.begin_maintenance(work())
    duty.water(70, 3.2)
    assert duty.transitions()[-1].muted == f"maintenance {made.id}"
    duty.clock.at = at(121)
    duty.tick()
    still = duty.transitions()[-1]
    assert (still.cause, still.from_level, still.to_level, still.muted) == ("still", 0, 3, "")
    assert duty.incident().escalate_at == at(121) + timedelta(minutes=15)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (replace(silence(), begins_at=at(50)), "cannot begin in the past"),
        (silence(until=60 + 24 * 60 + 1), "may last 24 h at most, which is until 2026-07-02 19:00 JST"),
        (silence(until=60), "must end after it begins"),
        (silence(reason=""), "write a reason"),
        (replace(silence(), author=""), "say who does it"),
        (replace(silence(), station_ids=("nowhere",)), "no station nowhere"),
        (replace(silence(), rules=("flood",)), "no rule flood: write one of"),
    ],
)
def test_a_silence_that_cannot_be_says_what_to_write(duty: Duty, asked: Silence, says: str) -> None:
    with pytest.raises(DeskError, match=says):
        duty.mutes.begin_silence(asked)
    assert duty.lines() == []


def test_maintenance_is_of_gauges_of_its_station_and_is_extended_from_now(duty: Duty) -> None:
    with pytest.raises(DeskError, match="fujii has no gauge gakuen-01: write one of fujii-01"):
        duty.mutes.begin_maintenance(replace(work(), gauge_ids=("gakuen-01",)))
    made = duty.mutes.begin_maintenance(work())
    duty.clock.at = at(100)
    longer = duty.mutes.extend_maintenance(made.id, at(100 + 14 * 24 * 60), "業者")
    assert longer.ends_at == at(100 + 14 * 24 * 60)
    with pytest.raises(DeskError, match="14 days at most"):
        duty.mutes.extend_maintenance(made.id, at(101 + 14 * 24 * 60), "業者")
    assert duty.mutes.end_maintenance(made.id, "業者").ended_by == "業者"
    with pytest.raises(DeskError, match="begin a new one"):
        duty.mutes.extend_maintenance(made.id, at(300), "業者")
    assert len(duty.lines("maintenance")) == 3


def test_a_line_by_hand_says_when_it_happened(duty: Duty) -> None:
    duty.desk.enter("当番", "消防から電話", station_id="fujii")
    duty.desk.enter("当番", "水防団が到着", at=at(30))
    assert [each.text for each in duty.lines("note")] == ["消防から電話", "水防団が到着（2026-07-01 18:30のこと）"]
    with pytest.raises(DeskError, match="has happened already"):
        duty.desk.enter("当番", "これから", at=at(90))
