"""Alerts in a process of their own that sends, and kills itself at a chosen point:
``python -m tests.alerts.delivery_faulty FOLDER WEB_PORT MAIL_PORT [POINT NTH]``.

It has the real lease, outboxes, channels and database, and no rules. It says "active", or "standing by", and ends
cleanly on SIGTERM. The points are forced by wrapping parts of the product here, in the test's own program.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alerts.channels.channel import Channel
from alerts.channels.email import Email, EmailSettings
from alerts.channels.line import Line, LineSettings
from alerts.channels.slack import Slack, SlackSettings
from alerts.channels.webhook import Webhook, WebhookSettings
from alerts.deliveries.deadman import DeadmanSettings
from alerts.deliveries.outbox import Outbox
from alerts.deliveries.senders import Senders
from alerts.engine.rounds import Rounds
from alerts.records import Delivery, Outcome
from alerts.store.deliveries import SqlDeliveries
from alerts.store.desk import Desk
from deploy.alerting import Alerting
from deploy.settings import read_settings
from deploy.wiring.alerts_lease import standby_alerts
from deploy.wiring.clockwork import schedule
from deploy.wiring.stores import open_stores
from ingest.clock import TrueClock
from ingest.store.leases import Fence

Kill = Callable[[], None]
# Of its own: the one of whole houses brings the pages along, and each of many processes would wait for them.
CLOCK = TrueClock(lambda: datetime.now(UTC))
CHANNELS = ("email", "slack", "webhook", "line")
IDEMPOTENT = ("webhook", "line")


def channels(web_port: int, mail_port: int) -> Mapping[str, Channel]:
    """Two whose other side does not know repeats, and two whose other side does."""
    url = f"http://127.0.0.1:{web_port}"
    return {
        "email": Email(EmailSettings(port=mail_port, timeout_s=5)),
        "slack": Slack(SlackSettings(timeout_s=5)),
        "webhook": Webhook(WebhookSettings(timeout_s=5), CLOCK.now),
        "line": Line(LineSettings(url=url, token="secret", timeout_s=5)),
    }


def main(folder: str, web_port: str, mail_port: str, point: str = "", nth: str = "1") -> None:
    """Run until killed or told to end."""
    if point:
        POINTS[point.replace("_", " ")](at_the_nth(int(nth)))
    settings = read_settings(None, {"MIZUMORI_DATA_FOLDER": folder})
    stores = open_stores(settings)

    def build(fence: Fence, permitted: Callable[[], bool]) -> Alerting:
        opened = channels(int(web_port), int(mail_port))
        deliveries = SqlDeliveries(stores.database, fence)
        outboxes = {
            name: Outbox(name, channel, deliveries, CLOCK, permitted=permitted) for name, channel in opened.items()
        }
        return Alerting(Rounds([], CLOCK, lambda: None), outboxes, schedule, lambda: None)

    service = standby_alerts(stores, CLOCK, DeadmanSettings(), build)
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    service.start()
    parent = os.getppid()
    while not ended.wait(0.02) and os.getppid() == parent:  # a test that was ended leaves nothing behind
        if service.active is not None and service.lease.held:
            say("active")
        elif service.lease.epoch is None:
            say("standing by")
    service.stop()
    stores.close()


SAID = [""]


def say(word: str) -> None:
    """To whoever started this process, once."""
    if SAID[0] != word:
        SAID[0] = word
        sys.stdout.write(f"{word}\n")
        sys.stdout.flush()


def at_the_nth(nth: int) -> Kill:
    """Ends the process, as a power cut would, when it is called for the nth time."""
    left, lock = [nth], threading.Lock()

    def kill() -> None:
        with lock:
            left[0] -= 1
            if left[0] <= 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return kill


def before(owner: type, name: str, when: Callable[..., bool] = lambda *_: True) -> Callable[[Kill], None]:
    """At the beginning of a method, where its arguments are such."""

    def force(kill: Kill) -> None:
        inner = getattr(owner, name)

        def wrapped(self: Any, *arguments: Any, **named: Any) -> Any:
            if when(*arguments):
                kill()
            return inner(self, *arguments, **named)

        setattr(owner, name, wrapped)

    return force


def after(owner: type, name: str, when: Callable[..., bool] = lambda _: True) -> Callable[[Kill], None]:
    """At the end of a method, where its result is such."""

    def force(kill: Kill) -> None:
        inner = getattr(owner, name)

        def wrapped(self: Any, *arguments: Any, **named: Any) -> Any:
            result = inner(self, *arguments, **named)
            if when(result):
                kill()
            return result

        setattr(owner, name, wrapped)

    return force


def sending(_: Kill, kill_after_s: float = 0.05) -> None:
    """While the other side has the message and has not answered: it takes longer than this for slow ones."""
    inner = Outbox._attempt

    def attempt(self: Outbox, delivery: Delivery) -> Delivery:
        if "slow" in delivery.recipient_id:
            threading.Timer(kill_after_s, lambda: os.kill(os.getpid(), signal.SIGKILL)).start()
        return inner(self, delivery)

    Outbox._attempt = attempt  # type: ignore[method-assign]


def committed(of: str) -> Callable[[Kill], None]:
    """After the commit of a transaction in which something was marked, or settled."""

    def force(kill: Kill) -> None:
        inner, seen = SqlDeliveries.desk, threading.local()
        touched = {"mark": after(Desk, "mark", bool), "settle": before(Desk, "settle", some_sent)}[of]
        touched(lambda: setattr(seen, "one", True))

        @contextmanager
        def desk(self: SqlDeliveries, channel: str) -> Iterator[Desk]:
            seen.one = False
            with inner(self, channel) as found:
                yield found
            if seen.one:
                kill()

        SqlDeliveries.desk = desk  # type: ignore[method-assign]

    return force


def some_sent(became: list[Delivery]) -> bool:
    """Whether a message of these was accepted."""
    return any(each.outcome is Outcome.SENT for each in became)


POINTS: Mapping[str, Callable[[Kill], None]] = {
    "before the mark": before(Desk, "mark", lambda chosen, _: bool(chosen)),
    "after the mark, before its commit": after(Desk, "mark", bool),
    "after the mark's commit, before a sender has it": committed("mark"),
    "when a sender takes it": before(Senders, "give"),
    "before the channel is called": before(Outbox, "_attempt"),
    "while the other side has it and has not answered": sending,
    "after the answer, before anybody knows": after(Outbox, "_attempt"),
    "before the outcome is written": before(Desk, "settle", some_sent),
    "after the outcome is written, before its commit": after(Desk, "enter"),
    "after the commit of the outcome": committed("settle"),
    "taking up: before anything is written": after(Desk, "left_sending", bool),
    "taking up: after the commit": after(Outbox, "_take_up"),
}
"""Every moment at which a crash leaves something different, in the order of a delivery's life."""
TAKING_UP = tuple(point for point in POINTS if point.startswith("taking up"))
BY_MESSAGE = ("when a sender takes it", "before the channel is called", "after the answer, before anybody knows")

if __name__ == "__main__":
    assert Path(sys.argv[1]).is_dir()
    main(*sys.argv[1:])
