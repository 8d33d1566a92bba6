"""Public messages: who decides, who is told, and what never gets out."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine, select

from alerts.cap.checks import faults
from alerts.cap.flood import Issued, IssuedFor, Place
from alerts.cap.vocabulary import MsgType, Status
from alerts.cap.writing import to_xml
from alerts.chronology.wanted import Wanted
from alerts.chronology.words import text_of
from alerts.public.records import Given, Refused, State, Step, Where
from alerts.public.settings import PublicMessages
from alerts.records import Entry, Outcome
from alerts.store.chronology import SqlChronology, enter
from alerts.store.tables import chronology, deliveries
from ingest.clock import JST
from tests.alerts.cap_lifecycles import says_all_clear
from tests.alerts.cap_report import schema
from tests.alerts.night import at
from tests.alerts.public_house import ROAD, TOWN, WHY, PublicHouse, directory


@pytest.fixture
def house(database: Engine) -> PublicHouse:
    return PublicHouse(database)


def test_a_confirmed_rise_makes_one_draft_and_tells_the_desk(house: PublicHouse) -> None:
    draft = house.draft(4)
    assert (draft.step, draft.state, draft.content.hazard) == (Step.FIRST, State.DRAFT, 4)
    assert [each.recipient_id for each in house.deliveries(draft, ("reminder",))] == ["duty"]
    assert house.deliveries(draft) == []
    assert house.turn() == 0
    assert "氾濫危険水位" in draft.content.texts["ja"].headline


def test_a_rise_below_the_level_of_drafts_makes_none(house: PublicHouse) -> None:
    house.stands(2)
    assert house.turn() == 0
    assert house.kept.newest() == []


@pytest.mark.parametrize("state", ["unconfirmed", "maintenance"])
def test_what_is_suspect_or_worked_on_makes_no_draft(house: PublicHouse, state: str) -> None:
    if state == "maintenance":
        house.works_on()
    house.stands(5, unconfirmed=state == "unconfirmed")
    house.turn()
    assert house.kept.newest() == []


@pytest.mark.parametrize(("state", "why"), [("unconfirmed", "unconfirmed"), ("maintenance", "点検"), ("fall", "edit")])
def test_approval_and_publishing_ask_anew_what_the_gauge_says(house: PublicHouse, state: str, why: str) -> None:
    draft = house.draft(4)
    approved = house.desk.approve(draft.id, "当番")
    assert approved.state is State.APPROVED
    if state == "maintenance":
        house.works_on()
    else:
        house.stands(5 if state == "unconfirmed" else 3, unconfirmed=state == "unconfirmed")
    with pytest.raises(Refused, match=why):
        house.desk.publish(draft.id, "当番")
    with pytest.raises(Refused, match=why):
        house.desk.approve(draft.id, "課長")
    assert house.deliveries(draft) == []


def test_publishing_needs_the_approval_first(house: PublicHouse) -> None:
    draft = house.draft()
    with pytest.raises(Refused, match="0 of 1 approvals"):
        house.desk.publish(draft.id, "当番")


def test_two_persons_are_two_persons(database: Engine) -> None:
    house = PublicHouse(database, PublicMessages(approvals=2))
    draft = house.draft()
    assert house.desk.approve(draft.id, "課長 A").state is State.DRAFT
    with pytest.raises(Refused, match="another person"):
        house.desk.approve(draft.id, "　課長ａ ")
    with pytest.raises(Refused, match="1 of 2"):
        house.desk.publish(draft.id, "課長 A")
    assert house.desk.approve(draft.id, "部長").state is State.APPROVED
    assert "課長 A、部長" in house.desk.preview(draft.id)


def test_a_level_can_need_more_persons_than_the_others(database: Engine) -> None:
    house = PublicHouse(database, PublicMessages(approvals_by_level={4: 2}))
    assert house.desk.approve(house.draft(3).id, "当番").state is State.APPROVED
    house.stands(4)
    house.turn()
    assert house.desk.approve(house.newest().id, "当番").state is State.DRAFT


def test_by_setting_the_author_may_not_approve(database: Engine) -> None:
    house = PublicHouse(database, PublicMessages(author_may_approve=False))
    draft = house.by_hand()
    with pytest.raises(Refused, match="wrote it"):
        house.desk.approve(draft.id, "当番")
    assert house.desk.approve(draft.id, "課長").state is State.APPROVED


def test_an_edit_makes_approvals_void(house: PublicHouse) -> None:
    draft = house.draft()
    house.desk.approve(draft.id, "当番")
    house.desk.edit(draft.id, "課長", Given({"ja": {"headline": "川から離れてください"}}))
    with pytest.raises(Refused, match="0 of 1"):
        house.desk.publish(draft.id, "当番")
    assert "川から離れてください" in house.desk.preview(draft.id)


@pytest.mark.parametrize("name", ["", "  ", "rule", "rule:night", "ＲＵＬＥ", "x" * 101])
def test_nobody_signs_as_a_rule_or_as_nobody(house: PublicHouse, name: str) -> None:
    draft = house.draft()
    with pytest.raises(Refused):
        house.desk.approve(draft.id, name)


def test_publishing_writes_message_deliveries_cap_and_chronology(house: PublicHouse) -> None:
    out = house.out(4)
    assert house.told(out) == {"resident-0", "resident-1", "resident-2"}
    [cap] = house.caps(out.chain_id)
    assert (cap.msg_type, cap.status, cap.identifier) == (MsgType.ALERT, Status.ACTUAL, out.identifier)
    body = house.deliveries(out)[0].body
    assert "承認: 当番" in body
    assert "市が発令する警戒レベルではありません" in body
    assert "暫定値" in body
    with house.database.connect() as connection:
        told = [row.text for row in connection.execute(select(chronology).where(chronology.c.kind == "public"))]
    assert [each.split(":")[0] for each in told] == [
        f"住民へのお知らせ{out.id}を{act}" for act in ("起案", "承認", "発信")
    ]


def test_the_chronology_says_in_english_what_was_done_with_a_message(house: PublicHouse) -> None:
    out = house.out(4)
    with house.database.begin() as connection:
        old = Entry(out.created_at, "public", "住民へのお知らせ9を起案: 前の版の行", detail={"act": "drafted"})
        enter(connection, old)
    lines = list(SqlChronology(house.database).whole(Wanted(kinds=["public"])))
    said = [text_of(each, "en") for each in lines if each.ref_id == out.id]
    headline = out.content.texts["en"].headline
    assert sorted(said) == sorted(
        f"Public message {out.id} {act}: {headline}" for act in ("drafted", "approved", "published")
    )
    # A line of an earlier version stays in the words that it has.
    assert [text_of(each, "en") for each in lines if each.ref_id != out.id] == [old.text]


def test_nothing_is_published_by_half(house: PublicHouse) -> None:
    draft = house.draft()
    house.desk.approve(draft.id, "当番")
    with house.database.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON chronology BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )
    with pytest.raises(Exception, match="disk is full"):
        house.desk.publish(draft.id, "当番")
    assert house.kept.one(draft.id).state is State.APPROVED
    assert house.deliveries(draft) == []


NIGHT = {
    "id": "underpasses",
    "approved_by": ["防災課長"],
    "kinds": ["underpass"],
    "min_level": 4,
    "valid_until": "2030-01-01T00:00:00+09:00",
}


def test_a_rule_approved_in_advance_publishes_at_once_and_names_who_approved_it(database: Engine) -> None:
    house = PublicHouse(database, PublicMessages.model_validate({"standing": [NIGHT]}))
    house.stands(4, ROAD)
    house.turn()
    out = house.newest()
    assert (out.state, out.rule_id, out.decisions[-1].actor) == (State.PUBLISHED, "underpasses", "rule:underpasses")
    assert "事前に承認された規則「underpasses」により発信しました（承認: 防災課長）" in house.deliveries(out)[0].body


@pytest.mark.parametrize("state", ["another kind", "unconfirmed", "maintenance", "too low", "too late"])
def test_a_rule_publishes_nothing_that_it_does_not_cover(database: Engine, state: str) -> None:
    until = "2020-01-01T00:00:00+09:00" if state == "too late" else NIGHT["valid_until"]
    house = PublicHouse(database, PublicMessages.model_validate({"standing": [NIGHT | {"valid_until": until}]}))
    if state == "maintenance":
        house.works_on(ROAD)
    station = TOWN.stations["fujii" if state == "another kind" else "under"]
    house.stands(3 if state == "too low" else 5, station, unconfirmed=state == "unconfirmed")
    house.turn()
    assert house.kept.newest(states=[State.PUBLISHED]) == []


def test_a_rule_ends_nothing(database: Engine) -> None:
    house = PublicHouse(database, PublicMessages.model_validate({"standing": [NIGHT]}))
    house.stands(4, ROAD)
    house.turn()
    house.stands(0, ROAD)
    house.turn(30)
    assert (house.newest().step, house.newest().state) == (Step.ALL_CLEAR, State.DRAFT)


def test_a_rule_needs_as_many_names_as_a_message() -> None:
    with pytest.raises(ValidationError, match="2 different names"):
        PublicMessages.model_validate({"approvals": 2, "standing": [NIGHT]})


def test_recovery_only_proposes_the_all_clear(house: PublicHouse) -> None:
    first = house.out()
    house.stands(0)
    house.turn(30)
    proposal = house.newest()
    assert (proposal.step, proposal.state, proposal.chain_id) == (Step.ALL_CLEAR, State.DRAFT, first.id)
    assert house.told(proposal) == set()
    house.desk.approve(proposal.id, "当番")
    out = house.desk.publish(proposal.id, "当番")
    assert house.told(out.message) == {"resident-0", "resident-1", "resident-2"}
    assert says_all_clear(house.caps(first.id)[-1])


def test_without_a_published_danger_recovery_takes_the_draft_back(house: PublicHouse) -> None:
    draft = house.draft()
    house.stands(0)
    house.turn(30)
    assert house.kept.one(draft.id).state is State.WITHDRAWN
    assert house.kept.newest(states=[State.DRAFT]) == []


@pytest.mark.parametrize("state", ["high", "silent", "unconfirmed"])
def test_an_all_clear_against_a_gauge_needs_a_reason(house: PublicHouse, state: str) -> None:
    first = house.out(4)
    house.stands(4 if state == "high" else 1, unverified=state == "silent", unconfirmed=state == "unconfirmed")
    proposal = house.desk.all_clear(first.id, "当番")
    with pytest.raises(Refused, match="--despite"):
        house.desk.approve(proposal.id, "当番")
    house.desk.approve(proposal.id, "当番", despite="現地で確認した")
    assert house.desk.publish(proposal.id, "当番").message.state is State.PUBLISHED


def test_a_draft_follows_the_water(house: PublicHouse) -> None:
    before = house.draft(3)
    house.desk.approve(before.id, "当番")
    house.stands(5)
    house.turn(5)
    after = house.newest()
    assert (after.content.hazard, after.state) == (5, State.DRAFT)
    assert house.kept.one(before.id).state is State.WITHDRAWN


def test_a_further_rise_becomes_an_update_to_the_chain_and_to_who_came_since(house: PublicHouse) -> None:
    first = house.out(3)
    house.all_become(first, Outcome.SENT)
    house.people = directory(4)
    house.stands(5)
    house.turn(10)
    update = house.newest()
    house.desk.approve(update.id, "当番")
    out = house.desk.publish(update.id, "当番")
    assert (out.message.step, out.message.chain_id) == (Step.UPDATE, first.id)
    assert house.told(out.message) == {f"resident-{number}" for number in range(4)}


def test_who_left_the_lists_still_hears_how_it_ends(house: PublicHouse) -> None:
    first = house.out(4)
    house.all_become(first, Outcome.SENT)
    house.people = directory(1)
    house.stands(0)
    house.turn(30)
    house.desk.approve(house.newest().id, "当番")
    assert house.told(house.desk.publish(house.newest().id, "当番").message) == {f"resident-{n}" for n in range(3)}


def test_an_issued_level_is_what_a_person_entered_and_stands_apart(house: PublicHouse) -> None:
    at = datetime(2026, 7, 1, 20, 0, tzinfo=JST)
    draft = house.by_hand(issued=Issued(4, "市長", at), gravity=4)
    house.desk.approve(draft.id, "当番")
    body = house.deliveries(house.desk.publish(draft.id, "当番").message)[0].body
    assert "発令されている警戒レベル: 警戒レベル4（市長、07月01日 20:00）" in body


@pytest.mark.parametrize(
    ("where", "ja", "en"),
    [
        (IssuedFor("美ノ郷"), "美ノ郷", "Minogo"),
        (IssuedFor(station_id="fujii"), "藤井川", "Fujii River"),
        (IssuedFor(), "町", "Town"),
    ],
)
def test_an_issued_level_is_told_with_its_place(house: PublicHouse, where: IssuedFor, ja: str, en: str) -> None:
    draft = house.by_hand(issued=Issued(4, "市長", at(50), where), gravity=4)
    assert f"発令されている警戒レベル: {ja} 警戒レベル4（市長、" in house.desk.preview(draft.id)
    assert f"Issued by the authority for {en}: alert level 4 (" in house.desk.preview(draft.id, "en")


@pytest.mark.parametrize("text", ["警戒レベル４です", "避難指示を発令しました", "大雨警報です"])
def test_a_level_or_warning_that_nobody_entered_is_refused_when_it_is_written(house: PublicHouse, text: str) -> None:
    with pytest.raises(Refused):
        house.by_hand(texts={"ja": {"headline": text}})
    assert house.kept.newest() == []


def test_a_correction_goes_to_exactly_those_whom_the_wrong_message_may_have_reached(database: Engine) -> None:
    house = PublicHouse(database, residents=6)
    wrong = house.out(4)
    for number, outcome in enumerate((Outcome.SENT, Outcome.SENDING, Outcome.UNKNOWN, Outcome.FAILED)):
        house.becomes(wrong, f"resident-{number}", outcome)
    house.people = directory(20)
    out = house.desk.correct(wrong.id, "当番", WHY, Given({"ja": {"headline": "栗原川の水位"}}))
    assert house.told(out.message) == {"resident-0", "resident-1", "resident-2"}
    assert (out.told, out.taken_back) == (3, 2)
    left = {each.recipient_id: each.outcome for each in house.deliveries(wrong)}
    assert (left["resident-4"], left["resident-5"]) == (Outcome.WITHDRAWN, Outcome.WITHDRAWN)
    before = {each.recipient_id: (each.channel, each.address) for each in house.deliveries(wrong)}
    for each in house.deliveries(out.message):
        assert (each.channel, each.address) == before[each.recipient_id]
        assert each.subject == "訂正: 栗原川の水位"
        assert WHY["ja"] in each.body


def test_staff_who_were_told_of_the_draft_get_no_correction(house: PublicHouse) -> None:
    wrong = house.out(4)
    house.all_become(wrong, Outcome.SENT)
    assert "duty" not in house.told(house.desk.correct(wrong.id, "当番", WHY, Given()).message)


def test_a_hazard_that_a_person_tells_again_is_said_to_be_no_alert_level(house: PublicHouse) -> None:
    wrong = house.out(4)
    house.all_become(wrong, Outcome.SENT)
    kept = house.desk.correct(wrong.id, "当番", WHY, Given({"ja": {"headline": "栗原川の水位"}})).message
    own = {language: {"description": text} for language, text in (("ja", "橋は通れません。"), ("en", "No way."))}
    new = house.desk.correct(wrong.id, "当番", WHY, Given(own)).message
    for language, note in (("ja", "警戒レベルではありません"), ("en", "not an alert level")):
        assert note in house.desk.preview(kept.id, language)
        assert note not in house.desk.preview(new.id, language)


def test_a_correction_that_is_sent_again_reaches_nobody_twice(house: PublicHouse) -> None:
    wrong = house.out(4)
    house.all_become(wrong, Outcome.SENT)
    right = Given({"ja": {"headline": "栗原川の水位"}})
    once = house.desk.correct(wrong.id, "当番", WHY, right, wrong.id).message
    with pytest.raises(Refused, match=f"message {once.id} has put it right meanwhile"):
        house.desk.correct(wrong.id, "当番", WHY, right, wrong.id)
    assert house.newest().id == once.id
    again = house.desk.correct(wrong.id, "当番", WHY, Given({"ja": {"headline": "栗原川です"}}), once.id).message
    house.desk.publish(house.desk.approve(house.desk.update(again.id, "当番", Given()).id, "当番").id, "当番")
    with pytest.raises(Refused, match="went out meanwhile"):
        house.desk.correct(again.id, "当番", WHY, right, again.id)


@pytest.mark.parametrize("graver", [Given(gravity=5), Given(issued=Issued(4, "市長", at(50)))])
def test_a_correction_makes_nothing_graver_where_that_needs_two(database: Engine, graver: Given) -> None:
    house = PublicHouse(database, PublicMessages(approvals_by_level={4: 2, 5: 2}))
    made = house.by_hand(gravity=4, issued=Issued(3, "市長", at(50)))
    for who in ("当番", "課長"):
        house.desk.approve(made.id, who)
    wrong = house.desk.publish(made.id, "当番").message
    with pytest.raises(Refused, match="write an update, which 2 persons approve"):
        house.desk.correct(wrong.id, "当番", WHY, graver)
    milder = Given({"ja": {"headline": "藤井川の水位"}}, gravity=3, issued=Issued(2, "市長", at(50)))
    assert house.desk.correct(wrong.id, "当番", WHY, milder).message.content.gravity == 3


def test_one_person_may_make_a_correction_graver_where_one_is_enough_for_any_message(house: PublicHouse) -> None:
    assert house.desk.correct(house.out(3).id, "当番", WHY, Given(gravity=5)).message.content.gravity == 5


def test_what_somebody_else_changed_meanwhile_is_not_written_over(house: PublicHouse) -> None:
    seen = house.by_hand()
    changed = house.desk.edit(seen.id, "課長", Given({"ja": {"headline": "橋は通れません"}}), seen.content_mark)
    with pytest.raises(Refused, match="changed meanwhile"):
        house.desk.edit(seen.id, "当番", Given(gravity=5), seen.content_mark)
    assert house.desk.edit(seen.id, "当番", Given(gravity=5), changed.content_mark).content.gravity == 5


def test_a_place_of_its_own_never_takes_the_place_of_stations(house: PublicHouse) -> None:
    where = Where({"ja": "市内全域"}, Place(circles=((34.4, 133.2, 50.0),)))
    with pytest.raises(Refused, match="either --station or --place"):
        house.by_hand(where=(where,))
    assert house.kept.newest(10) == []


def test_a_cancellation_takes_the_whole_chain_back(house: PublicHouse) -> None:
    first = house.out(3)
    house.becomes(first, "resident-0", Outcome.SENT)
    house.stands(5)
    house.turn(5)
    house.desk.approve(house.newest().id, "当番")
    second = house.desk.publish(house.newest().id, "当番").message
    house.becomes(second, "resident-1", Outcome.SENT)
    out = house.desk.cancel(first.id, "当番", WHY)
    assert house.told(out.message) == {"resident-0", "resident-1"}
    assert house.caps(first.id)[-1].msg_type is MsgType.CANCEL
    with pytest.raises(Refused, match="cancelled"):
        house.desk.update(first.id, "当番", Given())


def test_what_was_drafted_to_follow_a_chain_that_is_taken_back_waits_for_nobody(house: PublicHouse) -> None:
    first, other = house.out(3), house.desk.draft("当番", Given(station_ids=("under",), gravity=2))
    update = house.desk.update(first.id, "当番", Given(gravity=5))
    house.desk.approve(update.id, "当番")
    clear = house.desk.all_clear(first.id, "当番")
    house.desk.cancel(first.id, "当番", WHY)
    states = [house.kept.one(each.id).state for each in (update, clear, other)]
    assert states == [State.WITHDRAWN, State.WITHDRAWN, State.DRAFT]


def test_every_published_chain_is_valid_cap(house: PublicHouse) -> None:
    first = house.out(3)
    house.later(1)
    house.desk.correct(first.id, "当番", WHY, Given({"en": {"headline": "Kurihara River"}}))
    house.later(10)
    update = house.desk.update(first.id, "当番", Given(gravity=5))
    house.desk.approve(update.id, "当番")
    house.desk.publish(update.id, "当番")
    house.stands(0)
    house.later(60 * 24)
    clear = house.desk.all_clear(first.id, "当番")
    house.desk.approve(clear.id, "当番")
    house.desk.publish(clear.id, "当番")
    caps = house.caps(first.id)
    assert [each.msg_type for each in caps] == [MsgType.ALERT, MsgType.UPDATE, MsgType.UPDATE, MsgType.UPDATE]
    for number, each in enumerate(caps):
        assert faults(each, caps[:number]) == []
        assert schema().is_valid(to_xml(each))


def test_a_drill_says_so_everywhere(house: PublicHouse) -> None:
    house.drill = True
    out = house.out(4)
    each = house.deliveries(out)[0]
    assert each.drill
    assert each.subject.startswith("【訓練】")
    assert "これは訓練です" in each.body
    [cap] = house.caps(out.chain_id)
    assert cap.status is Status.EXERCISE
    assert "訓練" in cap.note


def test_staff_are_reminded_before_a_published_danger_runs_out_and_after(house: PublicHouse) -> None:
    out = house.out(4)
    assert house.turn(60 * 4.9) == 0
    assert house.turn(10) == 1
    assert house.turn(10) == 0
    assert house.turn(10) == 1
    assert house.turn(60) == 1
    bodies = [each.body for each in house.deliveries(out, ("reminder",))]
    assert "まもなく期限" in bodies[-3]
    assert "期限" in bodies[-1]
    assert "過ぎました" in bodies[-1]


def test_an_all_clear_needs_no_reminder(house: PublicHouse) -> None:
    house.out(4)
    house.stands(0)
    house.turn(1)
    house.desk.approve(house.newest().id, "当番")
    house.desk.publish(house.newest().id, "当番")
    assert house.turn(60 * 24) == 0


def test_a_draft_that_nobody_used_expires(house: PublicHouse) -> None:
    draft = house.draft(4)
    house.turn(12 * 60 + 1)
    assert house.kept.one(draft.id).state is State.EXPIRED


def test_a_city_without_a_code_is_told_so_before_the_night(house: PublicHouse) -> None:
    house.registry = TOWN.model_copy(update={"city": TOWN.city.model_copy(update={"municipal_code": ""})})
    with pytest.raises(Refused, match="municipal_code"):
        house.by_hand()


def test_a_danger_is_not_begun_to_be_sent_after_it_ran_out_but_a_correction_is(house: PublicHouse) -> None:
    out = house.out(4)
    house.all_become(out, Outcome.SENT)
    assert {each.expires_at for each in house.deliveries(out)} == {out.expires_at}
    assert out.sent_at is not None
    assert out.expires_at == out.sent_at + timedelta(hours=6)
    correction = house.desk.correct(out.id, "当番", WHY, Given()).message
    assert {(each.expires_at, each.level) for each in house.deliveries(correction)} == {(None, 5)}


def test_short_channels_get_a_short_form_and_again_at_the_end(house: PublicHouse) -> None:
    out = house.out(4)
    with house.database.begin() as connection:
        connection.execute(deliveries.update().values(outcome=Outcome.SENT, data={"form": "short"}))
    correction = house.desk.cancel(out.id, "当番", WHY).message
    assert all("\n" not in each.body for each in house.deliveries(correction))


def test_a_demonstration_is_marked_and_no_real_alert(house: PublicHouse) -> None:
    city = TOWN.city.model_copy(update={"demonstration": True, "municipal_code": ""})
    house.registry = TOWN.model_copy(update={"city": city})
    out = house.out(4)
    assert house.caps(out.chain_id)[0].status is Status.TEST
    assert all(each.subject.startswith("【デモ】") for each in house.deliveries(out))


@pytest.mark.parametrize("state", ["unconfirmed", "maintenance"])
def test_a_gauge_that_does_not_count_hides_no_other_of_its_station(house: PublicHouse, state: str) -> None:
    if state == "maintenance":
        house.works_on(gauge_ids=("fujii-01",))
    house.stands(5, unconfirmed=state == "unconfirmed")
    house.stands(4, number=2)
    house.turn()
    draft = house.newest()
    assert (draft.content.gauge_id, draft.content.hazard) == ("fujii-02", 4)
    house.desk.approve(draft.id, "当番")
    assert house.desk.publish(draft.id, "当番").told == 3


def test_a_message_about_a_place_without_a_station_reaches_the_public_groups(house: PublicHouse) -> None:
    where = Where({"ja": "駅前"}, Place(circles=((34.4, 133.2, 0.5),)))
    draft = house.by_hand(station_ids=(), where=(where,))
    house.desk.approve(draft.id, "当番")
    assert house.desk.publish(draft.id, "当番").told == 3


def test_the_end_of_a_danger_can_be_told_after_its_station_was_retired(house: PublicHouse) -> None:
    first = house.out(4)
    gauges = {name: each for name, each in TOWN.gauges.items() if each.station_id != "fujii"}
    house.registry = TOWN.model_copy(update={"stations": {"under": ROAD}, "gauges": gauges})
    clear = house.desk.all_clear(first.id, "当番")
    house.desk.approve(clear.id, "当番", despite="水位計は撤去した")
    assert house.desk.publish(clear.id, "当番").told == 3
