"""How incidents open, change and close with the transitions of their subjects, and what mutes a message."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from alerts.engine.settings import AlertSettings
from alerts.incidents.acts import DeskError, acknowledged
from alerts.incidents.course import Course, Key, Policy, Stands, after
from alerts.incidents.muting import Mutes, held_back, muted
from alerts.incidents.settings import ESCALATION, EscalationRule, Step, governing
from alerts.records import PUMP_IDLE, STAGE, URGENT_LEVEL, Incident, Maintenance, Silence, Transition
from alerts.rules.findings import Cause
from tests.alerts.night import at

KEY: Key = ("fujii", STAGE)
POLICY = Policy(ESCALATION)
MINUTES = st.integers(min_value=0, max_value=600)


def change(
    minute: float, to: int, start: int = 0, subject: str = "fujii-01", cause: Cause = Cause.RISE, muted: str = ""
) -> Transition:
    return Transition(STAGE, subject, "fujii", start, to, cause, at(minute), at(minute), muted=muted)


def course(*found: Transition, known: Incident | None = None, policy: Policy = POLICY) -> Course:
    """The incidents after transitions of one station; how everybody stands follows from them."""
    levels = {each.subject_id: each.to_level for each in found}
    return after({KEY: known} if known else {}, found, {KEY: Stands(levels)}, policy)


def opened(level: int = 3, number: int = 7) -> Incident:
    (made,) = course(change(0, level)).incidents
    return replace(made, id=number)


def test_the_first_firing_transition_opens_an_incident_and_the_others_belong_to_it() -> None:
    pending = change(0, 0, cause=Cause.PENDING)
    found = course(pending, change(1, 3), change(2, 4, 3))
    (incident,) = found.incidents
    assert found.of == [None, 0, 0]
    assert (incident.opened_at, incident.level, incident.peak_level) == (at(1), 4, 4)
    assert found.opened == [0]
    assert found.closed == []


def test_an_incident_ends_when_all_its_subjects_are_at_0_and_not_before() -> None:
    known = opened(3)
    two = {"fujii-01": 0, "fujii-02": 2}
    half = after({KEY: known}, [change(5, 0, 3)], {KEY: Stands(two)}, POLICY)
    assert (half.incidents[0].open, half.incidents[0].level, half.incidents[0].peak_level) == (True, 2, 3)
    whole = after({KEY: half.incidents[0]}, [change(9, 0, 2, "fujii-02")], {KEY: Stands()}, POLICY)
    assert (whole.incidents[0].closed_at, whole.incidents[0].closed_by) == (at(9), "")
    assert whole.closed == [0]
    assert whole.incidents[0].escalate_at is None


def test_what_ends_and_begins_again_in_one_turn_is_two_incidents() -> None:
    found = course(change(1, 3), change(40, 0, 3, cause=Cause.FALL), change(90, 2))
    assert found.of == [0, 0, 1]
    assert [(each.opened_at, each.closed_at) for each in found.incidents] == [(at(1), at(40)), (at(90), None)]


def test_what_others_of_the_station_hold_open_does_not_end_within_a_turn() -> None:
    stands = {KEY: Stands({"fujii-01": 2, "fujii-02": 1})}
    found = after({}, [change(1, 3), change(2, 0, 3, cause=Cause.FALL), change(3, 2)], stands, POLICY)
    assert len(found.incidents) == 1
    assert found.incidents[0].open


def test_what_is_told_late_neither_ends_nor_opens_anything_that_is_not_so() -> None:
    known = opened(3)
    late = course(change(9, 3, 0, cause=Cause.STILL), known=known)
    assert (late.incidents[0].id, late.incidents[0].level) == (7, 3)
    over = after({}, [change(9, 0, 3, cause=Cause.STILL)], {KEY: Stands()}, POLICY)
    assert (over.incidents, over.of) == ([], [None])


def test_the_doubts_of_an_incident_are_those_about_its_present_state() -> None:
    stands = {KEY: Stands({"fujii-01": 3}, unconfirmed=True, unverified=False)}
    found = after({}, [change(1, 3)], stands, POLICY)
    assert found.incidents[0].unconfirmed


def test_a_rise_above_the_acknowledged_level_asks_anew() -> None:
    taken = acknowledged(opened(4), "当番", at(3))
    assert (taken.waits, taken.escalate_at) == (False, None)
    (risen,) = course(change(10, 5, 4), known=taken).incidents
    assert risen.waits
    assert risen.acknowledged_by == "当番"
    assert risen.escalate_at == at(10) + timedelta(seconds=ESCALATION[0].steps[0].after_s)


def test_what_fell_and_rises_again_asks_anew_up_to_the_level_that_was_acknowledged() -> None:
    taken = acknowledged(opened(5), "当番", at(3))
    (fallen,) = course(change(60, 2, 5, cause=Cause.FALL), known=taken).incidents
    assert not fallen.waits
    (again,) = course(change(90, 4, 2), known=fallen).incidents
    assert again.waits
    assert again.escalate_at is not None


def test_an_acknowledgement_of_what_was_seen_leaves_what_came_since_open() -> None:
    seen_3 = acknowledged(opened(5), "当番", at(3), level=3)
    assert seen_3.acknowledged_level == 3
    assert seen_3.waits
    assert seen_3.escalate_at is not None
    assert acknowledged(seen_3, "他の人", at(4), level=3) == seen_3


def test_what_is_closed_cannot_be_acknowledged_and_the_error_says_when_it_ended() -> None:
    (ended,) = course(change(9, 0, 3, cause=Cause.FALL), known=opened(3)).incidents
    with pytest.raises(DeskError, match=r"incident 7 was closed by its rule at 2026-07-01 18:09 JST"):
        acknowledged(ended, "当番", at(10))


def test_nobody_is_waited_for_who_was_not_told() -> None:
    (hushed,) = course(change(1, 3, muted="silence 4")).incidents
    assert hushed.waits
    assert hushed.escalate_at is None
    (told,) = course(change(30, 3, 0, cause=Cause.STILL), known=replace(hushed, id=7)).incidents
    assert told.escalate_at == at(30) + timedelta(seconds=ESCALATION[1].steps[0].after_s)
    (late,) = course(replace(change(1, 5), live=False)).incidents
    assert late.escalate_at is None


def test_a_rise_into_a_faster_escalation_begins_that_one_and_is_never_later_than_the_first() -> None:
    known = replace(opened(3), escalation_step=1)
    assert known.escalate_at == at(15)
    (sooner,) = course(change(5, 4, 3), known=known).incidents
    assert (sooner.escalate_at, sooner.escalation_step) == (at(10), 0)
    (due,) = course(change(14, 4, 3), known=known).incidents
    assert due.escalate_at == at(15)


def test_rules_that_remind_have_a_time_for_it_from_the_beginning_to_the_end() -> None:
    policy = Policy(remind_s=lambda rule, station_id: 3600.0 if (rule, station_id) == (STAGE, "fujii") else 0.0)
    (made,) = course(change(0, 2), policy=policy).incidents
    assert made.remind_at == at(60)
    (ended,) = course(change(9, 0, 2, cause=Cause.FALL), known=replace(made, id=7), policy=policy).incidents
    assert ended.remind_at is None


@given(
    steps=st.lists(st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 5)), min_size=1, max_size=30),
    cuts=st.integers(1, 30),
)
def test_one_turn_or_many_make_the_same_incidents(steps: list[tuple[str, int]], cuts: int) -> None:
    """Folding a record at once equals stepping live."""
    levels = {"a": 0, "b": 0}
    found: list[tuple[Transition, dict[str, int]]] = []
    for minute, (subject, level) in enumerate(steps):
        if levels[subject] != level:
            made = change(minute, level, levels[subject], subject)
            levels[subject] = level
            found.append((made, dict(levels)))
    if not found:
        return
    at_once = after({}, [each for each, _ in found], {KEY: Stands(found[-1][1])}, POLICY).incidents
    known: dict[Key, Incident] = {}
    stepped: list[Incident] = []
    for start in range(0, len(found), cuts):
        part = found[start : start + cuts]
        changed = after(known, [each for each, _ in part], {KEY: Stands(part[-1][1])}, POLICY).incidents
        for each in changed:
            numbered = each if each.id else replace(each, id=len(stepped) + 1)
            stepped[numbered.id - 1 :] = [numbered]
            known = {KEY: numbered} if numbered.open else {}
    assert [replace(each, id=0) for each in stepped] == at_once


SILENCE = Silence("当番", "点検", at(0), at(60), id=12)
WORK = Maintenance("fujii", "業者", "センサー交換", at(0), at(60), id=3)


def mute_of(transition: Transition, minute: float = 30, *, out: dict[str, str] | None = None) -> str:
    return muted(transition, [SILENCE], [], out or {}, at(minute))


@given(
    start=st.integers(0, 5),
    to=st.integers(0, 5),
    cause=st.sampled_from(list(Cause)),
    unconfirmed=st.booleans(),
    minute=MINUTES,
)
def test_nothing_ever_mutes_the_stage_at_hazard_4_or_more(
    start: int, to: int, cause: Cause, unconfirmed: bool, minute: int
) -> None:
    made = replace(change(minute, to, start, cause=cause), unconfirmed=unconfirmed)
    everything = Mutes(
        [replace(SILENCE, ends_at=at(9999)), replace(SILENCE, ends_at=at(9999), station_ids=("fujii",))],
        [replace(WORK, ends_at=at(9999)), replace(WORK, ends_at=at(9999), gauge_ids=("fujii-01",))],
        {"fujii-01": "gw-1"},
    )
    why = everything.muted(made, at(minute))
    assert (why == "") is (max(start, to) >= URGENT_LEVEL)
    incident = replace(opened(), level=max(start, to, 1))
    assert (held_back(incident, ["fujii-01"], everything, at(minute)) == "") is (incident.level >= URGENT_LEVEL)


def test_a_silence_mutes_its_places_and_rules_while_it_lasts_and_says_its_number() -> None:
    assert mute_of(change(30, 3)) == "silence 12"
    assert mute_of(change(0, 3), 0) == "silence 12"
    assert mute_of(change(60, 3), 60) == ""
    elsewhere = replace(SILENCE, station_ids=("gakuen",))
    assert muted(change(30, 3), [elsewhere], [], {}, at(30)) == ""
    for_cameras = replace(SILENCE, rules=("camera",))
    assert muted(change(30, 3), [for_cameras], [], {}, at(30)) == ""
    camera = replace(change(30, 5), rule="camera", subject_id="cam-1")
    assert muted(camera, [for_cameras], [], {}, at(30)) == "silence 12"


def test_maintenance_mutes_what_its_gauges_say_and_not_the_camera_beside_them() -> None:
    assert muted(change(30, 3), [], [WORK], {}, at(30)) == "maintenance 3"
    silent = replace(change(30, 2), rule="silence")
    assert muted(silent, [], [WORK], {}, at(30)) == "maintenance 3"
    assert muted(silent, [], [replace(WORK, gauge_ids=("fujii-02",))], {}, at(30)) == ""
    assert muted(replace(change(30, 1), rule="camera", subject_id="cam-1"), [], [WORK], {}, at(30)) == ""
    assert muted(change(61, 3), [], [WORK], {}, at(61)) == ""


def test_a_gateway_that_is_out_mutes_the_silence_of_its_gauges_and_nothing_else() -> None:
    silent = replace(change(30, 2), rule="silence")
    out = {"fujii-01": "gw-1"}
    assert muted(silent, [], [], out, at(30)) == "gateway gw-1"
    assert muted(replace(silent, subject_id="fujii-02"), [], [], out, at(30)) == ""
    assert muted(change(30, 2), [], [], out, at(30)) == ""
    assert muted(replace(silent, rule="battery"), [], [], out, at(30)) == ""


def idle(level: int, **detail: object) -> Transition:
    """A pump that stands still in the flood."""
    return replace(change(30, level), rule=PUMP_IDLE, subject_id="fujii-p1", detail=detail)


EVERYTHING = replace(SILENCE, station_ids=(), rules=())


@given(st.integers(1, 5), st.integers(1, 5))
def test_nothing_mutes_a_pump_that_stands_still_in_water_of_hazard_4(start: int, to: int) -> None:
    found = replace(idle(to), from_level=start)
    said = muted(found, [EVERYTHING], [WORK], {}, at(30))
    assert (said == "") == found.urgent == (max(start, to) >= URGENT_LEVEL)


def test_a_silence_holds_back_no_reminder_of_an_idle_pump_at_hazard_4() -> None:
    part = Mutes([EVERYTHING])
    low, high = (replace(opened(level), rule=PUMP_IDLE) for level in (3, 4))
    assert held_back(low, ["fujii-p1"], part, at(30)) == "silence 12"
    assert held_back(high, ["fujii-p1"], part, at(30)) == ""


def test_other_rules_of_pumps_never_break_a_silence() -> None:
    for rule in ("pump_vain", "pump_fault"):
        assert muted(replace(idle(5), rule=rule), [EVERYTHING], [], {}, at(30)) == "silence 12"


def test_work_on_the_inner_gauge_mutes_what_it_says_of_the_pumps_and_not_their_faults() -> None:
    work = replace(WORK, gauge_ids=("fujii-in",))
    assert muted(idle(3, inner_id="fujii-in"), [], [work], {}, at(30)) == "maintenance 3"
    assert muted(idle(3, inner_id="fujii-02"), [], [work], {}, at(30)) == ""
    faulty = replace(idle(3, inner_id="fujii-in"), rule="pump_fault")
    assert muted(faulty, [], [work], {}, at(30)) == ""


def test_an_escalation_waits_only_while_all_that_is_at_a_level_is_muted() -> None:
    part = Mutes([], [replace(WORK, gauge_ids=("fujii-01",))])
    incident = opened(3)
    assert held_back(incident, ["fujii-01"], part, at(30)) == "maintenance 3"
    assert held_back(incident, ["fujii-01", "fujii-02"], part, at(30)) == ""
    assert held_back(incident, [], part, at(30)) == ""


def test_each_level_has_the_escalation_that_begins_nearest_below_it() -> None:
    assert governing(ESCALATION, 5) is ESCALATION[0]
    assert governing(ESCALATION, 3) is ESCALATION[1]
    assert governing(ESCALATION, 2) is None


def test_settings_that_would_leave_a_danger_unrepeated_say_what_to_write() -> None:
    with pytest.raises(ValidationError, match="write repeat_s = 600"):
        EscalationRule(min_level=4, steps=(Step(after_s=300),))
    low = {"min_level": 2, "steps": [{"after_s": 600, "groups": ["section-heads"]}]}
    with pytest.raises(ValidationError, match="holds for hazard 4 and 5 as well"):
        AlertSettings.model_validate({"escalation": [low]})
    with pytest.raises(ValidationError, match="min_level = 2 is there 2 times"):
        AlertSettings.model_validate({"escalation": [{**low, "repeat_s": 600}] * 2})
    assert AlertSettings.model_validate({"escalation": []}).escalation == ()
