"""Recordings that a caller names: read, or refused with a sentence."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

from deploy.commands.context import UsageError
from ingest.stations import Registry
from simulators.replay import RecordingError, Row, read_csv, unknown_gauges

EARLIEST_YEAR = 1800


def rows_of(file: Path, registry: Registry, report: Callable[[str], None]) -> list[Row]:
    """The rows of a CSV of readings by the time they are due; ``report`` is told what is left out."""
    try:
        rows = read_csv(file, report)
    except RecordingError as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{file} cannot be read as a CSV file in UTF-8: {error}") from error
    if not rows:
        raise UsageError(f"{file} holds no readings")
    if rows[0].due_at.year < EARLIEST_YEAR:
        raise UsageError(f"{file} begins in the year {rows[0].due_at.year}: is the column observed_at right?")
    unknown = unknown_gauges(rows, registry)
    if unknown:
        raise UsageError(f"the registry does not know these gauges of {file}: {', '.join(unknown)}")
    return rows
