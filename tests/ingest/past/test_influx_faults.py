"""Each kind of refusal and silence of InfluxDB, and what the forwarder makes of it."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ingest.clock import TrueClock
from ingest.store.appender import SqlAppender
from ingest.store.log import SqlLog
from ingest.store.past.forwarder import Condition, Forwarder
from ingest.store.past.influx import InfluxPast
from ingest.store.past.lanes import SqlLanes
from ingest.store.past.protocol import Past, PastAway, PastClosed, PastError, PastRefused, PastTooLarge
from ingest.store.past.settings import InfluxSettings
from ingest.store.protocol import Batch
from tests.brokers import free_port
from tests.ingest.cities import NOON
from tests.ingest.past.faulty import CUT, FINE, HANG, Faulty, faulty_server
from tests.ingest.past.influxd import Influxd
from tests.ingest.past.pasts import YEARS, dated, everything

SECOND = timedelta(seconds=1)


@pytest.fixture
def faulty() -> Iterator[Faulty]:
    with faulty_server() as server:
        yield server


@pytest.fixture
def past(faulty: Faulty) -> Iterator[InfluxPast]:
    made = InfluxPast(InfluxSettings(url=faulty.url, write_timeout_s=0.3, read_timeout_s=0.3))
    yield made
    made.close()


def forwarder(engine: Engine, past: Past) -> Forwarder:
    return Forwarder(
        SqlLog(engine),
        SqlLanes(engine, past.name),
        past,
        TrueClock(lambda: NOON),
        time.monotonic,
        random.Random(1),
    )


def append(engine: Engine, count: int) -> None:
    rows = [dated(1.0, NOON + number * SECOND) for number in range(count)]
    SqlAppender(engine).append(Batch(readings=rows))


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (400, PastRefused, "said the server"),
        (422, PastRefused, "said the server"),
        (401, PastClosed, "set past.influxdb.token"),
        (403, PastClosed, "set past.influxdb.token"),
        (404, PastClosed, "has no mizumori"),
        (413, PastTooLarge, "said the server"),
        (429, PastAway, "answers 429"),
        (500, PastAway, "answers 500"),
        (503, PastAway, "answers 503"),
        (302, PastAway, "answers 302"),
        (CUT, PastAway, "does not answer"),
        (HANG, PastAway, "does not answer"),
    ],
)
def test_each_refusal_is_told_by_its_class(
    past: InfluxPast, faulty: Faulty, status: int, kind: type[PastError], words: str
) -> None:
    faulty.answers = [status]
    with pytest.raises(kind, match=words):
        past.keep([dated(1.0)])
    if status not in (400, 422, 413):
        faulty.answers = [status]
        with pytest.raises(kind, match=words):
            past.rows("fujii-01", [YEARS])


def test_a_server_that_wants_to_be_left_alone_is(past: InfluxPast, faulty: Faulty) -> None:
    faulty.answers, faulty.headers = [429], {"Retry-After": "17"}
    with pytest.raises(PastAway) as caught:
        past.keep([dated(1.0)])
    assert caught.value.after_s == 17.0


def test_nobody_there_is_away_at_once() -> None:
    past = InfluxPast(InfluxSettings(url=f"http://127.0.0.1:{free_port()}"))
    began_s = time.monotonic()
    with pytest.raises(PastAway, match="does not answer"):
        past.keep([dated(1.0)])
    with pytest.raises(PastAway, match="does not answer"):
        past.rows("fujii-01", [YEARS])
    assert time.monotonic() - began_s < 2.0
    past.close()


def test_a_page_does_not_wait_long_for_a_server_that_hangs(past: InfluxPast, faulty: Faulty) -> None:
    faulty.answers = [HANG]
    began_s = time.monotonic()
    with pytest.raises(PastAway):
        past.rows("fujii-01", [YEARS])
    assert time.monotonic() - began_s < 0.8


def test_an_answer_that_is_no_answer_is_away(past: InfluxPast, faulty: Faulty) -> None:
    faulty.answers, faulty.said = [200], b"<html>a proxy's page</html>"
    with pytest.raises(PastAway, match="does not answer as it should"):
        past.rows("fujii-01", [YEARS])


def test_no_password_is_written_in_a_refusal(faulty: Faulty) -> None:
    past = InfluxPast(InfluxSettings(url=faulty.url, username="mizumori", password="hunter2"))
    faulty.answers = [401]
    with pytest.raises(PastClosed) as caught:
        past.keep([dated(1.0)])
    assert "hunter2" not in str(caught.value)
    past.close()


def test_after_all_kinds_of_trouble_every_line_has_arrived(engine: Engine, past: InfluxPast, faulty: Faulty) -> None:
    append(engine, 40)
    faulty.answers = [500, CUT, HANG, 429, 503, 413, FINE, 503]
    worker = forwarder(engine, past)
    tries = 0
    while worker.lanes.handed_on() < 40 and tries < 20:
        worker._trouble.until_s = 0.0
        worker.turn()
        tries += 1
    lines = [line for body in faulty.bodies for line in body.splitlines()]
    assert len(set(lines)) == 40
    assert worker.state.condition is Condition.WORKING
    assert SqlLog(engine).dead_letters().counts == {}


def test_what_is_too_much_for_the_server_is_sent_in_parts(engine: Engine, past: InfluxPast, faulty: Faulty) -> None:
    append(engine, 200)
    faulty.most_bytes = 2_000
    worker = forwarder(engine, past)
    worker.turn()
    assert worker.lanes.handed_on() == 200
    assert len(b"\n".join(faulty.bodies).splitlines()) == 200
    assert max(len(body) for body in faulty.bodies) <= 2_000


def test_a_database_that_is_not_there_is_said(influx: InfluxPast, server: Influxd) -> None:
    server.query("DROP DATABASE mizumori")
    for question in (lambda: influx.keep([dated(1.0)]), lambda: influx.rows("fujii-01", [YEARS])):
        with pytest.raises(PastClosed, match="make the database or bucket"):
            question()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"database": "nope"}, "has no nope"),
        ({"org": "nobody"}, "make the database or bucket"),
        ({"token": "wrong"}, "set past.influxdb.token"),
        ({"token": ""}, "set past.influxdb.token"),
    ],
)
def test_what_influxdb_2_refuses_is_said(server2: Influxd, change: dict[str, str], words: str) -> None:
    stranger = InfluxPast(server2.settings.model_copy(update=change))
    with pytest.raises(PastClosed, match=words):
        stranger.keep([dated(1.0)])
    stranger.close()


def test_what_lies_beyond_a_retention_policy_becomes_dead_letters_and_the_rest_is_kept(
    engine: Engine, influx: InfluxPast, server: Influxd
) -> None:
    """InfluxDB answers 400 to the whole batch: the rows that it can never take are found by halving."""
    server.query("ALTER RETENTION POLICY autogen ON mizumori DURATION 30d SHARD DURATION 1d")
    now = datetime.now(UTC)
    rows = [dated(number, now - number * SECOND) for number in range(300)]
    for number in (7, 8, 299):
        rows[number] = dated(number, now - timedelta(days=400 + number))
    SqlAppender(engine).append(Batch(readings=rows))
    worker = forwarder(engine, influx)
    worker.turn()
    assert (worker.state.forwarded, worker.state.refused) == (297, 3)
    assert SqlLog(engine).dead_letters().counts == {"past_refused": 3}
    assert {each.value for each in everything(influx)} == set(range(300)) - {7, 8, 299}


def test_a_field_of_another_type_stops_the_forwarder_and_costs_no_reading(
    engine: Engine, influx: InfluxPast, server: Influxd
) -> None:
    influx._write.write("mizumori/autogen", record=f'readings,gauge=a value="text" {int(NOON.timestamp())}000000000')
    append(engine, 200)
    worker = forwarder(engine, influx)
    worker.turn()
    assert worker.state.condition is Condition.CLOSED
    assert "conflict" in worker.state.reason
    assert SqlLog(engine).dead_letters().counts == {}
    server.empty()
    worker._trouble.until_s = 0.0
    worker.turn()
    assert worker.lanes.handed_on() == 200


def test_a_real_server_with_users_takes_name_and_password(tmp_path: Path) -> None:
    server = Influxd(tmp_path / "influxdb")
    try:
        server.query("CREATE USER mizumori WITH PASSWORD 'p@ss word' WITH ALL PRIVILEGES")
        server.kill()
        configuration = tmp_path / "influxdb" / "influxdb.conf"
        text = configuration.read_text(encoding="utf-8")
        configuration.write_text(text.replace("[http]", "[http]\n  auth-enabled = true"), encoding="utf-8")
        server.start()
        known = server.settings.model_copy(update={"username": "mizumori", "password": "p@ss word"})
        for settings in (server.settings, replace_password(known)):
            stranger = InfluxPast(settings)
            with pytest.raises(PastClosed, match="username and password"):
                stranger.keep([dated(1.0)])
            with pytest.raises(PastClosed, match="credentials"):
                stranger.rows("fujii-01", [YEARS])
            stranger.close()
        row = dated(2.0)
        past = InfluxPast(known)
        past.keep([row])
        assert everything(past) == {row}
        past.close()
    finally:
        server.kill()


def replace_password(settings: InfluxSettings) -> InfluxSettings:
    return settings.model_copy(update={"password": "wrong"})


def test_a_restarted_server_has_what_it_had_taken(tmp_path: Path) -> None:
    server = Influxd(tmp_path / "influxdb")
    past = server.past()
    try:
        rows = [dated(number, NOON + number * SECOND) for number in range(2_000)]
        past.keep(rows)
        server.kill()
        server.start()
        assert everything(past) == set(rows)
        past.keep([replace(each) for each in rows[500:]])
        assert everything(past) == set(rows)
    finally:
        server.kill()
        past.close()
