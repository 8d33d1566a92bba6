"""SenML: the examples of RFC 8428, its rules, and what of a pack is a gauge's."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.decoders import senml
from ingest.decoders.decoded import Heard, Observed
from ingest.messages import Message, Refusal, Refused
from tests.parts import data_folder

NOON = datetime(2026, 7, 1, 3, 0, tzinfo=UTC)
NOON_S = NOON.timestamp()
RESOLVED = range(1, 13)
"""ex13 has no resolved form in the RFC's sources: it tells lamps what to do, and is looked at by itself."""
NOW_OF = {1: 1498780179, 2: 1498780179, 9: 1498780179, 7: 1499109309}
"""The moment at which the RFC's editors resolved the examples whose times are relative: it is in their results."""


def folder() -> Path:
    return data_folder() / "senml_rfc8428"


def resolve(pack: str | bytes, now_s: float = NOON_S) -> list[dict[str, Any]]:
    raw = pack.encode() if isinstance(pack, str) else pack
    return [each.as_json() for each in senml.resolve(senml.parse(raw), now_s)]


def decode(pack: str, at: datetime = NOON) -> list[Observed | Heard]:
    return senml.decode(Message("t", pack.encode(), at, len(pack)))


def refused(pack: str) -> Refused:
    with pytest.raises(Refused) as caught:
        decode(pack)
    return caught.value


def expected(number: int) -> list[dict[str, Any]]:
    """The editors' resolved form, with what it leaves out against the RFC's own text put back."""
    records: list[dict[str, Any]] = json.loads((folder() / f"ex{number}.gen.resolved.json").read_text())
    if number == 3:  # section 4.6: a version that is not 10 stays in all records, and they are in the order of time
        return [{"bver": 5} | each for each in sorted(records, key=lambda each: each["t"])]
    if number == 7:  # their tool dropped the one record of data
        name = "urn:dev:ow:10e2073a01080063:nfv-reader"
        return [*records, {"n": name, "t": 1499109309, "vd": "aGkgCg"}]
    return records


@pytest.mark.parametrize("number", RESOLVED)
@pytest.mark.parametrize("form", ["json", "gen.json"])
def test_an_example_of_the_rfc_resolves_as_its_editors_did(number: int, form: str) -> None:
    pack = (folder() / f"ex{number}.{form}").read_bytes()
    assert resolve(pack, NOW_OF.get(number, NOON_S)) == expected(number)


def test_no_example_of_the_rfc_is_left_out() -> None:
    there = {path.name for path in folder().glob("ex*.json") if path.name.count(".") == 1}
    assert there == {f"ex{number}.json" for number in (*RESOLVED, 13)}
    assert {path.name for path in folder().glob("*resolved.json")} == {f"ex{n}.gen.resolved.json" for n in RESOLVED}


def test_the_example_of_two_lamps_is_in_the_order_of_time() -> None:
    found = resolve((folder() / "ex13.json").read_bytes())
    assert [(each["n"][-1], each["t"], each["v"]) for each in found] == [
        ("3", 1320078429.0, 0.5),
        ("4", 1320078429.0, 0.5),
        ("3", 1320078429.1, 0.0),
        ("4", 1320078429.1, 0.0),
    ]


def test_records_come_out_in_the_order_of_time_and_equal_times_stay_in_theirs() -> None:
    pack = '[{"bn":"a","bt":1782874800,"n":"x","t":9,"v":1},{"n":"y","v":2},{"n":"z","v":3}]'
    assert [each["n"] for each in resolve(pack)] == ["ay", "az", "ax"]


def test_base_value_and_base_sum_are_added_and_stand_alone_too() -> None:
    pack = '[{"bn":"a","bt":1782874800,"bv":10,"bs":5,"n":"x","v":1,"s":1},{"n":"y"},{"n":"z","vs":"dry"}]'
    found = resolve(pack)
    assert [(each.get("v"), each.get("s"), each.get("vs")) for each in found] == [
        (11, 6, None),
        (10, 5, None),
        (None, 5, "dry"),
    ]


def test_a_time_below_2_to_the_28_counts_from_now_and_one_from_there_on_does_not() -> None:
    edge = 2**28
    pack = f'[{{"n":"a","t":-60,"v":1}},{{"n":"b","t":{edge - 1},"v":1}},{{"n":"c","t":{edge},"v":1}}]'
    assert {each["n"]: each["t"] for each in resolve(pack)} == {"a": NOON_S - 60, "b": NOON_S + edge - 1, "c": edge}


def test_a_field_that_must_be_understood_refuses_the_pack_and_another_does_not() -> None:
    caught = refused('[{"n":"a","u":"m","v":1,"calibration_":3}]')
    assert (caught.refusal, caught.detail.split(":")[0]) == (Refusal.MALFORMED, "calibration_")
    assert resolve('[{"n":"a","v":1,"l":"link","bx":2}]')[0] == {"n": "a", "v": 1, "t": NOON_S, "l": "link"}


@pytest.mark.parametrize(("version", "taken"), [(5, True), (10, True), (26, True), (42, False), (1000, False)])
def test_a_newer_version_is_refused_and_that_with_secondary_units_is_not(version: int, taken: bool) -> None:
    pack = f'[{{"bver":{version},"n":"a","u":"cm","v":1}}]'
    if taken:
        assert decode(pack) == [Observed(1.0, channel="a", unit="cm")]
    else:
        assert "bver" in refused(pack).detail


@pytest.mark.parametrize(
    "pack",
    [
        '[{"n":"a"}]',
        '[{"n":"a","v":1,"vs":"one"}]',
        '[{"n":"a","vs":"x","vb":true}]',
        '[{"n":"a","v":true}]',
        '[{"n":"a","v":"1"}]',
        '[{"n":"a","v":NaN}]',
        '[{"n":"a","v":1e999}]',
        '[{"n":"a","vd":"a+b/"}]',
        '[{"n":"a","vd":"a"}]',
        '[{"v":1}]',
        '[{"n":"-a","v":1}]',
        '[{"n":"水位","v":1}]',
        '[{"bver":10,"n":"a","v":1},{"bver":5,"n":"b","v":1}]',
        '[{"bver":0,"n":"a","v":1}]',
        '{"n":"a","v":1}',
        "[1]",
        "[" * 5000,
        "",
    ],
)
def test_what_is_no_pack_is_refused_as_malformed(pack: str) -> None:
    assert refused(pack).refusal is Refusal.MALFORMED


@pytest.mark.parametrize(
    "pack",
    [
        '[{"n":"a","bv":1.7e308,"v":1.7e308}]',
        '[{"n":"a","bt":1e308,"t":1e308,"v":1}]',
        '[{"n":"a","t":-1e300,"v":1}]',
        '[{"n":"a","t":253402300800,"v":1}]',
    ],
)
def test_what_cannot_be_is_refused_as_impossible(pack: str) -> None:
    assert refused(pack).refusal is Refusal.IMPOSSIBLE


def test_a_gauge_takes_lengths_and_pressures_with_unit_and_name_and_its_device_s_state() -> None:
    pack = (
        '[{"bn":"urn:dev:mac:0024befffe804ff1:","bt":1782874800,"n":"stage","u":"m","v":1.5},'
        '{"n":"distance","u":"mm","v":2500},{"n":"pressure","u":"hPa","v":147.1},{"n":"temperature","u":"Cel","v":21},'
        '{"n":"battery","u":"%EL","v":88},{"n":"battery","u":"V","v":3.61},{"n":"supply","u":"V","v":12},'
        '{"n":"radio","u":"dBW","v":-127},{"n":"door","vb":true}]'
    )
    at = datetime.fromtimestamp(1782874800, UTC)
    assert decode(pack) == [
        Observed(1.5, at, channel="stage", unit="m"),
        Observed(2500.0, at, channel="distance", unit="mm"),
        Observed(147.1, at, channel="pressure", unit="hPa"),
        Heard(88.0, 3.61, -97.0),
    ]


def test_a_pack_without_times_is_of_its_receipt_and_a_backlog_counts_back_from_it() -> None:
    assert decode('[{"bn":"dev1","u":"m","v":1.5}]') == [Observed(1.5, unit="m")]
    pack = '[{"bn":"dev1","bu":"m","t":-600,"v":1.4},{"v":1.5,"t":0}]'
    earlier = Observed(1.4, NOON - timedelta(seconds=600), unit="m", reckoned=True)
    assert decode(pack) == [earlier, Observed(1.5, unit="m")]


def test_a_pack_that_says_nothing_of_water_is_recognisable_as_such() -> None:
    assert refused('[{"n":"a","u":"Cel","v":20}]').refusal is Refusal.NO_MEASUREMENT
    assert refused("[]").refusal is Refusal.NO_MEASUREMENT


NUMBERS = st.floats(-1e9, 1e9) | st.integers(-(2**53), 2**53)
ENTRIES = st.fixed_dictionaries(
    {},
    optional={
        "bn": st.sampled_from(["a", "urn:dev:", "x/"]),
        "bt": st.sampled_from([0, 1782874800, 1782874800.5, -5]),
        "bu": st.sampled_from(["m", "Cel"]),
        "bv": NUMBERS,
        "bs": NUMBERS,
        "bver": st.just(5),
        "n": st.sampled_from(["a", "b1"]),
        "u": st.sampled_from(["m", "cm", "V"]),
        "t": st.floats(-1e6, 1e6) | st.just(1782874800),
        "v": NUMBERS,
        "vs": st.text(max_size=3),
        "vb": st.booleans(),
        "s": NUMBERS,
        "l": st.just("link"),
    },
)


@given(st.lists(ENTRIES, max_size=5))
def test_resolving_what_is_resolved_changes_nothing(pack: list[dict[str, Any]]) -> None:
    try:
        once = senml.resolve(senml.parse(json.dumps(pack).encode()), NOON_S)
    except Refused:
        return
    again = json.dumps([each.as_json() for each in once]).encode()
    assert senml.resolve(senml.parse(again), NOON_S + 86400) == once
