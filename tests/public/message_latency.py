"""How long a published message takes to the page and the feed: ``python -m tests.public.message_latency [MESSAGES]``.

The publisher runs as in production, on the demonstration's city, and a reading comes every half second, so that it is
at work or at rest when a message goes out.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from alerts.public.records import Given, PublicMessage
from deploy.demo import demonstration
from deploy.schedule import Schedule
from deploy.settings import Settings, read_settings
from deploy.wiring.public import public_desk
from deploy.wiring.site import publisher_job
from deploy.wiring.stores import Stores, open_stores
from ingest.readings import Reading
from ingest.registry_files import load
from ingest.store.appender import SqlAppender
from ingest.store.protocol import Batch
from tests.deploy.houses import CLOCK

LONGEST_S = 30.0


def measured(folder: Path, messages: int) -> list[float]:
    """Seconds from the end of ``publish`` until page and feed have it, of each message."""
    settings = read_settings(None, {"MIZUMORI_DATA_FOLDER": str(folder)})
    stores = open_stores(settings)
    stores.registry.apply(load(demonstration("city.toml")), datetime.now(UTC), "test")
    ended = threading.Event()
    readings = threading.Thread(target=_report, args=[stores, ended])
    schedule = Schedule([publisher_job(settings, stores, CLOCK)], lambda: datetime.now(UTC))
    schedule.start()
    readings.start()
    try:
        return [_one(settings, stores, number) for number in range(messages)]
    finally:
        ended.set()
        readings.join()
        schedule.stop()
        stores.close()


def _one(settings: Settings, stores: Stores, number: int) -> float:
    desk = public_desk(settings, stores, CLOCK)
    station_id = next(iter(stores.city().stations))
    made = desk.draft("当番", Given({"ja": {"headline": f"試験{number:04}"}}, (station_id,), gravity=3))
    desk.approve(made.id, "当番", "試験")
    out = desk.publish(made.id, "当番", "試験").message
    began_s = time.monotonic()
    while not _is_there(settings.public_folder, out, f"試験{number:04}"):
        if time.monotonic() - began_s > LONGEST_S:
            raise TimeoutError(f"message {out.id} is not on the page after {LONGEST_S} s")
        time.sleep(0.02)
    took_s = time.monotonic() - began_s
    time.sleep(0.37)  # no multiple of the publisher's second
    return took_s


def _is_there(folder: Path, message: PublicMessage, headline: str) -> bool:
    document = folder / "feeds" / "cap" / f"{message.identifier}.xml"
    files = (folder / "messages.html", folder / "feeds" / "atom.xml")
    return document.exists() and all(headline in each.read_text(encoding="utf-8") for each in files)


def _report(stores: Stores, ended: threading.Event) -> None:
    appender, gauge = SqlAppender(stores.database), next(iter(stores.city().gauges))
    number = 0
    while not ended.wait(0.5):
        now, number = datetime.now(UTC), number + 1
        appender.append(Batch(readings=[Reading(gauge, 0.5, now, now, f"m:{number}")]))


def main(messages: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        took_s = sorted(measured(Path(folder), messages))
    worst, middle = took_s[-1], took_s[len(took_s) // 2]
    said = f"median {middle:.1f} s, worst {worst:.1f} s from published to page, feed and CAP file"
    sys.stdout.write(f"{messages} messages: {said}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
