"""Databases of older, newer and other programs, opened by this one."""

from __future__ import annotations

import logging
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, insert

from alerts.engine.ledger import NAME as READINGS
from alerts.store.record import SqlRecord
from alerts.store.tables import transitions
from deploy.folder_lock import shared
from deploy.migrations import upgrade
from deploy.migrations.alembic_run import run
from deploy.migrations.lineage import LINEAGES, PRESENT, Lineage
from deploy.migrations.upgrade import Program, SchemaError, bring_up_to_date, kept
from ingest.store.cameras import SqlPictures
from ingest.store.copies import mistakes
from ingest.store.log import SqlLog
from ingest.store.looks import SqlLooks
from ingest.store.registry import SqlRegistry
from ingest.store.tables import open_database, writing
from tests.parts import PROJECT

LINES = list(LINEAGES.values())
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
PROGRAM = Program("0.1.0", lambda: NOON)
OLD_TABLES = Path(__file__).with_name("before_revisions.sql")


def test_a_database_from_before_there_were_revisions_is_upgraded_and_nothing_of_it_is_lost(tmp_path: Path) -> None:
    file = old_database(tmp_path)
    engine = opened(file)
    readings = SqlLog(engine).readings_after(0)
    assert [(each.seq, each.gauge_id, each.stage_m, each.received_at) for each in readings] == [
        (number, "fujii-01", number / 10, NOON) for number in range(1, 51)
    ]
    assert SqlLog(engine).latest()["fujii-01"].reading.seq == 50
    assert SqlLog(engine).dead_letters().counts == {"malformed": 1}
    assert SqlRecord(engine).cursor(READINGS) == 50
    (transition,) = SqlRecord(engine).transitions()
    ((delivery,),) = SqlRecord(engine).deliveries_of([transition.id]).values()
    assert (transition.to_level, delivery.address, delivery.outcome) == (3, "duty@example.jp", "sent")
    assert SqlRegistry(engine).revisions()[0].author == "mayor"
    assert rows(file, "SELECT revision, program FROM schema_history") == [(PRESENT.newest, "0.1.0")]


def test_stills_from_before_they_were_looked_at_are_shown_as_they_were(tmp_path: Path) -> None:
    """They were opened when they came. Of each camera the newest by its own time is shown, with its newest report."""
    file, hour = old_database(tmp_path), timedelta(hours=1)

    def at(hours: int) -> str:
        return f"{NOON + hours * hour:%Y-%m-%d %H:%M:%S.%f}"

    stills = [(1, "a", 0, 1), (2, "a", 5, 6), (3, "a", 2, 7), (4, "b", 3, 3)]
    reports = [(1, "a", "degraded", 9, 9), (2, "a", "online", 8, 10), (3, "c", "offline", 1, 1)]
    execute(
        file,
        *(
            "INSERT INTO stills (seq, camera_id, taken_at, received_at, file, width_px, height_px, clock_suspect)"
            f" VALUES ({seq}, '{camera}', '{at(taken)}', '{at(received)}', '{camera}/20260701/{seq}.jpg', 640, 360, 0)"
            for seq, camera, taken, received in stills
        ),
        *(
            "INSERT INTO camera_reports (seq, camera_id, state, reason, reported_at, received_at) VALUES"
            f" ({seq}, '{camera}', '{state}', '', '{at(said)}', '{at(received)}')"
            for seq, camera, state, said, received in reports
        ),
    )
    engine = opened(file)
    cameras = SqlLog(engine).cameras()
    assert {name: each.still.seq for name, each in cameras.items() if each.still} == {"a": 2, "b": 4}
    assert all(each.look and each.look.usable and not each.look.faults for each in cameras.values() if each.still)
    assert {name: each.report.state for name, each in cameras.items() if each.report} == {
        "a": "degraded",
        "c": "offline",
    }
    heard = {name: each.heard_at for name, each in cameras.items()}
    assert heard == {"a": NOON + 9 * hour, "b": NOON + 3 * hour, "c": NOON + hour}
    looks = SqlLooks(engine)
    assert (looks.next(9), looks.waiting().stills) == ([], 0)
    strip = SqlPictures(engine).strip("a", NOON, NOON + 9 * hour, 9)
    assert [each.still.seq for each in strip] == [1, 3, 2]


def test_stills_that_wait_at_an_upgrade_wait_on(tmp_path: Path) -> None:
    """Of the revision before there were those that wait: they were the ones above the highest look."""
    file, at = tmp_path / "city.db", f"'{NOON:%Y-%m-%d %H:%M:%S.%f}'"
    with writing(open_database(f"sqlite:///{file}")) as connection:
        kept.create_all(connection)
        run(connection, PRESENT, "0009")
    execute(
        file,
        *(
            "INSERT INTO stills (seq, camera_id, taken_at, received_at, file, width_px, height_px, clock_suspect,"
            f" size_bytes) VALUES ({seq}, 'a', {at}, {at}, 'a/20260701/{seq}.jpg', 640, 360, 0, 9)"
            for seq in (1, 2, 3, 4)
        ),
        *(
            "INSERT INTO looks (still_seq, camera_id, taken_at, looked_at, usable, refused, faults, seen, figures,"
            f" miniature) VALUES ({seq}, 'a', {at}, {at}, 1, '', '', '', '{{}}', {miniature})"
            for seq, miniature in ((1, "x''"), (2, "x'01'"))
        ),
    )
    engine = opened(file)
    assert [each.seq for each in SqlLooks(engine).next(9)] == [3, 4]
    strip = SqlPictures(engine).strip("a", NOON, NOON, 9)
    assert [each.look.unjudged for each in strip] == ["not_judged", None]  # what was judged left a miniature


def test_sequence_numbers_go_on_where_they_were_after_an_upgrade(tmp_path: Path) -> None:
    """A number given twice would be passed over by everybody who tails the log."""
    file = old_database(tmp_path)
    execute(file, "DELETE FROM transitions", "DELETE FROM deliveries")
    with writing(opened(file)) as connection:
        key = connection.execute(insert(transitions).values(a_transition())).inserted_primary_key
    assert key is not None
    assert key[0] == 2


def test_an_upgrade_leaves_a_copy_of_the_file_as_it_was(tmp_path: Path) -> None:
    file = old_database(tmp_path)
    opened(file).dispose()
    copy = tmp_path / f"city.db.before-{PRESENT.newest}"
    assert mistakes(copy) == []
    assert rows(copy, "SELECT count(*), max(seq) FROM readings") == [(50, 50)]
    assert rows(copy, "SELECT name FROM sqlite_master WHERE name = 'alembic_version'") == []


@pytest.mark.parametrize("line", LINES, ids=lambda each: str(each.name))
def test_an_upgraded_database_has_exactly_the_tables_of_a_new_one(tmp_path: Path, line: Lineage) -> None:
    new = open_database(f"sqlite:///{tmp_path / 'new.db'}")
    bring_up_to_date(new, line, tmp_path, PROGRAM)
    upgraded = open_database(f"sqlite:///{tmp_path / 'upgraded.db'}")
    with writing(upgraded) as connection:
        kept.create_all(connection)
        run(connection, line)
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": _ours})
        assert compare_metadata(context, line.tables()) == []
    assert shape(upgraded) == shape(new)


@pytest.mark.parametrize("line", LINES, ids=lambda each: str(each.name))
def test_the_numbers_of_the_files_are_the_revisions_in_their_order(line: Lineage) -> None:
    scripts = ScriptDirectory(str(line.folder))
    assert [each.revision for each in scripts.walk_revisions()] == list(reversed(line.revisions))


def test_every_module_with_a_table_is_known_to_the_present() -> None:
    """A module that is not named would be missing from new databases, unless somebody happens to import it."""
    program = (
        "import pkgutil, importlib, ingest, alerts; from deploy.migrations.lineage import PRESENT;"
        "known = set(PRESENT.tables().tables);"
        "names = [m.name for p in (ingest, alerts) for m in pkgutil.walk_packages(p.__path__, p.__name__ + '.')];"
        "[importlib.import_module(name) for name in names];"
        "print(set(PRESENT.tables().tables) - known)"
    )
    said = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()", "name the module in TABLES_OF_THE_PRESENT in deploy/migrations/lineage.py"


def test_a_database_of_a_newer_program_is_refused_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "city.db"
    opened(file).dispose()
    execute(
        file,
        "UPDATE alembic_version SET version_num = '9001'",
        f"INSERT INTO schema_history (revision, program, at) VALUES ('9001', '7.2.0', '{NOON:%Y-%m-%d %H:%M:%S}')",
    )
    with pytest.raises(SchemaError, match=r"written by Mizumori 7\.2\.0.*start that version or a newer") as refused:
        opened(file)
    assert PRESENT.newest in str(refused.value)
    assert "9001" in str(refused.value)


def test_a_database_of_another_program_is_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "city.db"
    execute(file, "CREATE TABLE songs (title TEXT)")
    with pytest.raises(SchemaError, match="of another program: name another file"):
        opened(file)
    assert rows(file, "SELECT name FROM sqlite_master") == [("songs",)]


def test_an_upgrade_does_not_pull_the_tables_from_under_a_running_service(tmp_path: Path) -> None:
    file = old_database(tmp_path)
    with shared(tmp_path), pytest.raises(SchemaError, match="services of that version still run"):
        opened(file)


def test_an_upgrade_for_which_there_is_no_room_does_not_begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = old_database(tmp_path)
    before = rows(file, "SELECT sql FROM sqlite_master")
    monkeypatch.setattr(upgrade, "LEAST_FREE_BYTES", shutil.disk_usage(tmp_path).total)
    with pytest.raises(SchemaError, match=r"the disk needs \d+ MB free \(\d+ MB are\): make room"):
        opened(file)
    assert rows(file, "SELECT sql FROM sqlite_master") == before
    assert rows(file, "SELECT count(*) FROM readings") == [(50,)]


def test_an_upgrade_that_fails_changes_nothing(tmp_path: Path) -> None:
    line = broken_line(tmp_path / "line")
    file = tmp_path / "city.db"
    with closing(sqlite3.connect(file)) as old:
        old.executescript("CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('kept')")
    engine = open_database(f"sqlite:///{file}")
    with pytest.raises(ZeroDivisionError):
        bring_up_to_date(engine, line, tmp_path, PROGRAM)
    assert rows(file, "SELECT * FROM notes") == [("kept",)]
    assert rows(file, "SELECT name FROM sqlite_master") == [("notes",)]
    assert rows(tmp_path / "city.db.before-0002", "SELECT * FROM notes") == [("kept",)]


@pytest.mark.parametrize("old", [False, True], ids=["new", "old"])
def test_services_that_start_together_do_not_collide(tmp_path: Path, old: bool) -> None:
    if old:
        old_database(tmp_path)
    program = (
        "import sys; from pathlib import Path; from tests.deploy.test_migrations import opened;"
        "opened(Path(sys.argv[1])).dispose()"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "city.db")], cwd=PROJECT, stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    said = "".join(each.communicate(timeout=60)[1] for each in started)
    assert [each.returncode for each in started] == [0, 0, 0], said
    assert said.count("was upgraded from") == old
    revisions = rows(tmp_path / "city.db", "SELECT revision FROM schema_history")
    assert revisions == [(PRESENT.newest,)]


def test_opening_a_database_that_fits_does_not_import_alembic(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from ingest.store.tables import open_database;"
        "from deploy.wiring.stores import program; from deploy.migrations.lineage import PRESENT;"
        "from deploy.migrations.upgrade import bring_up_to_date; file = Path(sys.argv[1]);"
        "bring_up_to_date(open_database(f'sqlite:///{file}'), PRESENT, file.parent, program());"
        "sys.exit('alembic' in sys.modules)"
    )
    for _ in ("new", "there already"):
        assert subprocess.run([sys.executable, "-c", program, str(tmp_path / "a.db")], cwd=PROJECT).returncode == 0


def opened(file: Path) -> Engine:
    """The database as a service opens it."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    engine = open_database(f"sqlite:///{file}")
    bring_up_to_date(engine, PRESENT, file.parent, PROGRAM)
    return engine


def old_database(folder: Path) -> Path:
    """A database of the program before revisions, with something in every table that matters."""
    file = folder / "city.db"
    with closing(sqlite3.connect(file)) as old:
        old.executescript(OLD_TABLES.read_text(encoding="utf-8"))
        noon = f"{NOON:%Y-%m-%d %H:%M:%S.%f}"
        old.executemany(
            "INSERT INTO readings (seq, gauge_id, quantity, key, revision, value, observed_at, received_at, quality,"
            " reasons) VALUES (?, 'fujii-01', 'stage', ?, 0, ?, ?, ?, 'good', '')",
            [(number, f"t:{number}", number / 10, noon, noon) for number in range(1, 51)],
        )
        for statement in (
            "INSERT INTO latest_readings VALUES ('fujii-01', 'stage', 50, 50)",
            "INSERT INTO alert_cursors VALUES ('level', 50)",
            f"INSERT INTO dead_letters VALUES (1, '{noon}', 'a/b', 'malformed', 'no JSON', x'7b', 1)",
            f"INSERT INTO registry_revisions VALUES (1, '{noon}', 'mayor', 'all of it')",
            f"INSERT INTO transitions VALUES (1, 'fujii-01', 'fujii', 0, 3, 3.6, '{noon}', '{noon}', 36, 'rise', 0)",
            "INSERT INTO deliveries VALUES (1, 1, 'duty', 'email', 'duty@example.jp', 'S', 'B', 'sent', 1,"
            f" '{noon}', '{noon}', '')",
        ):
            old.execute(statement)
        old.commit()
    return file


def a_transition() -> dict[str, Any]:
    """The columns of some transition."""
    return {
        "rule": "stage",
        "subject_id": "fujii-01",
        "station_id": "fujii",
        "from_level": 0,
        "to_level": 1,
        "stage_m": 2.0,
        "observed_at": NOON,
        "recorded_at": NOON,
        "reading_seq": 1,
        "cause": "rise",
        "unconfirmed": False,
        "unverified": False,
        "live": True,
        "muted": "",
        "detail": {},
    }


def broken_line(folder: Path) -> Lineage:
    """A line whose second revision does something and then fails."""
    versions = folder / "versions"
    versions.mkdir(parents=True)
    (folder / "env.py").write_text((PRESENT.folder / "env.py").read_text(encoding="utf-8"), encoding="utf-8")
    (versions / "0001_a.py").write_text('revision = "0001"\ndown_revision = None\n', encoding="utf-8")
    (versions / "0002_b.py").write_text(
        'from alembic import op\nrevision = "0002"\ndown_revision = "0001"\n'
        'def upgrade():\n    op.execute("DROP TABLE notes")\n    1 / 0\n',
        encoding="utf-8",
    )
    return Lineage("test", folder, PRESENT.tables, frozenset({"notes"}))


def shape(engine: Engine) -> dict[str, Any]:
    """What SQLite knows of every table, in an order that does not depend on how it came about."""
    with engine.connect() as connection:

        def ask(statement: str) -> list[tuple[Any, ...]]:
            return [tuple(row) for row in connection.exec_driver_sql(statement)]

        def indexes(table: str) -> list[Any]:
            found = ask(f"PRAGMA index_list('{table}')")
            named = [(name if origin == "c" else "", unique, origin) for _, name, unique, origin, _ in found]
            columns = [tuple(row[2] for row in ask(f"PRAGMA index_info('{each[1]}')")) for each in found]
            return sorted(zip(named, columns, strict=True))

        tables = ask("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        return {
            name: (
                sorted(
                    (column, kind, required, key)
                    for _, column, kind, required, _, key in ask(f"PRAGMA table_info('{name}')")
                ),
                indexes(name),
                [row[2:] for row in ask(f"PRAGMA foreign_key_list('{name}')")],
                "AUTOINCREMENT" in sql,
                "WITHOUT ROWID" in sql,
            )
            for name, sql in tables
        }


def _ours(name: str | None, kind: str, _: object) -> bool:
    return kind != "table" or name not in kept.tables


def rows(file: Path, statement: str) -> list[tuple[Any, ...]]:
    """What a statement finds in a database file."""
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(statement).fetchall()


def execute(file: Path, *statements: str) -> None:
    """Change a database file behind the program's back."""
    with closing(sqlite3.connect(file)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
