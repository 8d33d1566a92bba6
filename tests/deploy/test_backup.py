"""Backups of a system that runs, and what a restore brings back."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.engine.ledger import NAME as READINGS
from alerts.records import Outcome
from deploy import backup
from deploy.__main__ import main
from deploy.folder_lock import UNFINISHED, shared
from deploy.services import House, Worker
from deploy.settings import Settings, read_settings
from deploy.wiring.alerts import alerting
from deploy.wiring.house import device_publisher
from deploy.wiring.stores import Stores, open_stores
from ingest.readings import Reading
from ingest.store.appender import SqlAppender
from ingest.store.past.lanes import SqlLanes
from ingest.store.protocol import Batch
from ingest.stripping import strip
from simulators.messages import reading_message
from tests.alerts.night import HandClock
from tests.alerts.servers import Answer, WebServer
from tests.alerts.town import contact, group, people, route
from tests.deploy.houses import CLOCK, city_house, eventually
from tests.deploy.ingests import Ingest, environment_of, running_ingest
from tests.ingest.cities import small_city
from tests.ingest.stores import look_at_all
from tests.ingest.test_pipeline import picture
from tests.parts import PROJECT

STILL = "mizumori/v1/fujii/camera/fujii-cam/still"


def test_what_was_acknowledged_before_a_backup_of_a_running_ingest_is_in_it_and_it_starts_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = tmp_path / "city.tar.gz"
    with running_ingest(tmp_path) as ingest:
        ingest.device.send(STILL, picture())
        with flowing(ingest):
            assert eventually(lambda: ingest.stores.log.marks().still_seq and last(ingest.stores) > 100)
            before = last(ingest.stores)
            assert main(["backup", str(archive)], ingest.environment) == 0
            after = last(ingest.stores)
            assert eventually(lambda: last(ingest.stores) > after + 50)
        everything = all_readings(ingest.stores)
        port = ingest.broker.port
    environment = environment_of(tmp_path / "elsewhere", port)
    assert main(["restore", str(archive)], environment) == 0
    stores = open_stores(read_settings(None, environment))
    restored = all_readings(stores)
    assert before <= len(restored) <= after
    assert restored == everything[: len(restored)]
    assert [each.seq for each in restored] == list(range(1, len(restored) + 1))
    assert stores.alerts.cursor(READINGS) == len(restored)
    look_at_all(stores.database)
    still = stores.log.cameras()["fujii-cam"].still
    assert still is not None
    assert stores.stills.read(still.file) == strip(picture()).data
    assert stores.city().stations.keys() == small_city().stations.keys()
    SqlAppender(stores.database).append(Batch(readings=[replace(restored[-1], key="t:new", seq=0)]))
    assert last(stores) == len(restored) + 1
    stores.close()
    assert f"readings up to number {len(restored)}" in capsys.readouterr().out


def test_a_restored_house_has_in_the_past_what_its_present_says_and_goes_on(tmp_path: Path) -> None:
    """The backup is made while the forwarder runs from the one into the other."""
    archive = tmp_path / "house.tar"
    settings, stores, house = city_house(tmp_path / "data")
    lanes = SqlLanes(stores.database, "sqlite")
    with house, steady(settings, stores) as sent:
        assert eventually(lambda: lanes.handed_on() > 50)
        assert main(["backup", str(archive)], {"MIZUMORI_DATA_FOLDER": str(tmp_path / "data")}) == 0
        at_backup = len(sent)
        assert eventually(lambda: len(sent) > at_backup + 30)
    stores.close()
    assert main(["restore", str(archive)], {"MIZUMORI_DATA_FOLDER": str(tmp_path / "again")}) == 0
    settings, stores, house = city_house(tmp_path / "again")
    handed_on = SqlLanes(stores.database, "sqlite").handed_on()
    assert set(range(1, handed_on + 1)) <= seqs(tmp_path / "again" / "past.db")
    restored = last(stores)
    assert handed_on <= restored
    with house, steady(settings, stores):
        assert eventually(lambda: SqlLanes(stores.database, "sqlite").handed_on() > restored + 20)
        assert eventually(lambda: stores.alerts.cursor(READINGS) > restored + 20)
    stores.close()


def test_no_message_is_sent_again_because_of_a_restore(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One message waits and one reading is not yet considered when the backup is made; then both are sent."""
    with WebServer((Answer(200),)) as web:
        desk = Desk(tmp_path, web, digest_s=0)
        desk.rise(2.5)
        desk.decide()
        desk.rise(3.2)
        desk.back_up()
        desk.decide()
        desk.send()
        desk.send()
        assert len(web.requests) == 2
        again = desk.restored()
        said = capsys.readouterr().out
        again.decide()
        again.send()
        assert len(web.requests) == 2
        assert [each.to_level for each in again.stores.alerts.transitions()] == [2, 1]
        ((waited,),) = again.stores.alerts.deliveries_of([1, 2]).values()
        assert (waited.outcome, waited.error.startswith("restored from a backup")) == (Outcome.UNKNOWN, True)
        again.rise(4.1)
        again.decide()
        again.send()
        assert len(web.requests) == 3
        again.stores.close()
    assert "1 messages that waited then are not sent again" in said
    assert "1 changes of alerts that were due then are recorded" in said


def test_no_digest_is_sent_again_because_of_a_restore(tmp_path: Path) -> None:
    """Somebody waits for the digest of the minute when the backup is made; then it is sent."""
    with WebServer((Answer(200),)) as web:
        desk = Desk(tmp_path, web)
        desk.rise(2.5)
        desk.decide()
        desk.send()
        desk.rise(3.2)
        desk.decide()
        desk.send()
        assert len(web.requests) == 1
        desk.back_up()
        desk.later()
        desk.decide()
        desk.send()
        assert len(web.requests) == 2
        again = desk.restored()
        again.later()
        again.decide()
        again.send()
        assert len(web.requests) == 2
        again.rise(4.1)
        again.decide()
        again.send()
        assert len(web.requests) == 3
        again.stores.close()


def test_what_came_late_and_was_told_after_the_backup_is_not_told_again(tmp_path: Path) -> None:
    """It is history when it comes; the clock tells it where nothing newer comes."""
    with WebServer((Answer(200),)) as web:
        desk = Desk(tmp_path, web)
        desk.rise(2.5, ago=timedelta(hours=2))
        desk.back_up()
        desk.decide()
        desk.later()
        desk.decide()
        desk.send()
        assert len(web.requests) == 1
        again = desk.restored()
        again.later()
        again.decide()
        again.send()
        assert len(web.requests) == 1
        again.stores.close()


def test_a_restore_is_refused_while_a_service_runs_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive, environment = a_backup(tmp_path)
    with running_ingest(tmp_path / "busy") as ingest:
        assert main(["restore", str(archive), "--replace"], ingest.environment) == 1
        assert "services of Mizumori run on" in capsys.readouterr().err
        assert ingest.stores.log.marks().registry_revision == 1
    holds = "import sys, time; from pathlib import Path; from deploy.folder_lock import shared\n"
    holds += "with shared(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    folder = environment["MIZUMORI_DATA_FOLDER"]
    other = subprocess.Popen([sys.executable, "-c", holds, folder], cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    assert main(["restore", str(archive), "--replace"], environment) == 1
    other.kill()
    other.communicate()
    assert main(["restore", str(archive), "--replace"], environment) == 0


def test_a_service_does_not_start_while_a_restore_changes_the_files(tmp_path: Path) -> None:
    from deploy.folder_lock import InUse, alone
    from deploy.wiring.stores import folder_use

    settings = read_settings(None, {"MIZUMORI_DATA_FOLDER": str(tmp_path)})
    with alone(tmp_path), pytest.raises(InUse), House([folder_use(settings)]):
        pass
    with shared(tmp_path), House([folder_use(settings)]):
        pass


def test_what_is_there_is_never_overwritten_and_with_replace_kept_aside(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive, environment = a_backup(tmp_path)
    stores = open_stores(read_settings(None, environment))
    rise(stores, 1.0)
    rise(stores, 1.1)
    stores.close()
    assert main(["restore", str(archive)], environment) == 1
    assert "would be replaced: add --replace" in capsys.readouterr().err
    assert main(["restore", str(archive), "--replace"], environment) == 0
    (aside,) = (tmp_path / "data").glob("replaced-*")
    assert count(tmp_path / "data" / "mizumori.db") == 1
    assert count(aside / "mizumori.db") == 3
    assert str(aside) in capsys.readouterr().out


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (lambda data: data[: len(data) // 2], "take another"),
        (lambda data: data.replace(b"fujii", b"FUJII"), "its file present.db is damaged: take another archive"),
        (lambda _: b"no archive at all", "cannot be read as a backup"),
        (lambda data: data.replace(b'"sha256": "', b'"sha256":  ""'), "its manifest is not one of Mizumori"),
    ],
    ids=["cut off", "flipped", "something else", "its manifest"],
)
def test_a_damaged_backup_is_refused_and_nothing_is_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], harm: Callable[[bytes], bytes], sentence: str
) -> None:
    archive, _ = a_backup(tmp_path)
    archive.write_bytes(harm(archive.read_bytes()))
    folder = tmp_path / "elsewhere"
    assert main(["restore", str(archive)], {"MIZUMORI_DATA_FOLDER": str(folder)}) == 1
    assert sentence in capsys.readouterr().err
    assert [each.name for each in folder.iterdir()] == ["in-use.lock"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"revisions": {"present": "9001"}, "program": "7.2.0"}, "made by Mizumori 7.2.0 with schema 9001"),
        ({"files": {"../../evil": {"size_bytes": 1, "sha256": ""}}}, "a file that no backup has, '../../evil'"),
        ({"files": {}}, "it has no present.db"),
        ({"format": 2, "program": "7.2.0"}, "made by Mizumori 7.2.0, a newer version"),
    ],
)
def test_a_backup_that_this_program_cannot_restore_says_which_can(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, object], sentence: str
) -> None:
    archive, _ = a_backup(tmp_path)
    with tarfile.open(archive) as tar:
        stream = tar.extractfile("manifest.json")
        assert stream is not None
        manifest = json.dumps(json.load(stream) | change).encode()
    with tarfile.open(archive, "a") as tar:  # the last of two with the same name counts
        info = tarfile.TarInfo("manifest.json")
        info.size = len(manifest)
        tar.addfile(info, io.BytesIO(manifest))
    assert main(["restore", str(archive)], {"MIZUMORI_DATA_FOLDER": str(tmp_path / "elsewhere")}) == 1
    assert sentence in capsys.readouterr().err


def test_a_backup_of_an_older_version_is_upgraded_before_it_goes_into_service(tmp_path: Path) -> None:
    from tests.deploy.test_migrations import old_database

    file = old_database(tmp_path)
    with closing(sqlite3.connect(file)) as old:
        old.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)")
        old.execute("INSERT INTO alembic_version VALUES ('0001')")
        old.commit()
    archive = tmp_path / "old.tar"
    backup.back_up(backup.Belongings({"present": file}, tmp_path / "stills"), archive, "0.1.0", datetime.now(UTC))
    environment = {"MIZUMORI_DATA_FOLDER": str(tmp_path / "elsewhere")}
    assert main(["restore", str(archive)], environment) == 0
    assert count(tmp_path / "elsewhere" / "mizumori.db") == 50


def test_a_disk_without_room_is_said_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, environment = a_backup(tmp_path)
    target = tmp_path / "full"
    target.mkdir()
    monkeypatch.setattr(backup, "LEAST_FREE_BYTES", shutil.disk_usage(tmp_path).total)
    assert main(["backup", str(target)], environment) == 1
    assert "MB free, and a backup needs" in capsys.readouterr().err
    assert list(target.iterdir()) == []


def test_a_disk_that_fills_up_during_a_backup_leaves_nothing_behind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, environment = a_backup(tmp_path)
    limited = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000));"
        "from deploy.__main__ import main; sys.exit(main(['backup', sys.argv[1]]))"
    )
    target = tmp_path / "target"
    target.mkdir()
    ended = subprocess.run(
        [sys.executable, "-c", limited, str(target)], cwd=PROJECT, env=environment, capture_output=True, text=True
    )
    assert ended.returncode == 1
    assert "could not be written" in ended.stderr
    assert list(target.iterdir()) == []
    capsys.readouterr()


def test_a_backup_does_not_overwrite_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive, environment = a_backup(tmp_path)
    assert main(["backup", str(archive)], environment) == 1
    assert "is there already: name another file, or a folder" in capsys.readouterr().err


def test_a_start_after_a_restore_that_was_cut_off_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive, environment = a_backup(tmp_path)
    (tmp_path / "data" / UNFINISHED).touch()
    assert main(["levels"], environment) == 1
    assert "was cut off: run it again with --replace" in capsys.readouterr().err
    assert main(["restore", str(archive), "--replace"], environment) == 0
    assert main(["levels"], environment) == 0


class flowing:  # noqa: N801
    """Readings that go on all the time, from a device of their own thread."""

    def __init__(self, ingest: Ingest) -> None:
        self._ingest = ingest
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        number = 0
        while not self._ended.wait(0.002):
            self._ingest.publish(number / 1000, number)
            number += 1

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()


@contextmanager
def steady(settings: Settings, stores: Stores) -> Iterator[list[float]]:
    """Readings of a gauge of the city all the time; the list grows with each that was sent."""
    gauge = stores.city().gauges["kurihara-monden-stage"]
    sent: list[float] = []
    device = device_publisher(settings)
    device.connect()

    def work(ended: threading.Event) -> None:
        while not ended.wait(0.005):
            message = reading_message(gauge, 1 + len(sent) % 7 / 1000, datetime.now(UTC))
            device.send(message.topic, message.payload)
            sent.append(1.0)

    worker = Worker("steady", work)
    worker.start()
    yield sent
    worker.stop()
    device.close()


def seqs(file: Path) -> set[int]:
    """The sequence numbers that a past holds."""
    with closing(sqlite3.connect(file)) as past:
        return {seq for (seq,) in past.execute("SELECT seq FROM observations")}


def last(stores: Stores) -> int:
    """The end of the log."""
    return stores.log.marks().reading_seq


def all_readings(stores: Stores) -> list[Reading]:
    """The whole log."""
    return stores.log.readings_after(0, 1_000_000)


def rise(stores: Stores, stage_m: float, ago: timedelta = timedelta(0)) -> None:
    """A reading that comes now, appended as ingest does."""
    now = CLOCK.now()
    SqlAppender(stores.database).append(
        Batch(readings=[Reading("fujii-01", stage_m, now - ago, now, f"t:{now.timestamp()}")])
    )


class Desk:
    """The alerts of a small system, turn by turn, with one who is told over a webhook; a clock that can be put on."""

    def __init__(self, folder: Path, web: WebServer, digest_s: float = 60.0) -> None:
        self.folder, self.web, self.digest_s = folder, web, digest_s
        self.environment = {"MIZUMORI_DATA_FOLDER": str(folder / "data"), "MIZUMORI_ALERTS__DIGEST_S": str(digest_s)}
        settings = read_settings(None, self.environment)
        self.stores = open_stores(settings)
        self.stores.registry.apply(small_city(), CLOCK.now(), "test")
        duty = contact("duty") | {"addresses": [{"channel": "webhook", "address": web.url}]}
        self.stores.people.apply(people([duty], [group("duty")], [route("duty", min_level=1)]), "test", CLOCK.now())
        self.clock = HandClock(CLOCK.now())
        alerts = alerting(settings, self.stores, self.clock)
        self.decide, self.send = alerts.rounds.turn, alerts.outboxes["webhook"].work_off

    def rise(self, stage_m: float, ago: timedelta = timedelta(0)) -> None:
        rise(self.stores, stage_m, ago)

    def later(self) -> None:
        """A minute has passed."""
        self.clock.move(seconds=61)

    def back_up(self) -> None:
        assert main(["backup", str(self.folder / "b.tar")], self.environment) == 0

    def restored(self) -> Desk:
        """The backup goes into service in place of what is there."""
        self.stores.close()
        assert main(["restore", str(self.folder / "b.tar"), "--replace"], self.environment) == 0
        return Desk(self.folder, self.web, self.digest_s)


def a_backup(folder: Path) -> tuple[Path, dict[str, str]]:
    """A backup of a small system with one reading that stands still, and that system's settings."""
    environment = {"MIZUMORI_DATA_FOLDER": str(folder / "data")}
    stores = open_stores(read_settings(None, environment))
    stores.registry.apply(small_city(), CLOCK.now(), "test")
    rise(stores, 0.5)
    stores.close()
    archive = folder / "backup.tar"
    assert main(["backup", str(archive)], environment) == 0
    return archive, environment


def count(file: Path) -> int:
    """How many readings a database file holds."""
    with closing(sqlite3.connect(file)) as connection:
        return int(connection.execute("SELECT count(*) FROM readings").fetchone()[0])


def test_an_archive_that_is_not_there_is_told_before_anything_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, environment = a_backup(tmp_path)
    assert main(["restore", str(tmp_path / "nothing.tar")], environment) == 1
    assert "there is no archive" in capsys.readouterr().err
