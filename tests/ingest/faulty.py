"""An ingest in a process of its own that kills itself at a chosen point: ``python -m tests.ingest.faulty [POINT NTH]``.

Settings come from the environment. It says "ready" when it receives, or "standing by", and ends cleanly on SIGTERM.
The points are forced by wrapping parts of the product here, in the test's own program.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

from deploy.settings import read_settings
from deploy.wiring.ingest import ingest_service
from deploy.wiring.stores import open_stores
from ingest import lease
from ingest.inbox import Arrived, Inbox
from ingest.mqtt import Line
from ingest.order import Ticket
from ingest.receiver import Receiver
from ingest.store.appender import SqlAppender
from tests.ingest.mqtt_parts import CLOCK

Kill = Callable[[], None]
WITNESS = "FAULTY_WITNESS"
"""Environment: the file in which the numbers of the messages are noted."""
HURRIED = "FAULTY_HURRIED"
"""Environment: a lease that expires in 3 s, so that a test need not wait for the true 10 s."""
HURRIED_TIMES = lease.Times(renew_s=0.5, look_s=0.25, hold_s=2.0, expire_s=3.0)


def main() -> None:
    """Run until killed or told to end."""
    if len(sys.argv) == 3:
        POINTS[sys.argv[1].replace("_", " ")](at_the_nth(int(sys.argv[2])))
    if "FAKETIME_TIMESTAMP_FILE" in os.environ:
        # libfaketime 0.9.10 moves the end of an absolute monotonic sleep as well, which Python then finds invalid.
        time.sleep = lambda seconds: threading.Event().wait(float(seconds)) and None  # type: ignore[assignment]
    if HURRIED in os.environ:
        lease.Lease.__init__.__defaults__ = (lambda _: False, HURRIED_TIMES, time.monotonic)
    if WITNESS in os.environ:
        bear_witness(Path(os.environ[WITNESS]))
    settings = read_settings(None, {name: value for name, value in os.environ.items() if name.startswith("MIZUMORI_")})
    stores = open_stores(settings)
    service = ingest_service(settings, stores, CLOCK)
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    service.start()
    sys.stdout.write("ready\n" if service.connected else "standing by\n")
    sys.stdout.flush()
    ended.wait()
    service.stop()
    stores.close()


def bear_witness(file: Path) -> None:
    """Note the number of every message that is received and of every one that is acknowledged, as it happens."""
    notes = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    put = Inbox.put

    def noted(word: str, numbers: list[int]) -> None:
        os.write(notes, "".join(f"{word} {number}\n" for number in numbers).encode())

    def putting(self: Inbox, arrived: Arrived) -> None:
        number = json.loads(arrived.message.payload)["seq"]
        noted("received", [number])

        def acknowledging() -> None:
            arrived.acknowledge()
            noted("acknowledged", [number])

        put(self, Arrived(arrived.message, acknowledging))

    Inbox.put = putting  # type: ignore[method-assign]


def at_the_nth(nth: int) -> Kill:
    """Ends this process at once when it is called for the nth time."""
    left = [nth]

    def kill() -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return kill


def before(owner: Any, name: str) -> Callable[[Kill], None]:
    """Just before a function is entered."""

    def force(kill: Kill) -> None:
        real = getattr(owner, name)

        def wrapped(*given: Any, **named: Any) -> Any:
            kill()
            return real(*given, **named)

        setattr(owner, name, wrapped)

    return force


def after(owner: Any, name: str) -> Callable[[Kill], None]:
    """Just after a function gave something back; an empty batch does not count."""

    def force(kill: Kill) -> None:
        real = getattr(owner, name)

        def wrapped(*given: Any, **named: Any) -> Any:
            result = real(*given, **named)
            if result != []:
                kill()
            return result

        setattr(owner, name, wrapped)

    return force


def inside_the_transaction(kill: Kill) -> None:
    """Everything of a batch is written and nothing is committed; other transactions do not count."""
    appending = threading.local()
    real = SqlAppender._append

    def wrapped(self: SqlAppender, batch: Any) -> Any:
        appending.now = True
        try:
            return real(self, batch)
        finally:
            appending.now = False

    def committing(_: Connection) -> None:
        if getattr(appending, "now", False):
            kill()

    SqlAppender._append = wrapped  # type: ignore[method-assign]
    event.listen(Engine, "commit", committing)


POINTS: dict[str, Callable[[Kill], None]] = {
    "received, not queued": before(Inbox, "put"),
    "queued": after(Inbox, "put"),
    "taken": after(Inbox, "take"),
    "decoded": after(Receiver, "_interpret"),
    "before the judgement": before(Receiver, "_judged"),
    "judged": after(Receiver, "_judged"),
    "before the transaction": before(SqlAppender, "append"),
    "inside the transaction": inside_the_transaction,
    "committed, nothing acknowledged": after(SqlAppender, "append"),
    "between two acknowledgements": after(Ticket, "close"),
    "acknowledged, nothing sent": before(Line, "acknowledge_together"),
    "acknowledgements sent": after(Line, "acknowledge_together"),
    "everything acknowledged": after(Receiver, "keep"),
}
"""Every step between the receipt of a message and its PUBACK."""
COUNTED_BY_MESSAGE = ("received, not queued", "queued", "decoded", "between two acknowledgements")
"""The points that are passed once for each message; the others once for each batch."""

if __name__ == "__main__":
    main()
