"""What is found wrong with the house itself, from its signs of life, channels and disks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from dash import html

from alerts.channel_state import ChannelState, SignSeen
from dashboard.disk_outlook import Course, outlook
from dashboard.staff import system_words
from dashboard.staff.addresses import Page
from dashboard.staff.system_panels import clock, storage
from dashboard.staff.system_rows import Around
from dashboard.system import SystemFacts
from dashboard.system_findings import Role
from dashboard.system_views import NEVER_SEEN_AFTER_S, SystemView, clock_lead_s, system_view
from ingest.health.problems import Severity
from ingest.pulse import STOPPED_AFTER_S, Basis, Fault, Lag, Part, Pulse, Trouble
from ingest.readings import Reading
from tests.dashboard.fake_city import reading
from tests.dashboard.system_desk import letter, pulse, sick, well

NOW = datetime(2026, 7, 1, 3, 0, tzinfo=UTC)
GB = 1_000_000_000
HOUR = timedelta(hours=1)
AROUND = Around(Page("en", "health"), NOW)


def view(facts: SystemFacts, ages_s: dict[str, float] | None = None, listened_s: float = 60.0) -> SystemView:
    """Seen at NOW; ages are by their own time, or by process as given."""
    given = ages_s or {}
    ages = {
        (each.process, each.part): given.get(each.process, (NOW - each.at).total_seconds()) for each in facts.pulses
    }
    return system_view(facts, ages, (), NOW, listened_s=listened_s)


def faults(seen: SystemView) -> list[tuple[str, Fault]]:
    return [(each.name, each.fault) for each in seen.findings]


def of_alerts(*pulses: Pulse) -> SystemFacts:
    return SystemFacts(read_at=NOW, pulses=pulses, expected=frozenset({Part.ALERTS}))


ACTIVE = pulse(Part.ALERTS, NOW)
OTHER = replace(ACTIVE, process="spare/1 7 3", shown="spare (7)", host="spare", standing_by=True)


def test_a_house_that_is_well_has_no_finding_and_says_so_in_one_sentence() -> None:
    seen = view(well(NOW))
    assert seen.findings == ()
    assert system_words.sentence(seen, 0, "ja") == "システムは正常です。"
    assert system_words.sentence(seen, 4, "en") == "The system is well. Devices to look after: 4."


def test_that_nobody_saw_a_time_service_is_unknown_and_a_clock_that_is_off_is_a_finding() -> None:
    words = {True: "同期中", False: "不明（時刻サーバーとの同期を確認できません）", None: "この機械では分かりません"}
    for kept, said in words.items():
        seen = replace(view(well(NOW)), clock_kept={"srv": kept})
        assert said in str(clock(seen, Around(Page("ja", "health"), NOW)))
        assert system_words.sentence(seen, 0, "ja") == "システムは正常です。"
    late = [
        replace(reading(f"g{number}", 1.0, NOW), received_at=NOW, device_at=NOW + timedelta(minutes=9))
        for number in range(9)
    ]
    facts = well(NOW)
    ages = {(each.process, each.part): 0.0 for each in facts.pulses}
    off = system_view(facts, ages, late, NOW, listened_s=60.0)
    assert [each.fault for each in off.findings] == [Fault.CLOCK_APART]
    assert "時計" in system_words.sentence(off, 0, "ja")


def test_several_faults_are_told_worst_first_and_the_dead_service_among_the_first() -> None:
    seen = view(sick(NOW))
    assert faults(seen) == [
        ("ingest", Fault.BROKER_AWAY),
        ("alerts", Fault.STOPPED),
        ("line", Fault.CHANNEL_FAILED),
        ("forwarder", Fault.PAST_REFUSES),
        ("line", Fault.CHANNEL_RETRIES),
        ("line", Fault.QUOTA_RESERVE),
        ("srv", Fault.DISK_LOW),
    ]
    said = system_words.sentence(seen, 0, "en")
    assert said.startswith("System faults: 7. Ingest: has had no connection to the broker mqtt:8883 for 3 min")
    assert said.endswith("Alert rules, outbox: has stopped (srv (412) gives no sign of life); and 5 more.")


def test_a_process_counts_as_stopped_after_thirty_seconds_without_a_sign_and_not_before() -> None:
    just = view(of_alerts(ACTIVE), {ACTIVE.process: STOPPED_AFTER_S})
    late = view(of_alerts(ACTIVE), {ACTIVE.process: STOPPED_AFTER_S + 0.1})
    assert (faults(just), faults(late)) == ([], [("alerts", Fault.STOPPED)])


def test_a_process_of_this_machine_that_is_gone_counts_as_stopped_at_once() -> None:
    assert faults(view(replace(of_alerts(ACTIVE), gone=frozenset({ACTIVE.process})))) == [("alerts", Fault.STOPPED)]


def test_what_was_stopped_in_order_and_not_started_again_is_told_as_that() -> None:
    assert faults(view(of_alerts(replace(ACTIVE, ended=True)))) == [("alerts", Fault.ENDED)]


def test_a_restart_takes_the_place_of_the_process_before() -> None:
    again = replace(ACTIVE, process="srv/1 999 9", started_at=NOW - timedelta(seconds=1))
    seen = view(replace(of_alerts(ACTIVE, again), gone=frozenset({ACTIVE.process})))
    assert seen.findings == ()
    assert [each.pulse.process for each in seen.parts[0].processes] == [again.process]


def test_the_older_of_two_processes_of_a_host_does_not_die_untold() -> None:
    newer = replace(ACTIVE, process="srv/1 999 9", shown="srv (999)", started_at=NOW - HOUR, standing_by=True)
    older = replace(ACTIVE, at=NOW - timedelta(minutes=5))
    seen = view(replace(of_alerts(older, replace(newer, standing_by=False)), gone=frozenset({older.process})))
    assert faults(seen) == [("alerts", Fault.SPARE_STOPPED)]
    assert seen.findings[0].figures["process"] == older.shown


def test_one_start_takes_the_place_of_one_dead_process_also_under_another_name_of_its_host() -> None:
    dead = replace(ACTIVE, process="box-1/1 1 1", host="box-1", at=NOW - timedelta(minutes=9))
    too = replace(ACTIVE, process="box-2/1 1 1", host="box-2", at=NOW - timedelta(minutes=8))
    again = replace(ACTIVE, process="box-3/1 1 1", host="box-3", started_at=NOW - timedelta(minutes=7))
    assert faults(view(of_alerts(dead, again))) == []
    assert faults(view(of_alerts(dead, too, again))) == [("alerts", Fault.SPARE_STOPPED)]
    more = replace(again, process="box-4/1 1 1", host="box-4", started_at=NOW - timedelta(minutes=6))
    assert faults(view(of_alerts(dead, too, again, more))) == []


def test_a_process_that_never_comes_to_rest_is_told_once_and_not_for_each_of_its_starts() -> None:
    starts = [
        replace(ACTIVE, process=f"p{n}", started_at=NOW - timedelta(minutes=n), at=NOW - timedelta(minutes=n - 0.5))
        for n in (9, 7, 5)
    ]
    (told,) = view(of_alerts(*starts)).findings
    assert (told.fault, told.since) == (Fault.STOPPED, starts[-1].at)


def test_a_part_that_was_switched_off_is_missed_by_nobody() -> None:
    off = replace(of_alerts(replace(ACTIVE, ended=True)), expected=frozenset())
    assert (view(off).parts, view(off).findings) == ((), ())


def test_a_standby_is_well_and_its_loss_is_told() -> None:
    assert [each.role for each in view(of_alerts(ACTIVE, OTHER)).parts[0].processes] == [Role.ACTIVE, Role.STANDBY]
    assert faults(view(of_alerts(ACTIVE, OTHER), {OTHER.process: 31.0})) == [("alerts", Fault.SPARE_STOPPED)]
    assert faults(view(of_alerts(ACTIVE, replace(OTHER, ended=True)))) == []


def test_all_parts_of_a_process_that_stopped_are_one_finding() -> None:
    facts = of_alerts(ACTIVE, replace(ACTIVE, part=Part.KEEPER))
    seen = view(replace(facts, expected=frozenset({Part.ALERTS, Part.KEEPER}), gone=frozenset({ACTIVE.process})))
    assert [system_words.subject(each, "en") for each in seen.findings] == [
        "Alert rules, outbox, Health of the devices"
    ]
    assert [each.severity for each in seen.parts] == [Severity.DOWN, Severity.DOWN]


def test_standbys_alone_are_a_failure() -> None:
    assert faults(view(of_alerts(OTHER))) == [("alerts", Fault.NOBODY_ACTIVE)]


def test_what_never_ran_is_missed_once_somebody_has_listened_for_a_while() -> None:
    nothing = of_alerts()
    assert faults(view(nothing, listened_s=NEVER_SEEN_AFTER_S - 1)) == []
    assert faults(view(nothing, listened_s=NEVER_SEEN_AFTER_S)) == [("alerts", Fault.NEVER_SEEN)]


@pytest.mark.parametrize(("waits_s", "severity"), [(59, None), (61, Severity.ACT), (601, Severity.DOWN)])
def test_a_cursor_that_stands_still_is_told_by_how_long_the_first_reading_waits(
    waits_s: int, severity: Severity | None
) -> None:
    lag = Lag(12, NOW - timedelta(seconds=waits_s))
    assert view(replace(of_alerts(ACTIVE), lags={Part.ALERTS: lag})).parts[0].severity is severity


def channel(**more: object) -> list[tuple[Fault, Severity]]:
    state = replace(ChannelState("email", sent_at=NOW - HOUR), **more)  # type: ignore[arg-type]
    seen = view(SystemFacts(read_at=NOW, channels=[state]))
    return [(each.fault, each.severity) for each in seen.findings]


def test_a_channel_is_out_while_nothing_went_out_since_the_failure() -> None:
    late = NOW - timedelta(minutes=5)
    assert channel(failed_at=late) == [(Fault.CHANNEL_FAILED, Severity.DOWN)]
    assert channel(failed_at=late, sent_at=NOW) == [(Fault.CHANNEL_FAILED, Severity.ACT)]
    assert channel(failed_at=NOW - timedelta(minutes=61), sent_at=NOW - HOUR) == []


@pytest.mark.parametrize("ago", [timedelta(minutes=61), timedelta(days=3)])
def test_a_channel_whose_last_message_failed_is_told_until_something_goes_out(ago: timedelta) -> None:
    assert channel(failed_at=NOW - ago, sent_at=NOW - ago - HOUR) == [(Fault.CHANNEL_UNTRIED, Severity.ACT)]
    assert channel(failed_at=NOW - ago, sent_at=None) == [(Fault.CHANNEL_UNTRIED, Severity.ACT)]


def test_messages_that_wait_or_are_tried_again_are_told() -> None:
    assert channel(waiting=3, waiting_since=NOW - timedelta(minutes=4)) == []
    assert channel(waiting=3, waiting_since=NOW - timedelta(minutes=6)) == [(Fault.CHANNEL_WAITS, Severity.ACT)]
    assert channel(waiting=3, waiting_since=NOW, retried=1) == [(Fault.CHANNEL_RETRIES, Severity.ACT)]


@pytest.mark.parametrize(
    ("used", "told"),
    [
        (159, []),
        (160, [(Fault.QUOTA_WARNED, Severity.NOTE)]),
        (180, [(Fault.QUOTA_RESERVE, Severity.ACT)]),
        (200, [(Fault.QUOTA_ALL, Severity.DOWN)]),
    ],
)
def test_a_plan_that_runs_out_is_told_in_steps(used: int, told: list[object]) -> None:
    assert channel(used=used, per_month=200, ordinary=180, warned=160) == told


BASIS = pulse(Part.BASIS, NOW, basis=Basis())


def test_what_is_wrong_with_the_files_of_a_host_is_told_though_none_of_its_disks_can_be_named() -> None:
    closed = Trouble(Fault.FOLDER_CLOSED, True, {"folder": "/srv/data", "reason": "No such file or directory"})
    stepped = Trouble(Fault.CLOCK_STEPPED, False, {"s": 90.0, "ago_s": 4.0})
    seen = view(SystemFacts(read_at=NOW, pulses=[replace(BASIS, troubles=(closed, stepped))]))
    assert (seen.sick, seen.disks) == (2, ())
    assert faults(seen) == [("srv", Fault.FOLDER_CLOSED), ("srv", Fault.CLOCK_STEPPED)]
    shown = str(html.Div(storage(seen, AROUND)))
    assert "/srv/data cannot be written (No such file or directory)" in shown


def test_two_disks_that_are_full_are_two_findings_and_one_that_two_processes_see_is_one() -> None:
    full = [Trouble(Fault.DISK_FULL, True, {"folder": folder, "gb": 0.1, "pct": 0.1}) for folder in ("/a", "/b")]
    also = replace(BASIS, process="srv/1 2 2", troubles=(full[0],))
    seen = view(SystemFacts(read_at=NOW, pulses=[replace(BASIS, troubles=tuple(full)), also]))
    assert [each.figures["folder"] for each in seen.findings] == ["/a", "/b"]


def test_a_sign_that_does_not_show_what_it_was_told_is_a_fault_of_the_system() -> None:
    def signs(since: datetime | None) -> SystemView:
        sign = SignSeen("signs/underpass-1", "closed", since, "open", since, since)
        return view(SystemFacts(read_at=NOW, signs=[sign]))

    assert faults(signs(None)) == []
    assert faults(signs(NOW - timedelta(seconds=59))) == []
    late = signs(NOW - timedelta(seconds=61))
    assert (faults(late), late.sick) == ([("signs/underpass-1", Fault.SIGN_DIFFERS)], 1)
    said = system_words.sentence(late, 0, "en")
    assert "signs/underpass-1: was told “closed” and is not confirmed to show it" in said


def samples(room_gb: Sequence[float]) -> list[tuple[datetime, int]]:
    """One an hour, the last of them an hour ago."""
    return [(NOW - (len(room_gb) - number) * HOUR, round(each * GB)) for number, each in enumerate(room_gb)]


def test_a_disk_that_fills_evenly_tells_its_days() -> None:
    ahead = outlook(samples([100 - hour / 12 for hour in range(72)]), 94 * GB, NOW)
    assert (ahead.course, round(ahead.days or 0)) == (Course.FALLS, 47)


def test_a_disk_of_which_too_little_is_known_or_that_swings_tells_none() -> None:
    assert outlook(samples([100 - hour for hour in range(20)]), 80 * GB, NOW).course is Course.UNKNOWN
    assert outlook(samples([50.0] * 72), 50 * GB, NOW).course is Course.STEADY
    swings = samples([50 - 12 * (hour % 36 > 18) - hour / 40 for hour in range(144)])
    assert outlook(swings, 45 * GB, NOW).course is Course.UNEVEN


def test_hourly_steps_of_the_housekeeping_do_not_hide_the_rate() -> None:
    stepped = samples([100 - hour // 24 + (0.3 if hour % 2 else 0) for hour in range(168)])
    ahead = outlook(stepped, 93 * GB, NOW)
    assert ahead.course is Course.FALLS
    assert 80 < (ahead.days or 0) < 110


def told_by_clocks(offsets_s: Sequence[float]) -> float | None:
    return clock_lead_s(
        Reading(f"g{number}", 1.0, NOW, NOW, "k", device_at=NOW + timedelta(seconds=offset_s))
        for number, offset_s in enumerate(offsets_s)
    )


def test_our_clock_is_doubted_where_most_devices_are_ahead_of_it_and_not_for_one() -> None:
    assert told_by_clocks([-3, -2, 90]) is None
    assert told_by_clocks([-3, -2, -4, -2, 900]) == -2
    assert told_by_clocks([-400, -390, -380, -370, -360]) == -370
    assert told_by_clocks([88, 90, 91, 92, -3]) == 90


def test_the_beginning_of_a_refused_message_shows_no_secret_and_no_control_character() -> None:
    assert system_words.head(letter(NOW)) == '{"stage_m": "high", "token": "…"}'
    assert system_words.head(letter(NOW, b"\xff\xd8\xff\xe0rest")) == "FF D8 FF E0 72 65 73 74"
    assert system_words.head(letter(NOW, b"\x00\x01ok")) == "00 01 6F 6B"
    assert len(system_words.head(letter(NOW, b"x" * 500))) == system_words.MOST_CHARACTERS + 1


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_fault_and_part_has_words_that_take_its_figures(language: str) -> None:
    seen = view(sick(NOW))
    figures: dict[str, float | str] = {
        "n": 1,
        "s": 2,
        "gb": 3,
        "pct": 4,
        "days": 5,
        "used": 6,
        "most": 7,
        "job": "pull",
        "process": "p",
        "published_at": NOW.isoformat(),
    }
    figures |= dict.fromkeys(("reason", "name", "broker", "folder", "file", "versions", "told", "target"), "x")
    for fault in Fault:
        made = replace(seen.findings[0], fault=fault, figures=figures)
        assert "{" not in system_words.whole(made, language)
