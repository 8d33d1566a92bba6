"""Who is told of what, at which hour, and of what nobody would be told."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.people import Directory, Form, GroupKind, Matter, gaps, matter_of
from alerts.people.hours import Day, Hours
from alerts.records import Transition
from ingest.clock import JST
from ingest.stations import Pump, Registry, StationKind
from tests.alerts.town import (
    DITCH,
    NOON,
    RIVER,
    TOWN,
    UNDERPASS,
    contact,
    group,
    matter,
    one_route,
    people,
    route,
    who,
)


def hours(*days: str, begins: str, ends: str) -> list[dict[str, object]]:
    return [{"days": list(days), "begins": begins, "ends": ends}]


def test_a_route_without_limits_hears_of_everything_from_its_level_on() -> None:
    matters = [matter(level=1), matter(level=2), matter(UNDERPASS, level=5), matter(None, level=2, rule="gateway")]
    assert who(one_route(min_level=2), *matters) == {"duty": (1, 2, 3)}


@pytest.mark.parametrize(
    ("limits", "heard"),
    [
        ({"stations": ["fujii"]}, {"fujii"}),
        ({"areas": ["美ノ郷"]}, {"fujii", "ditch"}),
        ({"kinds": ["waterway"]}, {"ditch"}),
        ({"stations": ["under"], "areas": ["美ノ郷"]}, {"fujii", "ditch", "under"}),
        ({"areas": ["美ノ郷"], "kinds": ["river"]}, {"fujii"}),
        ({"rules": ["outlook"]}, set()),
    ],
)
def test_places_are_one_or_the_other_and_a_kind_narrows_them(limits: dict[str, Any], heard: set[str]) -> None:
    places = (RIVER, DITCH, UNDERPASS)
    indices = who(one_route(**limits), *map(matter, places)).get("duty", ())
    assert {places[index].id for index in indices} == heard


def test_what_belongs_to_no_station_goes_to_routes_that_name_no_place() -> None:
    gateway = matter(None, rule="gateway")
    assert who(one_route(), gateway) == {"duty": (0,)}
    assert who(one_route(kinds=["river"]), gateway) == {} == who(one_route(areas=["美ノ郷"]), gateway)


@pytest.mark.parametrize("kind", [GroupKind.CREW, GroupKind.DEPARTMENT])
def test_a_suspect_stage_and_an_extrapolation_are_for_staff_only(kind: GroupKind) -> None:
    matters = [matter(unconfirmed=True), matter(rule="outlook"), matter()]
    assert who(one_route(GroupKind.STAFF), *matters) == {"duty": (0, 1, 2)}
    assert who(one_route(kind), *matters) == {"duty": (2,)}


def test_who_is_staff_elsewhere_hears_of_a_suspect_stage_only_by_a_route_of_staff() -> None:
    groups = [group("duty", GroupKind.STAFF, ["a"]), group("crew", GroupKind.CREW, ["a"])]
    directory = Directory(people([contact("a")], groups, [route("crew", stations=["fujii"])]))
    assert who(directory, matter(unconfirmed=True), matter()) == {"a": (1,)}


def test_a_public_group_never_hears_of_an_alert() -> None:
    directory = one_route(GroupKind.PUBLIC, min_level=1)
    assert who(directory, matter(level=5)) == {}
    assert directory.receivers(directory.routes[0]) == ()


def test_a_public_message_goes_to_public_groups_only_whatever_the_rules_of_the_route() -> None:
    groups = [group("near", GroupKind.PUBLIC), group("far", GroupKind.PUBLIC), group("duty")]
    routes = [
        route("near", "near", "duty", areas=["美ノ郷"], rules=["stage"], min_level=3),
        route("far", areas=["栗原"]),
    ]
    directory = Directory(people([contact("near"), contact("far"), contact("duty")], groups, routes))
    assert [each.contact_id for each in directory.public_receivers([RIVER, DITCH], 4, NOON)] == ["near"]
    assert directory.public_receivers([RIVER], 2, NOON) == ()
    assert {each.contact_id for each in directory.public_receivers([RIVER, UNDERPASS], 3, NOON)} == {"near", "far"}
    assert {each.group_kind for each in directory.public_receivers([RIVER], 4, NOON)} == {GroupKind.PUBLIC}


def test_a_receiver_that_several_routes_lead_to_is_told_once_of_each_matter() -> None:
    groups = [group("duty", members=["a"]), group("crew", GroupKind.CREW, ["a"])]
    routes = [route("one", "duty", stations=["fujii"]), route("two", "crew", "duty"), route("three", "crew")]
    directory = Directory(people([contact("a")], groups, routes))
    told = directory.told([matter(), matter(UNDERPASS)], NOON)
    assert list(told.values()) == [(0, 1)]
    assert [each.group_kind for each in told] == [GroupKind.STAFF]


def test_an_address_below_its_own_level_is_left_in_peace_and_another_of_the_same_contact_is_not() -> None:
    duty = contact("duty", "email") | {
        "addresses": [
            {"channel": "email", "address": "duty@town.example"},
            {"channel": "sms", "address": "+810000000000", "min_level": 4},
        ]
    }
    directory = Directory(people([duty], [group("duty")], [route("duty")]))
    told = {each.channel: indices for each, indices in directory.told([matter(level=3), matter(level=4)], NOON).items()}
    assert told == {"email": (0, 1), "sms": (1,)}
    assert {each.channel: each.form for each in directory.receivers(directory.routes[0])} == {
        "email": Form.LONG,
        "sms": Form.SHORT,
    }


def test_the_channels_of_a_route_narrow_the_addresses() -> None:
    directory = Directory(people([contact("duty", "email", "sms")], [group("duty")], [route("duty", channels=["sms"])]))
    assert [each.channel for each in directory.told([matter()], NOON)] == ["sms"]


def test_who_is_away_is_not_told_until_the_time_has_come() -> None:
    until = NOON + timedelta(hours=1)
    for away, then, told in (({"away": True}, until, {}), ({"away_until": until}, NOON, {})):
        directory = Directory(people([contact("a", **away)], [group("a")], [route("a")]))
        assert who(directory, matter(level=5), at=then) == told
        assert directory.group("a", then) == ()
    assert who(directory, matter(), at=until) == {"a": (0,)}
    assert len(directory.group("a", until)) == 1


def test_an_escalation_goes_to_the_addresses_of_a_group_for_its_level() -> None:
    duty = contact("a", "email", "sms")
    duty["addresses"][1]["min_level"] = 4
    directory = Directory(people([duty], [group("chiefs", members=["a"])], []))
    assert [each.channel for each in directory.group("chiefs", NOON, level=5)] == ["email", "sms"]
    assert [each.channel for each in directory.group("chiefs", NOON, level=3)] == ["email"]
    assert directory.group("nobody", NOON) == ()


FRIDAY = datetime(2026, 7, 3, tzinfo=JST)
NIGHT = Hours(days=(Day.FRI,), begins="17:15", ends="08:30")


@pytest.mark.parametrize(
    ("day", "clock", "inside"),
    [
        (0, "17:14", False),
        (0, "17:15", True),
        (0, "23:59", True),
        (1, "00:00", True),
        (1, "08:29", True),
        (1, "08:30", False),
        (1, "17:15", False),
        (0, "03:00", False),
    ],
)
def test_a_night_belongs_to_the_day_on_which_it_begins(day: int, clock: str, inside: bool) -> None:
    hour, minute = map(int, clock.split(":"))
    assert NIGHT.hold(FRIDAY + timedelta(days=day, hours=hour, minutes=minute)) is inside


def test_a_holiday_is_no_day_of_the_week() -> None:
    friday = FRIDAY + timedelta(hours=18)
    assert NIGHT.hold(friday)
    assert not NIGHT.hold(friday, {FRIDAY.date()})
    assert Hours(days=(Day.HOLIDAY,), begins="17:15", ends="08:30").hold(friday, {FRIDAY.date()})
    assert Hours(begins="17:15", ends="08:30").hold(friday, {FRIDAY.date()})


def test_hours_that_end_where_they_begin_are_a_whole_day() -> None:
    assert all(Hours(begins="09:00", ends="09:00").hold(FRIDAY + timedelta(hours=each)) for each in range(24))


@given(st.integers(0, 23), st.integers(0, 23), st.integers(0, 7 * 24 * 60))
def test_every_minute_is_either_in_a_stretch_or_in_its_complement(begins: int, ends: int, minute: int) -> None:
    if begins == ends:
        return
    at = FRIDAY + timedelta(minutes=minute)
    one = Hours(begins=f"{begins:02d}:00", ends=f"{ends:02d}:00")
    other = Hours(begins=f"{ends:02d}:00", ends=f"{begins:02d}:00")
    assert one.hold(at) is not other.hold(at)


def test_a_route_outside_its_hours_tells_nobody() -> None:
    directory = one_route(hours=hours("wed", begins="08:30", ends="17:15"))
    assert who(directory, matter(level=5), at=NOON) == {"duty": (0,)}
    assert who(directory, matter(level=5), at=NOON + timedelta(hours=8)) == {}
    assert directory.routes[0].concerns(matter(level=5), NOON)
    assert not directory.routes[0].concerns(matter(level=5), NOON + timedelta(days=1))


def test_a_matter_is_made_from_a_transition_at_its_higher_level() -> None:
    transition = Transition("stage", "fujii-01", "fujii", 4, 2, "fall", NOON, NOON)
    assert matter_of(transition, TOWN) == Matter("stage", "fujii", "美ノ郷", StationKind.RIVER, 4, False, "fall")
    gone = Transition("stage", "x-01", "x", 0, 2, "rise", NOON, NOON)
    assert matter_of(gone, TOWN) == Matter("stage", "x", "", None, 2, False, "rise")


def simply_told(
    directory: Directory, matters: Sequence[Matter], at: datetime
) -> dict[tuple[str, str], tuple[int, ...]]:
    """The same by asking each route for each matter and each member."""
    found: dict[tuple[str, str], set[int]] = {}
    for each in directory.routes:
        for index, one in enumerate(matters):
            if not each.concerns(one, at):
                continue
            for kind, member in (
                (directory.groups[name].kind, m) for name in each.groups for m in directory.groups[name].members
            ):
                if kind == "public" or (one.staff_only and kind != "staff"):
                    continue
                for address in directory.contacts[member].addresses:
                    if one.level >= address.min_level and (not each.channels or address.channel in each.channels):
                        found.setdefault((member, address.channel), set()).add(index)
    return {key: tuple(sorted(indices)) for key, indices in found.items()}


names = st.sampled_from("abcd")
some_routes = st.lists(
    st.fixed_dictionaries(
        {
            "groups": st.lists(names, min_size=1, unique=True),
            "stations": st.lists(st.sampled_from(["fujii", "under"]), unique=True),
            "areas": st.lists(st.sampled_from(["美ノ郷", "栗原"]), unique=True),
            "kinds": st.lists(st.sampled_from(["river", "underpass"]), unique=True),
            "rules": st.lists(st.sampled_from(["stage", "outlook"]), unique=True),
            "min_level": st.integers(1, 5),
            "channels": st.lists(st.sampled_from(["email", "sms"]), unique=True),
        }
    ),
    max_size=4,
)
some_matters = st.lists(
    st.builds(
        matter,
        st.sampled_from([RIVER, DITCH, UNDERPASS, None]),
        st.integers(1, 5),
        st.sampled_from(["stage", "outlook", "gateway"]),
        unconfirmed=st.booleans(),
    ),
    max_size=6,
)


@given(some_routes, some_matters, st.lists(st.sampled_from(list(GroupKind)), min_size=4, max_size=4), st.data())
def test_telling_of_all_at_once_is_the_same_as_asking_one_by_one(
    routes: list[dict[str, object]], matters: list[Matter], kinds: list[GroupKind], data: st.DataObject
) -> None:
    contacts = [contact(name, "email", "sms") for name in "abcd"]
    for each in contacts:
        each["addresses"][1]["min_level"] = data.draw(st.integers(1, 5))
    groups = [
        group(name, kind, data.draw(st.lists(names, min_size=1, unique=True)))
        for name, kind in zip("abcd", kinds, strict=True)
    ]
    directory = Directory(people(contacts, groups, [{"id": f"r{i}", **each} for i, each in enumerate(routes)]))
    told = {(each.contact_id, each.channel): indices for each, indices in directory.told(matters, NOON).items()}
    assert told == simply_told(directory, matters, NOON)


def test_a_thousand_recipients_and_three_thousand_matters_are_sorted_out_at_once() -> None:
    seeded = random.Random(4)
    everybody = [f"c{i}" for i in range(1000)]
    groups = [group(f"g{k}", list(GroupKind)[k % 3], seeded.sample(everybody, 200)) for k in range(20)]
    limits = [{"areas": [f"area {k}", f"area {k + 1}"], "min_level": 1 + k % 4} for k in range(20)]
    routes = [route(f"r{k}", f"g{k}", **each) for k, each in enumerate(limits)]
    directory = Directory(people([contact(each) for each in everybody], groups, routes))
    matters = [
        Matter("stage", f"s{i}", f"area {i % 21}", StationKind.RIVER, 1 + i % 5, i % 7 == 0) for i in range(3000)
    ]
    began = time.perf_counter()
    told = directory.told(matters, NOON)
    took_s = time.perf_counter() - began
    assert len(told) > 950
    assert len(set(told.values())) > 800, "hardly two of them hear of the same"
    assert took_s < 1.0, f"{took_s:.2f} s; 0.3 s is the aim on a machine that does nothing else"


def test_a_city_with_a_route_for_all_has_no_gap() -> None:
    assert gaps(one_route(), TOWN, NOON) == []


def test_without_routes_the_gap_is_everything() -> None:
    (sentence,) = gaps(Directory(), TOWN, NOON)
    assert "nobody is told of anything" in sentence


def test_a_night_without_anybody_is_said_with_stations_levels_and_hours() -> None:
    directory = one_route(
        areas=["美ノ郷"], hours=hours("mon", "tue", "wed", "thu", "fri", begins="08:30", ends="17:15")
    )
    said = gaps(directory, TOWN, NOON)
    assert (
        "hazard 4 and 5 at fujii, ditch (mon, tue, wed, thu, fri 00:00–08:30 and 17:15–24:00; sat, sun 00:00–24:00)"
        in said[0]
    )
    assert "hazard 4 and 5 at under (at any hour)" in said[1]
    assert "gateway" in said[2]


def test_two_shifts_that_meet_leave_no_gap_and_a_minute_between_them_is_one() -> None:
    def shifts(ends: str) -> Directory:
        day, night = hours(begins="08:30", ends=ends), hours(begins="17:15", ends="08:30")
        return Directory(
            people([contact("a")], [group("a")], [route("r1", "a", hours=day), route("r2", "a", hours=night)])
        )

    assert gaps(shifts("17:15"), TOWN, NOON) == []
    (sentence,) = gaps(shifts("17:14"), TOWN, NOON)
    assert "17:14–17:15" in sentence


def test_a_holiday_that_no_shift_covers_is_said() -> None:
    week = [each.value for each in Day][:7]
    directory = Directory(
        people(
            [contact("a")],
            [group("a")],
            [route("a", hours=hours(*week, begins="00:00", ends="24:00"))],
            holidays=["2026-05-04"],
        )
    )
    (sentence,) = gaps(directory, TOWN, NOON)
    assert "a holiday on mon" in sentence
    assert "00:00–24:00" in sentence


def test_a_crew_alone_leaves_the_unconfirmed_danger_untold() -> None:
    (sentence,) = gaps(one_route(GroupKind.CREW), TOWN, NOON)
    assert "an unconfirmed hazard 4 and 5, which only staff groups hear of, at fujii, ditch, under" in sentence


@pytest.mark.parametrize(
    ("limits", "covered"),
    [({}, True), ({"rules": ["stage", "sign"]}, True), ({"rules": ["stage"]}, False), ({"min_level": 4}, False)],
)
def test_where_there_are_signs_somebody_must_hear_of_one_that_fails(limits: dict[str, object], covered: bool) -> None:
    directory = Directory(
        people(
            [contact("duty"), contact("sign", "mqtt")],
            [group("duty"), group("signs", GroupKind.CREW, ["sign"])],
            [route("staff", "duty", **limits), route("closing", "signs")],
        )
    )
    assert any("nobody would be told of a sign" in each for each in gaps(directory, TOWN, NOON)) is not covered


def test_who_is_away_or_too_high_or_public_leaves_a_gap() -> None:
    away = Directory(people([contact("a", away=True)], [group("a")], [route("a")]))
    assert "hazard 4 and 5" in gaps(away, TOWN, NOON)[0]
    assert "of hazard 4 at" in gaps(one_route(min_level=5), TOWN, NOON)[0]
    assert "hazard 4 and 5" in gaps(one_route(GroupKind.PUBLIC), TOWN, NOON)[0]


def test_a_route_for_the_stage_alone_does_not_tell_of_idle_pumps() -> None:
    pumped = Registry.of(TOWN.city, [*TOWN.stations.values(), Pump(id="ditch-p1", station_id="ditch")])
    assert gaps(one_route(), pumped, NOON) == []
    (sentence,) = gaps(one_route(rules=["stage", "gateway"]), pumped, NOON)
    assert "nobody would be told of pumps that stand still in a flood at ditch (at any hour)" in sentence
    assert "with the rule pump_idle" in sentence


def test_a_route_to_an_empty_group_leads_to_nobody() -> None:
    directory = Directory(people([contact("a")], [group("a")], [route("a"), route("b", "a", channels=["sms"])]))
    assert "route b leads to nobody" in gaps(directory, TOWN, NOON)[0]
