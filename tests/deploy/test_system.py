"""The house looks at itself: real processes, a real database, and what is told when one of them dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from alerts.channel_state import ChannelState
from alerts.records import Outcome
from alerts.store.channel_state import SqlChannelStates
from alerts.store.tables import channel_use, deliveries, messages
from dashboard.system_findings import Heard, Role, part_findings
from deploy.monitor.pulsing import Alive, Identity, Pulsing
from deploy.monitor.signs import Check, Sample, State
from deploy.settings import read_settings
from deploy.wiring.stores import Stores, open_stores
from deploy.wiring.system import ALWAYS, HouseSystem, house_system
from ingest.pulse import Basis, Fault, Part, Pulse
from ingest.readings import DeadLetter, Reading
from ingest.store.appender import SqlAppender
from ingest.store.protocol import Batch
from ingest.store.pulses import SqlPulses
from ingest.store.tables import writing
from tests.deploy.houses import CLOCK, city_house, eventually, own_ports
from tests.ingest.cities import small_city
from tests.parts import PROJECT

HOUR = timedelta(hours=1)


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    opened = open_stores(read_settings(None, own_ports(tmp_path)))
    opened.registry.apply(small_city(), CLOCK.now(), "test")
    yield opened
    opened.close()


def system(stores: Stores, folder: Path) -> HouseSystem:
    return house_system(read_settings(None, own_ports(folder)), stores)


@contextmanager
def alerts_process(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The alerts in a process of their own."""
    environment = {**os.environ, **own_ports(folder), "MIZUMORI_MONITOR__ALERTS_PORT": "0"}
    command = [sys.executable, "-m", "deploy", "alerts"]
    running = subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield running
    finally:
        running.kill()
        running.wait(10)


def reading(number: int, at: datetime) -> Reading:
    return Reading("fujii-01", 1.0 + number / 100, at, at, f"k{number}")


def test_a_service_that_is_killed_is_told_as_stopped_though_nobody_is_left_to_report_it(
    stores: Stores, tmp_path: Path
) -> None:
    looker = system(stores, tmp_path)

    def alerts() -> list[Pulse]:
        return [each for each in looker.look(CLOCK.now()).pulses if each.part is Part.ALERTS]

    with alerts_process(tmp_path) as process:
        assert eventually(lambda: alerts() and not alerts()[0].standing_by, 60)
        (before,) = alerts()
        assert before.process not in looker.look(CLOCK.now()).gone
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        killed_s = time.monotonic()
        came_at = CLOCK.now()
        SqlAppender(stores.database).append(Batch(readings=[reading(number, came_at) for number in range(3)]))
        assert eventually(lambda: before.process in looker.look(CLOCK.now()).gone, 5)
        took_s = time.monotonic() - killed_s
    facts = looker.look(came_at + timedelta(minutes=2))
    assert facts.lags[Part.ALERTS].count == 3
    heard = [Heard(before, 1.0, gone=True)]
    (told,) = part_findings(Part.ALERTS, heard, facts.lags[Part.ALERTS], CLOCK.now(), 1.0)
    assert (told.fault, told.figures["process"]) == (Fault.STOPPED, before.shown)
    assert took_s < 5


def test_every_part_of_a_house_of_one_host_gives_a_sign_of_life_and_ends_in_order(tmp_path: Path) -> None:
    settings, stores, house = city_house(tmp_path)
    looker = house_system(settings, stores)

    def said() -> dict[Part, Pulse]:
        return {each.part: each for each in looker.look(CLOCK.now()).pulses}

    with house:
        assert eventually(lambda: said().keys() >= {*ALWAYS, Part.PULLER, Part.BASIS})
        assert not any(each.standing_by or each.ended for each in said().values())
        basis = said()[Part.BASIS].basis
        assert basis is not None
        assert basis.databases["present"] > 0
        assert {use for disk in basis.disks for use in disk.uses} >= {"data", "database", "public"}
        assert basis.stills_bytes == 0
    assert all(each.ended for each in said().values())
    stores.close()


def pulsing(stores: Stores, parts: list[Alive]) -> Pulsing:
    who = Identity("host/1 1 1", "host (1)", "host", "0.1.0", CLOCK.now())
    return Pulsing(SqlPulses(stores.database), who, parts, CLOCK.now)


class Broken:
    """A probe that cannot look."""

    name = "broken"

    def samples(self) -> list[Sample]:
        """Nothing."""
        return []

    def checks(self) -> list[Check]:
        """It raises."""
        raise OSError("no such device")


class Low:
    """A probe of a disk with little room."""

    name = "low"

    def samples(self) -> list[Sample]:
        """Nothing."""
        return []

    def checks(self) -> list[Check]:
        """Two: one is well."""
        return [Check("a", State.OK, "well"), Check("b", State.DEGRADED, "low", Fault.DISK_LOW, {"gb": 1.5})]


def test_what_the_probes_say_is_written_with_its_fault_and_what_cannot_look_says_that(
    stores: Stores, tmp_path: Path
) -> None:
    pulsing(stores, [Alive(Part.EYES, [Broken(), Low()])]).turn()
    (said,) = system(stores, tmp_path).look(CLOCK.now()).pulses
    broken, low = said.troubles
    assert (broken.fault, broken.failed, broken.figures["reason"]) == (Fault.NOT_LOOKED_AT, True, "no such device")
    assert (low.fault, low.failed, low.figures) == (Fault.DISK_LOW, False, {"gb": 1.5})


def test_a_process_that_cannot_say_what_it_stands_on_lives_all_the_same(stores: Stores, tmp_path: Path) -> None:
    def broken() -> Basis:
        raise OSError("stale file handle")

    pulsing(stores, [Alive(Part.EYES), Alive(Part.BASIS, basis=broken)]).turn()
    said = {each.part: each for each in system(stores, tmp_path).look(CLOCK.now()).pulses}
    assert said[Part.EYES].troubles == ()
    (told,) = said[Part.BASIS].troubles
    assert (told.fault, told.figures["reason"]) == (Fault.NOT_LOOKED_AT, "stale file handle")


def test_a_database_that_takes_no_sign_of_life_ends_nothing(stores: Stores, caplog: pytest.LogCaptureFixture) -> None:
    class Away:
        def beat(self, mine: object) -> None:
            raise OSError(f"the disk is full, {mine} is not written")

        def end(self, process: str, at: datetime) -> None:
            """Nothing: it is not stopped."""

    writer = replace(pulsing(stores, []), every_s=0.01, store=Away())
    writer.start()
    assert eventually(lambda: "the disk is full" in caplog.text, 5)
    assert writer._thread is not None
    assert writer._thread.is_alive()


def test_a_frozen_process_is_told_by_its_beat(stores: Stores, tmp_path: Path) -> None:
    pulsing(stores, [Alive(Part.EYES)]).turn()
    (said,) = system(stores, tmp_path).look(CLOCK.now()).pulses
    assert (Heard(said, 29.9).role, Heard(said, 30.1).role) == (Role.ACTIVE, Role.STOPPED)


def deliver(stores: Stores, **values: object) -> None:
    now = CLOCK.now()
    usual = {
        "recipient_id": "duty", "channel": "email", "address": "duty@town.example", "language": "ja", "subject": "s",
        "body": "b", "data": {}, "key": "k", "level": 1, "drill": False, "outcome": Outcome.SENT, "attempts": 1,
        "doubts": 0, "began_at": now, "created_at": now, "due_at": now, "settled_at": now, "receipt": "", "error": "",
    }  # fmt: skip
    with writing(stores.database) as connection:
        made = insert(messages).values(kind="alert", at=now, level=1, station_id="fujii", drill=False)
        number = connection.execute(made).inserted_primary_key
        assert number is not None
        connection.execute(insert(deliveries).values({**usual, "message_id": number[0], **values}))


def test_a_channel_tells_its_last_success_its_last_failure_and_what_waits(stores: Stores) -> None:
    now = CLOCK.now()
    deliver(stores, settled_at=now - 3 * HOUR)
    deliver(stores, settled_at=now - 2 * HOUR, outcome=Outcome.FAILED, error="550 no such user")
    deliver(stores, settled_at=now - HOUR, outcome=Outcome.UNKNOWN, error="time-out after the text")
    deliver(stores, settled_at=now - 30 * HOUR, outcome=Outcome.FAILED, error="an old one")
    for minutes, attempts, error in ((9, 2, "451 try later"), (4, 0, "")):
        made = now - timedelta(minutes=minutes)
        deliver(stores, outcome=Outcome.PENDING, attempts=attempts, error=error, created_at=made, settled_at=None)
    deliver(stores, channel="pigeon", outcome=Outcome.PENDING, settled_at=None)
    with writing(stores.database) as connection:
        connection.execute(insert(channel_use).values(channel="email", month="2026-07", used=41, said=0))
    known = [ChannelState("email", per_month=200), ChannelState("sms")]
    email, sms, pigeon = SqlChannelStates(stores.database, lambda: known).look(now, "2026-07")
    assert (email.sent_at, email.failed_at) == (now - 3 * HOUR, now - HOUR)
    assert (email.error, email.unknown, email.failed_day) == ("time-out after the text", True, 2)
    assert (email.waiting, email.waiting_since) == (2, now - timedelta(minutes=9))
    assert (email.retried, email.retry_error) == (1, "451 try later")
    assert (email.used, email.per_month) == (41, 200)
    assert sms == ChannelState("sms")
    assert (pigeon.name, pigeon.waiting) == ("pigeon", 1)


def test_refused_messages_are_counted_by_reason_of_a_day_and_before(stores: Stores, tmp_path: Path) -> None:
    now = CLOCK.now()

    def letter(reason: str, hours: float) -> DeadLetter:
        return DeadLetter("t", now - hours * HOUR, reason, f"{hours} h ago", b"{", 1)

    letters = [letter("malformed", 30), letter("malformed", 2), letter("malformed", 1), letter("oversized", 40)]
    SqlAppender(stores.database).append(Batch(dead_letters=letters))
    looker = system(stores, tmp_path)
    malformed, oversized = looker.look(now).letters
    assert (malformed.reason, malformed.total, malformed.day, malformed.day_more) == ("malformed", 3, 2, False)
    assert malformed.newest_at == now - HOUR
    assert malformed.example is not None
    assert malformed.example.detail == "1 h ago"
    assert (oversized.reason, oversized.total, oversized.day) == ("oversized", 1, 0)
    assert [each.detail for each in looker.letters("malformed", 2)] == ["1 h ago", "2 h ago"]


def test_cursors_tell_how_far_each_reader_is_behind(stores: Stores, tmp_path: Path) -> None:
    came_at = CLOCK.now() - timedelta(minutes=3)
    SqlAppender(stores.database).append(Batch(readings=[reading(number, came_at) for number in range(7)]))
    lags = system(stores, tmp_path).look(CLOCK.now()).lags
    for part in (Part.ALERTS, Part.KEEPER, Part.FORWARDER):
        assert (lags[part].count, lags[part].since, lags[part].older) == (7, came_at, 0)
    assert lags[Part.EYES].count == 0
