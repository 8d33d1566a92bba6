"""What the page of the devices says, without a browser."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboard.i18n import catalogue
from dashboard.staff import health_page, health_words
from dashboard.staff.addresses import Page, chosen_in, page_at
from dashboard.staff.health_rows import ALL, EVERY, KINDS, MOST_ROWS, Where, chosen, device_table, gauge_row
from dashboard.staff.health_watch import HealthPicture, HealthWatch
from ingest.health.problems import Finding, GaugeHealth, Health, Problem
from ingest.messages import Refusal
from ingest.rhythm import Mode
from tests.dashboard import fakes
from tests.dashboard.health_desk import DRY, at_clock, health_desk
from tests.dashboard.staff_fakes import Desk

NOW = datetime(2026, 7, 1, 3, 0, tzinfo=UTC)


def picture(at: Desk, now: datetime | None = None) -> HealthPicture:
    """What the watch sees."""
    newest = [each.reading for each in at.log.latest().values()]
    return HealthWatch(at.services).look(at.registry.current, newest, now or at.now)


def where(at: Desk, language: str = "ja") -> Where:
    assert at.registry.current is not None
    return Where(at.registry.current, Page(language, "devices"), at.now)


def said(component: Any) -> str:
    """All text of a component."""
    if isinstance(component, str):
        return component
    if isinstance(component, list | tuple):
        return " ".join(said(each) for each in component)
    return said(getattr(component, "children", None) or "")


@pytest.fixture(scope="module")
def at_desk() -> Desk:
    return health_desk(NOW)


@pytest.fixture(scope="module")
def health(at_desk: Desk) -> Health:
    found = picture(at_desk).health
    assert found is not None
    return found


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_problem_refusal_mode_and_severity_has_words(language: str) -> None:
    words = catalogue(language)
    for problem in Problem:
        assert words[f"problem.{problem}"]
    for refusal in Refusal:
        assert words[f"refusal.{refusal}"]
    for mode in (Mode.DRY, Mode.FLOOD):
        assert words[f"mode.{mode}"]
    for kind in KINDS:
        assert words[f"health.kind_{kind}"]


def test_every_problem_can_be_found_by_its_kind() -> None:
    kinds = [problems for kind, problems in KINDS.items() if kind not in (ALL, EVERY)]
    assert frozenset().union(*kinds) == frozenset(Problem)


def test_a_gateway_that_is_out_is_one_row_with_its_gauges_and_they_have_none(at_desk: Desk, health: Health) -> None:
    gateways, gauges = chosen(health, ALL)
    assert [each.gateway_id for each in gateways] == [fakes.OUT_GATEWAY]
    silenced = {f"{each}-01" for each in fakes.UNDER_THE_HILL}
    assert not silenced & {each.gauge_id for each in gauges}
    text = said(device_table(gateways, gauges, where(at_desk)))
    assert "中継局 hill" in text
    assert "このため途絶：2台" in text
    assert "中新田用水" in text
    assert silenced <= {each.gauge_id for each in chosen(health, EVERY)[1]}


def test_a_silent_gauge_says_what_silenced_it(at_desk: Desk, health: Health) -> None:
    by_id = {each.gauge_id: each for each in health.gauges}
    dead = said(gauge_row(by_id[f"{fakes.SILENT}-01"], where(at_desk)))
    assert "途絶（電池切れの見込み）" in dead
    assert "2.91 V" in dead
    dry = by_id[f"{DRY}-01"]
    assert "正常" in said(gauge_row(replace(dry, findings=()), where(at_desk)))
    assert "平常モード" in said(gauge_row(dry, where(at_desk)))


def test_a_silence_without_cause_tells_the_last_battery_and_signal() -> None:
    known = GaugeHealth("g", Mode.STEADY, 600, (), battery_pct=80.0, rssi_dbm=-90.0, snr_db=5.0)
    assert health_words.evidence(known, "ja") == "直前まで正常：80 % · -90 dBm SNR 5 dB"
    assert "電池・電波の情報なし" in health_words.evidence(
        replace(known, battery_pct=None, rssi_dbm=None, snr_db=None), "ja"
    )
    low = replace(known, findings=(Finding(Problem.SILENT, NOW), Finding(Problem.BATTERY_LOW, NOW)))
    assert health_words.evidence(low, "en").startswith("before that:")


def test_a_dry_gauge_with_a_heartbeat_a_day_stands_among_the_quiet_that_are_well(at_desk: Desk, health: Health) -> None:
    text = said(health_page.calm_list(health.gauges, where(at_desk)))
    assert "新町遊水池" in text
    assert text.count("次は") == 1
    by_id = {each.gauge_id: each for each in health.gauges}
    assert not by_id[f"{DRY}-01"].silent


def test_when_all_is_well_the_page_says_so_in_a_sentence(at_desk: Desk) -> None:
    seen = picture(at_desk)
    assert seen.health is not None
    calm = replace(seen, health=Health(NOW, tuple(replace(each, findings=()) for each in seen.health.gauges)))
    assert at_desk.registry.current is not None
    shown = said(health_page.device_list(calm, ALL, at_desk.registry.current, Page("ja", "devices")))
    assert shown == "異常のある機器はありません（水位計 25台）。"
    assert "正常" in said(health_page.trouble_link(0, Page("ja")))
    assert "要対応" in said(health_page.trouble_link(2, Page("ja")))


def test_the_refused_messages_are_told_by_reason_with_the_busiest_topic(at_desk: Desk) -> None:
    text = said(health_page.reception(picture(at_desk), "ja"))
    assert "受け取れなかった電文 221件" in text
    assert "登録のない機器 212" in text
    assert "mori-weir-02" in text
    assert "1分前" in text
    unknown = replace(fakes.letters(NOW), counts={"of_tomorrow": 1})
    assert "of_tomorrow" in said(health_page.reception(replace(picture(at_desk), letters=unknown), "ja"))
    assert "ありません" in said(health_page.reception(HealthPicture(NOW), "ja"))


def test_a_keeper_that_stands_still_is_told_loudly_and_makes_no_gauge_silent() -> None:
    at_desk = health_desk(NOW)
    assert not picture(at_desk).old
    at_desk.health.stands_still = True
    watch = HealthWatch(at_desk.services)
    seen = watch.look(at_desk.registry.current, [], NOW + timedelta(minutes=200))
    assert seen.old
    assert seen.to_act_on is None
    assert seen.health is not None
    assert seen.health.at == NOW  # what came since is not folded, and is no silence
    assert at_desk.registry.current is not None
    shown = health_page.device_list(seen, ALL, at_desk.registry.current, Page("ja", "devices"))
    assert "点検が 12:00 から止まっています" in said(shown)


def test_the_devices_are_judged_every_few_seconds_of_the_house_and_not_at_every_look() -> None:
    at_desk = health_desk(NOW)

    class Fast:
        speed = 10.0

        def now(self) -> datetime:
            return NOW

    watch = HealthWatch(at_clock(at_desk, Fast()))
    looks = [watch.look(at_desk.registry.current, [], NOW + timedelta(seconds=each)) for each in (0, 10, 29, 30, 31)]
    assert [each.at - NOW for each in looks] == [timedelta(seconds=each) for each in (0, 0, 0, 30, 30)]
    assert at_desk.registry.current is not None
    other = at_desk.registry.current.model_copy()
    assert watch.look(other, [], NOW + timedelta(seconds=32)).at == NOW + timedelta(seconds=32)


def test_before_the_first_turn_of_the_keeper_nothing_is_claimed() -> None:
    assert HealthPicture(NOW).to_act_on is None
    at_desk = health_desk(NOW)
    assert at_desk.registry.current is not None
    shown = health_page.device_list(HealthPicture(NOW), ALL, at_desk.registry.current, Page("en", "devices"))
    assert said(shown) == "The devices have not been looked at yet."


def test_more_rows_than_anybody_reads_are_counted(at_desk: Desk, health: Health) -> None:
    many = [health.gauges[0]] * (MOST_ROWS + 7)
    table = device_table([], many, where(at_desk))
    assert "ほか 7台" in said(table)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(86400, "1日1回"), (7200, "2時間ごと"), (600, "10分ごと"), (150, "2.5分ごと"), (20, "20秒ごと")],
)
def test_an_interval_in_words(seconds: float, words: str) -> None:
    assert health_words.interval(seconds, "ja") == words


def test_the_address_of_the_page_keeps_language_and_choice() -> None:
    assert page_at("/devices") == Page("ja", "devices")
    assert page_at("/en/devices").other_language().path() == "/devices"
    assert Page("en").at("devices").path() == "/en/devices"
    assert chosen_in("?p=battery", KINDS, ALL) == "battery"
    assert chosen_in("?p=<script>", KINDS, ALL) == ALL
