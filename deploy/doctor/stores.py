"""Checks of what is kept: schema, integrity, registry, recipients, and what came last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, text

from deploy.migrations.lineage import Lineage
from deploy.migrations.upgrade import UNMARKED, SchemaError, revision_of
from deploy.monitor.service_probes import DEAF, LEAST_INTERVAL_S, SILENT
from deploy.monitor.signs import Check, State
from deploy.monitor.store_probes import check_database
from ingest.registry_files import contents, remarks
from ingest.stations import Registry
from ingest.store.copies import mistakes
from ingest.store.protocol import DeadLetterSummary


def database_checks(name: str, file: Path, engine: Engine, lineage: Lineage) -> Iterable[Check]:
    """A database file: there, writable, whole, and of which schema."""
    if not file.is_file():
        yield Check(name, State.DEGRADED, f"{file} is not there yet: the first start makes it")
        return
    writable = check_database(name, file)
    yield writable
    if "is damaged" in writable.sentence:
        return
    if wrong := mistakes(file):
        sentence = f"{file} is damaged ({wrong[0]}): stop all services and restore a backup (docs/operations.md)"
        yield Check(f"{name} integrity", State.FAILED, sentence)
    else:
        yield Check(f"{name} integrity", State.OK, "SQLite finds no mistake in it")
    yield _check_schema(name, engine, lineage)


def _check_schema(name: str, engine: Engine, lineage: Lineage) -> Check:
    try:
        with engine.connect() as connection:
            revision = revision_of(connection, lineage)
    except SchemaError as error:
        return Check(f"{name} schema", State.FAILED, str(error))
    if revision == lineage.newest:
        return Check(f"{name} schema", State.OK, f"{revision}, which this program works with")
    if revision in (None, UNMARKED, *lineage.revisions):
        sentence = f"{revision or 'empty'}; the next start brings it to {lineage.newest}, after a copy"
        return Check(f"{name} schema", State.DEGRADED, sentence)
    sentence = f"{revision} is newer than {lineage.newest} of this program: use the newer version of Mizumori"
    return Check(f"{name} schema", State.FAILED, sentence)


def check_registry(registry: Registry | None) -> Check:
    """Whether there is a city to watch, and its pumps can be judged."""
    if registry is None or not registry.gauges:
        sentence = "there is no gauge in the registry: run mizumori registry import CITY.toml"
        return Check("registry", State.FAILED, sentence)
    lacks = list(remarks(registry))
    if lacks:
        return Check("registry", State.DEGRADED, "; ".join(lacks))
    return Check("registry", State.OK, contents(registry))


def check_people(contacts: int, shortcomings: Sequence[str]) -> Check:
    """Whether somebody is told of everything that matters."""
    if shortcomings:
        return Check("people", State.DEGRADED, "; ".join(shortcomings))
    return Check("people", State.OK, f"{contacts} contact{'' if contacts == 1 else 's'}, and no gap")


def newest_received_at(engine: Engine) -> datetime | None:
    """When the newest reading of the log came."""
    from ingest.store.log import SqlLog

    with engine.connect() as connection:
        last = connection.scalar(text("SELECT max(seq) FROM readings"))
    found = SqlLog(engine).readings_after(last - 1, 1) if last else []
    return found[0].received_at if found else None


def check_messages(newest: datetime | None, registry: Registry | None, now: datetime) -> Check:
    """How long ago the last reading came, measured by the fastest gauge."""
    if newest is None:
        return Check("messages", State.DEGRADED, "no reading ever came: publish one, see docs/mqtt.md")
    gauges = registry.gauges.values() if registry else ()
    interval_s = max(min((each.interval_s for each in gauges), default=LEAST_INTERVAL_S), LEAST_INTERVAL_S)
    silent_s = (now - newest).total_seconds()
    said = f"the last reading came {timedelta(seconds=round(silent_s))} ago; the fastest gauge reports "
    said += f"every {interval_s:.0f} s"
    if silent_s <= SILENT * interval_s:
        return Check("messages", State.OK, said)
    state = State.FAILED if silent_s > DEAF * interval_s else State.DEGRADED
    return Check("messages", state, f"{said}: look whether ingest runs and devices reach the broker")


def check_dead_letters(summary: DeadLetterSummary, now: datetime) -> Check:
    """Whether messages were refused lately."""
    if summary.newest_at is None or now - summary.newest_at > timedelta(days=1):
        return Check("dead letters", State.OK, "no message was refused in the last day")
    worst = summary.busiest[0].topic if summary.busiest else "an unknown topic"
    sentence = f"messages were refused in the last day, most of them of {worst}: see mizumori dead-letters list"
    return Check("dead letters", State.DEGRADED, sentence)


def check_secrets(file: Path | None) -> Check:
    """Whether others may read the passwords of the settings file."""
    if file is None:
        return Check("settings", State.OK, "come from the environment alone")
    if file.stat().st_mode & 0o004 and "password" in file.read_text(encoding="utf-8"):
        return Check("settings", State.DEGRADED, f"everybody may read the passwords in {file}: chmod 640 {file}")
    return Check("settings", State.OK, f"{file}")
