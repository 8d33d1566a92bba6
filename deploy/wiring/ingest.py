"""Ingest: from the broker into the log, and its housekeeping."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from deploy.broker import EmbeddedBroker
from deploy.holder import is_gone, this_process
from deploy.monitor.service_probes import Commits, IngestProbe
from deploy.schedule import Job
from deploy.services import IngestService, Lane, Service
from deploy.settings import Settings
from deploy.standby import StandbyIngest
from deploy.wiring.clockwork import machine_time
from deploy.wiring.stores import Stores, guarded, stills_folder
from ingest.cameras.intake import StillIntake
from ingest.cameras.pace import Pace
from ingest.cameras.receiver import StillReceiver
from ingest.clock import Clock, Steadiness
from ingest.dead_letters import Retry
from ingest.inbox import Inbox
from ingest.lanes import Lanes, lane_of_stills
from ingest.lease import Lease
from ingest.mqtt import Subscriber
from ingest.pipeline import interpret
from ingest.quality import QualityControl
from ingest.receiver import Receiver
from ingest.store.appender import SqlAppender
from ingest.store.dead_letters import MOST_PER_TURN as MOST_LETTERS_PER_TURN
from ingest.store.dead_letters import DeadLetters, prune_dead_letters
from ingest.store.housekeeping import MOST_PER_TURN, make_room, prune
from ingest.store.leases import SqlLeases, fence
from ingest.store.protocol import Appender
from ingest.store.recall import SqlRecall
from ingest.store.still_sweep import Sweep
from ingest.store.vitals import MOST_PER_TURN as MOST_VITALS_PER_TURN
from ingest.store.vitals import prune_vitals

HOUSEKEEPING = "housekeeping"
"""The lease of the jobs beside ingest: one process has them, also where ingest is split by topic."""
HOUSEKEEPING_S = 3600.0
ROOM_S = 300.0
NO_GAUGE_S = 3600.0
VITALS_KEPT = timedelta(days=7)
"""The health of the gauges is folded from them within seconds; what is older serves only whoever looks closer."""


def broker_services(settings: Settings) -> list[Service]:
    """The embedded broker, where it is on."""
    return [EmbeddedBroker(settings.broker.port)] if settings.broker.embedded else []


def ingest_service(settings: Settings, stores: Stores, clock: Clock) -> StandbyIngest:
    """From the broker into the log, while this process holds the lease of its client id."""
    mqtt = settings.broker_reached
    lease = lease_of(f"ingest:{mqtt.client_id}", stores)
    commits = Commits()

    def build(epoch: int) -> IngestService:
        inbox, stills = Inbox(), lane_of_stills()
        appender = commits.of(SqlAppender(stores.database, fence(lease.name, epoch)))
        recall, limits = SqlRecall(stores.database), settings.ingest.clock_limits
        readings_worker = Receiver(inbox, stores.watched, appender, stores.stills, limits, recall)
        stills_worker = still_receiver(settings, stores, appender, stills)
        lanes = Lanes(inbox, stills, lambda: stills_worker.held_up)
        subscriber = Subscriber(mqtt, lanes, clock, lambda: lease.held and lease.epoch == epoch)
        stills_worker.intake.pressed = lambda: subscriber.pressed
        return IngestService(subscriber, Lane("ingest", inbox, readings_worker), Lane("stills", stills, stills_worker))

    service = StandbyIngest(lease, build)
    service.probe = IngestProbe(
        broker=f"{mqtt.host}:{mqtt.port}",
        ingest=service,
        commits=commits,
        interval_s=lambda: min((each.interval_s for each in stores.watched().gauges.values()), default=NO_GAUGE_S),
    )
    return service


def still_receiver(settings: Settings, stores: Stores, appender: Appender, inbox: Inbox) -> StillReceiver:
    """The worker of stills, from their lane or from elsewhere: ``keep([Arrived(message, lambda: None)])`` writes a
    picture as if it had come over MQTT on the topic of its camera, and raises Unavailable or OSError where the database
    cannot write. It keeps the pace of the cameras in mind, so each thread has one of its own.
    """
    limits = settings.ingest.clock_limits
    intake = StillIntake(limits, Pace(limits.behind))
    return StillReceiver(inbox, stores.watched, appender, guarded(settings, stores), limits, intake)


def lease_of(name: str, stores: Stores) -> Lease:
    """A service that claims a task for this process: ``held`` says whether it is ours now."""
    return Lease(SqlLeases(stores.database, machine_time), name, this_process(), is_gone)


def only_while_held(lease: Lease, jobs: Sequence[Job]) -> list[Job]:
    """Jobs that sleep through their turns while another process has the lease."""

    def guarded(job: Job) -> Job:
        return replace(job, work=lambda: job.work() if lease.held else None)

    return [guarded(each) for each in jobs]


def retry_of(settings: Settings, stores: Stores) -> Retry:
    """The second try of refused messages, with the registry and the decoders of today."""
    roster, limits = stores.watched(), settings.ingest.clock_limits
    recall = SqlRecall(stores.database)
    return Retry(
        lambda message: interpret(message, roster, limits),
        lambda readings: QualityControl(recall, limits).judge(readings, roster).readings,  # anew: ingest writes as well
        SqlAppender(stores.database),
        guarded(settings, stores),
        DeadLetters(stores.database),
        machine_time,
    )


def ingest_jobs(settings: Settings, stores: Stores, clock: Clock) -> list[Job]:
    """Housekeeping of what ingest keeps."""
    kept = settings.cameras.kept
    steadiness = Steadiness(clock, time.monotonic)
    sweep = Sweep(stores.database, stills_folder(settings))

    def tidy() -> None:
        if not steadiness.look():  # a clock that leaps ahead must not cost what is kept: the next turn will do
            return
        while prune(stores.database, clock.now() - kept, stores.stills.remove) == MOST_PER_TURN:
            pass  # a turn is bounded so that it holds the write lock only briefly
        while prune_dead_letters(stores.database, clock.now()) == MOST_LETTERS_PER_TURN:
            pass
        while prune_vitals(stores.database, clock.now() - VITALS_KEPT) == MOST_VITALS_PER_TURN:
            pass
        sweep.turn(machine_time())  # files have the machine's time, also in a replay

    return [
        Job("housekeeping", HOUSEKEEPING_S, tidy),
        Job("room", ROOM_S, lambda: make_room(stores.database, settings.cameras.most_bytes, stores.stills)),
    ]
