"""One process decides and sends; a second one stands by and says so; a watchdog outside is called while all is well."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine as Database

from alerts.deliveries.deadman import DeadmanSettings
from alerts.deliveries.limits import OutboxSettings
from alerts.deliveries.outbox import Outbox
from alerts.engine.rounds import Rounds, Step
from alerts.store.chronology import SqlChronology, Wanted
from alerts.store.deliveries import SqlDeliveries
from deploy import alerting
from deploy.alerting import Alerting, StandbyAlerts
from deploy.monitor.outward_probes import AlertProbe
from deploy.monitor.signs import Check, Sample, State
from deploy.settings import read_settings
from deploy.wiring import alerts_lease
from deploy.wiring.alerts_lease import standby_alerts
from deploy.wiring.clockwork import schedule
from deploy.wiring.stores import Stores, open_stores
from ingest.lease import Times
from ingest.pulse import Fault
from ingest.store.leases import Fence
from tests.alerts.fake_channels import Counting, Hanging
from tests.alerts.night import HandClock
from tests.alerts.post_room import delivery, everything, told
from tests.alerts.servers import Answer, WebServer
from tests.deploy.houses import CLOCK, eventually

HURRIED = Times(renew_s=0.1, look_s=0.1, hold_s=0.6, expire_s=1.0)
"""A lease that expires soon; the true times are measured in tests/alerts/delivery_faults.py."""
EVERY_S = 0.1


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts_lease, "TIMES", HURRIED)
    monkeypatch.setattr(alerting, "STALLED_S", 0.7)


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    opened = open_stores(read_settings(None, {"MIZUMORI_DATA_FOLDER": str(tmp_path)}))
    yield opened
    opened.close()


class House:
    """One process's alerts. ``work`` is what its rounds do, ``channel`` what it sends over."""

    def __init__(self, stores: Stores, watchdog: DeadmanSettings | None = None) -> None:
        self.stores = stores
        self.channel: Counting = Counting()
        self.work: Callable[[], int] = lambda: 0
        self.service: StandbyAlerts = standby_alerts(stores, CLOCK, watchdog or DeadmanSettings(), self._build)

    def _build(self, fence: Fence, permitted: Callable[[], bool]) -> Alerting:
        deliveries = SqlDeliveries(self.stores.database, fence)
        outbox = Outbox("any", self.channel, deliveries, CLOCK, OutboxSettings(), permitted=permitted)
        rounds = Rounds([Step("work", lambda _: self.work())], CLOCK, lambda: None)
        return Alerting(rounds, {"any": outbox}, schedule, self.channel.close)

    def checks(self) -> dict[str, Check]:
        assert self.service.probe is not None
        return {each.name: each for each in self.service.probe.checks()}

    def samples(self) -> dict[str, Sample]:
        assert self.service.probe is not None
        return {each.name: each for each in self.service.probe.samples()}


@contextmanager
def running(*houses: House) -> Iterator[None]:
    for each in houses:
        each.service.start()
    try:
        yield
    finally:
        for each in reversed(houses):
            each.service.stop()


def another_process(house: House) -> House:
    """Give it the name of a process that nobody here can judge."""
    house.service.lease.holder = "elsewhere 1 1"
    return house


def test_a_second_one_stands_by_says_so_and_takes_over_when_the_first_ends(stores: Stores) -> None:
    first, second = House(stores), another_process(House(stores))
    first.service.start()
    second.service.start()
    try:
        assert eventually(lambda: first.service.active and not second.service.active)
        assert first.checks()["alerts lease"].sentence == "this process decides and sends (tenure 1)"
        assert "decides and sends; this process stands by" in second.checks()["alerts lease"].sentence
        assert second.checks()["alerts lease"].state is State.OK
        assert (first.samples()["alerts_active"].value, second.samples()["alerts_active"].value) == (1, 0)
        told(stores.database, delivery("duty"), at=CLOCK.now())
        assert eventually(lambda: first.channel.to == ["duty"])
        first.service.stop()
        told(stores.database, delivery("crew"), at=CLOCK.now())
        assert eventually(lambda: second.channel.to == ["crew"], 3)
    finally:
        second.service.stop()
    service = SqlChronology(stores.database).newest(Wanted(kinds=("service",)))
    assert [each.detail["epoch"] for each in service] == [2, 1]
    assert "通知の処理を始めた" in service[0].text


def test_a_takeover_is_entered_with_the_name_of_the_one_that_was_silent(stores: Stores) -> None:
    first, second = another_process(House(stores)), House(stores)
    first.service.lease.start()
    seen = first.service.lease._leases.seen("alerts")
    assert seen is not None
    second.service.lease.former = ""
    first.service.lease._ended.set()  # it is frozen: the lease is not renewed and not given back
    with running(second):
        assert eventually(lambda: second.service.active, 10)
    newest = SqlChronology(stores.database).newest(Wanted(kinds=("service",)))[0]
    assert (newest.detail["former"], newest.detail["epoch"]) == ("elsewhere (1)", 2)
    assert "elsewhere (1) から引き継いだ" in newest.text


def test_one_that_has_the_task_and_cannot_begin_does_not_count_as_well(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = another_process(House(stores))
    first = House(stores)

    def broken(*_: object) -> Alerting:
        raise OSError("no such rule")

    with running(first, house):
        monkeypatch.setattr(house.service, "_build", broken)
        first.service.stop()
        assert eventually(lambda: house.checks()["alerts lease"].state is State.FAILED, 3)
        lease = house.checks()["alerts lease"]
        assert (lease.fault, lease.figures["reason"]) == (Fault.CANNOT_START, "no such rule")


def test_what_waits_for_a_channel_that_is_no_more_is_given_up_at_the_start(stores: Stores) -> None:
    told(stores.database, delivery("duty", "pager"), at=CLOCK.now())
    with running(House(stores)):
        assert "have no channel pager any more" in everything(stores.database)[0].error


def called(server: WebServer, more_than: int) -> Callable[[], bool]:
    return lambda: len(server.requests) > more_than


@contextmanager
def watched(stores: Stores, **settings: float) -> Iterator[tuple[House, WebServer]]:
    """A house with a watchdog that is called ten times a second."""
    with WebServer((Answer(200),)) as server:
        watchdog = DeadmanSettings(url=server.url, method="POST")
        house = House(stores, watchdog.model_copy(update={"every_s": EVERY_S, **settings}))
        with running(house):
            assert eventually(called(server, 0))
            yield house, server


def falls_silent(server: WebServer) -> bool:
    """Whether no call comes any more for many of its intervals."""
    return eventually(lambda: not eventually(called(server, len(server.requests)), 8 * EVERY_S), 8)


def test_the_watchdog_is_not_called_while_the_engine_hangs(stores: Stores) -> None:
    with watched(stores) as (house, server):
        hanging = Hanging("round")
        house.work = lambda: int(bool(hanging.send(delivery("round"))))
        assert falls_silent(server)
        assert house.checks()["alerts turning"].state is State.FAILED
        assert "no round of the alerts has succeeded" in house.checks()["watchdog"].sentence
        before = len(server.requests)
        house.work = lambda: 0
        hanging.go.set()
        assert eventually(called(server, before))


def test_the_watchdog_is_not_called_while_the_database_refuses_writes(stores: Stores) -> None:
    with watched(stores) as (house, server):
        refuse(stores.database)
        assert eventually(lambda: house.service.standing_by, 8)
        assert falls_silent(server)
        before = len(server.requests)
        assert house.checks()["alerts lease"].state is State.DEGRADED
        accept(stores.database)
        assert eventually(called(server, before))


def test_the_watchdog_is_not_called_while_a_message_is_stuck(stores: Stores) -> None:
    with watched(stores, stuck_s=0.5) as (house, server):
        house.service.active.outboxes["any"]._channel = hanging = Hanging("duty")  # type: ignore[union-attr]
        told(stores.database, delivery("duty"), at=CLOCK.now())
        assert falls_silent(server)
        assert "a message over any has been waiting for" in house.checks()["watchdog"].sentence
        before = len(server.requests)
        hanging.go.set()
        assert eventually(called(server, before))


def refuse(database: Database) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER refused BEFORE UPDATE ON leases BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )


def accept(database: Database) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER refused")


def test_the_monitor_says_which_channel_waits_and_how_much_of_a_month_is_used(stores: Stores) -> None:
    clock, settings = HandClock(), OutboxSettings(per_month=10, warn_share=0.5)
    deliveries = SqlDeliveries(stores.database)
    for number in range(6):
        told(stores.database, delivery(f"r{number}"))
    told(stores.database, delivery("duty", "slow"))
    Outbox("any", Counting(), deliveries, clock, settings).work_off()
    clock.move(minutes=10)
    probe = AlertProbe(deliveries, lambda: 0, clock.now, {"any": settings.quota})
    checks = {each.name: each for each in probe.checks()}
    assert checks["deliveries"].sentence.startswith("a message over slow has been waiting for 10 min")
    assert checks["quota any"].state is State.DEGRADED
    assert checks["quota any"].sentence.startswith("6 of 10 messages of 2026-07 over any are used")
    values = {(each.name, *each.labels.values()): each.value for each in probe.samples()}
    assert values["deliveries", "any", "sent"] == 6
    assert values["oldest_delivery_age_seconds", "slow"] == 600
    assert (values["channel_messages_month", "any"], values["channel_quota_month", "any"]) == (6, 10)
