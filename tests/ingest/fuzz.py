"""``python -m tests.ingest.fuzz --count 1000000 --seed 1``: fuzzed messages through the pipeline, all accounted for.

Each message is interpreted; its readings are judged; every so many of the batches goes through the worker into a real
database as well. A crash is an exception, a refusal as "unexpected" (a fault of ours), or a message of which nothing
is kept. The first examples of each are printed.
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingest.inbox import Arrived, Inbox
from ingest.messages import Message, Refusal
from ingest.pipeline import Kept, interpret
from ingest.quality import ClockLimits
from ingest.quality.control import QualityControl
from ingest.readings import Reading
from ingest.receiver import Receiver
from ingest.roster import Roster
from ingest.store.appender import SqlAppender
from ingest.store.log import SqlLog
from ingest.store.stills import StillFolder
from tests.ingest.fuzz_messages import Fuzzer, fuzz_city
from tests.ingest.stores import database

BATCH = 500
LIMITS = ClockLimits()


@dataclass
class Account:
    """What the messages became. ``as_`` counts each message once, by the first of what it became."""

    messages: int = 0
    as_: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    readings: int = 0
    stored: int = 0
    crashes: list[str] = field(default_factory=list)

    def crash(self, what: str, message: Message) -> None:
        """Note it; of very many the first."""
        self.crashes.append(f"{what}: topic {message.topic[:200]!r} payload {message.payload[:2000]!r}")

    def take(self, message: Message, kept: Kept) -> None:
        """Count what a message became."""
        self.messages += 1
        self.readings += len(kept.readings)
        names = ("readings", "reports", "stills", "vitals", "dead_letters")
        became = next((name for name in names if getattr(kept, name)), None)
        self.as_[became or "nothing"] += 1
        for letter in kept.dead_letters:
            self.refused[letter.reason] += 1
            if letter.reason == Refusal.UNEXPECTED:
                self.crash(f"unexpected, {letter.detail}", message)
        if became is None:
            self.crash("silently dropped", message)

    def __str__(self) -> str:
        became = "  ".join(f"{name} {count}" for name, count in sorted(self.as_.items()))
        refused = "  ".join(f"{name} {count}" for name, count in sorted(self.refused.items()))
        return (
            f"messages {self.messages}: {became} (sum {sum(self.as_.values())})\n"
            f"readings in them {self.readings}; refused: {refused}\n"
            f"of these through the worker into a database: {self.stored}\ncrashes {len(self.crashes)}"
        )


def fuzz(count: int, seed: int, stored_every: int, folder: Path) -> Account:
    """Run so many messages; every ``stored_every``-th batch is also written to a database in the folder."""
    account, roster = Account(), fuzz_city()
    fuzzer = Fuzzer(random.Random(seed))
    control = QualityControl(lambda _: {}, LIMITS)
    worker = Worker(folder, roster)
    for number in range(0, count, BATCH):
        batch = [fuzzer.message(each) for each in range(number, min(number + BATCH, count))]
        readings = [reading for message in batch for reading in _interpreted(message, roster, account)]
        _judge(control, readings, roster, account, batch[0])
        if number // BATCH % stored_every == 0:
            worker.keep(batch, account)
    worker.close()
    return account


def _interpreted(message: Message, roster: Roster, account: Account) -> Sequence[Reading]:
    try:
        kept = interpret(message, roster, LIMITS)
    except Exception as error:
        account.messages += 1
        account.as_["crash"] += 1
        account.crash(f"interpret raised {error!r}", message)
        return ()
    account.take(message, kept)
    return kept.readings


def _judge(
    control: QualityControl, readings: Sequence[Reading], roster: Roster, account: Account, first: Message
) -> None:
    try:
        judgement = control.judge(readings, roster)
        control.adopt(judgement)
    except Exception as error:
        account.crash(f"the judgement of a batch raised {error!r}; its first message", first)
        return
    if len(judgement.readings) < len(readings):
        account.crash("the judgement dropped a reading of a batch; its first message", first)


class Worker:
    """The product's own worker on a real database: every message acknowledged, and accounted for by its counts."""

    def __init__(self, folder: Path, roster: Roster) -> None:
        self._engine = database(folder)
        appender, images = SqlAppender(self._engine), StillFolder(folder / "stills")
        self._receiver = Receiver(Inbox(), lambda: roster, appender, images, LIMITS)

    def keep(self, batch: Sequence[Message], account: Account) -> None:
        """Write a batch; whatever is not acknowledged then is a crash."""
        acknowledged: list[int] = []
        arrived = [
            Arrived(message, lambda number=number: acknowledged.append(number))  # type: ignore[misc]
            for number, message in enumerate(batch)
        ]
        before = SqlLog(self._engine).dead_letters().counts.get(Refusal.UNEXPECTED, 0)
        try:
            self._receiver.keep(arrived)
        except Exception as error:
            account.crash(f"the worker raised {error!r} at a batch; its first message", batch[0])
        if acknowledged != list(range(len(batch))):
            account.crash(f"{len(acknowledged)} of {len(batch)} acknowledged; the first message", batch[0])
        if SqlLog(self._engine).dead_letters().counts.get(Refusal.UNEXPECTED, 0) != before:
            account.crash("the worker refused something of a batch as unexpected; its first message", batch[0])
        account.stored += len(batch)

    def close(self) -> None:
        """Close the database."""
        self._engine.dispose()


def main(arguments: Sequence[str]) -> int:
    """Print the account; how many crashes there were."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stored-every", type=int, default=10, help="every so many batches go into a database as well")
    options = parser.parse_args(arguments)
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")  # Pillow's, about broken EXIF
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mizumori-fuzz-") as folder:
        account = fuzz(options.count, options.seed, options.stored_every, Path(folder))
    sys.stdout.write(f"{account}\nseed {options.seed}, {time.monotonic() - begun:.0f} s\n")
    for each in account.crashes[:20]:
        sys.stdout.write(f"{each}\n")
    return min(len(account.crashes), 100)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
