"""What staff see of a public message before they decide about it."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from sqlalchemy import Engine

from alerts.cap.flood import Issued
from alerts.public.looks import Looks
from alerts.public.protocol import Form
from alerts.public.records import Given, Refused, Step
from alerts.public.settings import PublicMessages
from alerts.records import Outcome
from tests.alerts.night import at
from tests.alerts.public_house import WHY, PublicHouse


@pytest.fixture
def house(database: Engine) -> PublicHouse:
    return PublicHouse(database)


def looks(house: PublicHouse) -> Looks:
    return Looks(house.database, house.around, house.clock)


def test_a_preview_is_what_goes_out_afterwards(house: PublicHouse) -> None:
    given = Given(texts={"ja": {"headline": "藤井川に近づかないでください"}}, station_ids=("fujii",), gravity=3)
    preview = looks(house).preview(Step.FIRST, given)
    made = house.desk.draft("当番", given)
    out = house.desk.publish(house.desk.approve(made.id, "当番").id, "当番").message
    sent = {each.language: each.body for each in house.deliveries(out)}
    assert preview.faults == ()
    for language, body in sent.items():
        decided = preview.forms[language].long.rstrip()
        assert [each for each in decided.splitlines() if each not in body.splitlines()] == []
    assert ElementTree.fromstring(preview.cap).tag.endswith("alert")
    assert ElementTree.fromstring(preview.forms["ja"].atom).findtext("title") == "藤井川に近づかないでください"


def test_a_preview_leaves_nothing_behind(house: PublicHouse) -> None:
    before = looks(house).mark()
    looks(house).preview(Step.FIRST, Given(station_ids=("fujii",), gravity=3))
    assert (looks(house).mark(), house.kept.newest()) == (before, [])


def test_a_preview_says_what_is_wrong_with_a_text(house: PublicHouse) -> None:
    given = Given(texts={"ja": {"headline": "洪水警報"}}, station_ids=("fujii",), gravity=3)
    assert any("Meteorological Agency" in each for each in looks(house).preview(Step.FIRST, given).faults)
    level = Given(texts={"ja": {"description": "警戒レベル4です"}}, station_ids=("fujii",), gravity=3)
    assert any("alert level 4" in each for each in looks(house).preview(Step.FIRST, level).faults)
    issued = Given(texts=level.texts, station_ids=("fujii",), gravity=3, issued=Issued(4, "町長", at(50)))
    assert looks(house).preview(Step.FIRST, issued).faults == ()


def test_one_person_cannot_give_both_approvals_and_the_look_says_so_before_the_click(database: Engine) -> None:
    house = PublicHouse(database, PublicMessages(desk="desk", approvals=2))
    made = house.by_hand()
    house.desk.approve(made.id, "課長")
    same, other = looks(house).look(made.id, "課長"), looks(house).look(made.id, "部長")
    assert same.needed == 2
    assert same.not_approvable is not None
    assert same.not_approvable.name == "approved_already"
    assert other.not_approvable is None
    assert other.not_publishable is not None
    assert (other.not_publishable.name, other.not_publishable.values) == ("approvals", {"given": 1, "needed": 2})


def test_a_reason_helps_an_all_clear_and_nothing_that_stands_on_a_gauge(house: PublicHouse) -> None:
    out = house.out(4)
    over = looks(house).look(house.desk.all_clear(out.id, "当番").id, "課長")
    assert over.not_approvable is not None
    assert (over.not_approvable.name, over.despite, over.highest) == ("still_high", True, 4)
    house.later(5)
    house.stands(5)
    house.turn()
    draft = house.newest()
    house.works_on()
    held = looks(house).look(draft.id, "課長")
    assert held.not_approvable is not None
    assert (held.not_approvable.name, held.despite) == ("held", False)


def test_a_correction_names_exactly_those_who_got_the_wrong_message(house: PublicHouse) -> None:
    out = house.out(4)
    house.becomes(out, "resident-1", Outcome.SENT)
    foreseen = looks(house).reach(out.id, Step.CORRECTION)
    assert (foreseen.addresses, len(foreseen.people), foreseen.taken_back) == (1, 1, 2)
    corrected = house.desk.correct(out.id, "当番", WHY, Given(texts={"ja": {"headline": "栗原川です"}}))
    assert (corrected.told, corrected.taken_back) == (1, 2)


def test_a_first_message_goes_to_those_on_the_lists(house: PublicHouse) -> None:
    made = house.by_hand()
    assert looks(house).reach(made.id, Step.FIRST).addresses == 3
    house.desk.approve(made.id, "当番")
    assert house.desk.publish(made.id, "当番").told == 3


def test_the_parts_of_an_sms_depend_on_its_letters() -> None:
    lengths = {"あ" * 70: 1, "あ" * 71: 2, "a" * 160: 1, "a" * 161: 2, "a" * 70 + "{": 2}
    assert {short: Form("", "", short).sms_parts for short in lengths} == lengths


def test_a_message_that_nobody_would_get_is_published_with_a_reason_alone(database: Engine) -> None:
    house = PublicHouse(database, residents=0)
    made = house.desk.approve(house.by_hand().id, "課長")
    seen = looks(house).look(made.id, "課長")
    assert seen.not_publishable is not None
    assert (seen.not_publishable.name, seen.despite) == ("nobody", True)
    with pytest.raises(Refused, match="nobody would get it"):
        house.desk.publish(made.id, "課長", despite=" ")
    out = house.desk.publish(made.id, "課長", despite="フィードで伝える")
    assert (out.told, out.message.decisions[-1].detail) == (0, "フィードで伝える")
    assert house.desk.cancel(made.id, "課長", WHY).told == 0


def test_an_all_clear_that_a_person_drafts_says_nothing_of_water_that_may_still_be_high(house: PublicHouse) -> None:
    over = house.desk.all_clear(house.out(4).id, "当番")
    for language, gone in (("ja", "水位が下が"), ("en", "fallen")):
        assert gone not in house.desk.preview(over.id, language)
    assert "藤井川（美ノ郷、河川）について、市の担当者が状況を確認したため" in house.desk.preview(over.id)
    house.desk.withdraw(over.id, "当番")
    house.later(10)
    house.stands(0)
    house.turn()
    assert "水位が下がり" in house.desk.preview(house.newest().id)
