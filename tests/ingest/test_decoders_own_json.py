"""Our own JSON: a stage, or a plain value with its unit, and what the device says of itself."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.decoders import own_json
from ingest.decoders.decoded import Heard, Observed
from ingest.messages import Refusal, Refused
from tests.ingest.cities import reading_message

AT = datetime(2026, 7, 1, 0, 10, tzinfo=UTC)


def decoded(payload: str) -> list[Observed | Heard]:
    return own_json.decode(reading_message(payload))


def refused(payload: str) -> Refused:
    with pytest.raises(Refused) as caught:
        decoded(payload)
    return caught.value


def test_a_stage_alone_makes_nothing_beside_it() -> None:
    payload = '{"stage_m": 1.2345, "observed_at": "2026-07-01T09:10:00+09:00", "seq": 17}'
    assert decoded(payload) == [Observed(1.234, AT, 17, channel="stage_m")]


def test_a_value_keeps_its_unit_and_all_its_digits() -> None:
    payload = '{"value": 123.45678, "unit": "cm", "observed_at": "2026-07-01T00:10:00Z", "seq": 4}'
    assert decoded(payload) == [Observed(123.45678, AT, 4, unit="cm")]
    assert decoded('{"value": 7}') == [Observed(7.0)]


def test_a_device_tells_of_itself_beside_its_reading() -> None:
    payload = '{"stage_m": 2, "battery_pct": 87, "battery_v": 3.6, "rssi_dbm": -97, "snr_db": -4.5}'
    assert decoded(payload) == [Observed(2.0, channel="stage_m"), Heard(87.0, 3.6, -97.0, -4.5)]
    assert decoded('{"value": 2, "unit": "m", "rssi_dbm": -97}') == [Observed(2.0, unit="m"), Heard(rssi_dbm=-97.0)]


@pytest.mark.parametrize("said", ['"full"', "255", "-1", "true", "null", "[]", "1e999"])
def test_a_battery_that_cannot_be_does_not_cost_the_reading(said: str) -> None:
    assert decoded(f'{{"stage_m": 2, "battery_pct": {said}}}') == [Observed(2.0, channel="stage_m")]


@pytest.mark.parametrize(
    ("payload", "word"),
    [
        ("{}", "stage_m"),
        ('{"battery_pct": 50}', "stage_m"),
        ('{"stage_m": 1, "value": 1}', "not both"),
        ('{"stage_m": 120, "unit": "cm"}', "in metres"),
        ('{"value": "12"}', "value"),
        ('{"value": NaN}', "value"),
        ('{"value": 1e999}', "value"),
        ('{"value": 1, "unit": 5}', "unit"),
        ("[]", "payload"),
    ],
)
def test_a_payload_without_one_clear_number_is_refused_by_name(payload: str, word: str) -> None:
    caught = refused(payload)
    assert caught.refusal is Refusal.MALFORMED
    assert word in caught.detail


@pytest.mark.parametrize(
    ("said", "gateways"),
    [('"gw-hill"', ("gw-hill",)), ('""', ()), ("7", ()), ('"a\\nb"', ()), ("null", ()), (f'"{"x" * 65}"', ())],
)
def test_a_device_may_name_the_gateway_that_hands_it_on(said: str, gateways: tuple[str, ...]) -> None:
    found = decoded(f'{{"stage_m": 2, "rssi_dbm": -97, "gateway": {said}}}')
    assert found[1] == Heard(rssi_dbm=-97.0, gateways=gateways)
