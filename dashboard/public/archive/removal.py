"""Takes the archive off the site where none is wanted any more: what nobody corrects must not stay."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

from dashboard.public.archive.keeper import INDEX
from dashboard.public.archive.writing import DAILY, HISTORY, STATIONS

log = logging.getLogger(__name__)

DAY, MONTH = "????-??-??.csv", "????-??.csv"


def remove_archive(folder: Path) -> int:
    """Remove its files below the site's folder, and nothing else; how many there were.

    All of them are made again from the history where an archive is wanted anew.
    """
    count = 0
    for each in list(_files(folder)):
        each.unlink(missing_ok=True)
        count += 1
    if count:
        log.warning("public.data.archive is false: %d files of the archive left the public site", count)
        _remove_empty(folder)
    return count


def _files(folder: Path) -> Iterator[Path]:
    yield from (folder / INDEX).parent.glob(f"{Path(INDEX).name}*")
    for ending in ("", ".gz"):
        yield from (folder / DAILY).glob(f"{DAY}{ending}")
        yield from (folder / STATIONS).glob(f"*/{MONTH}{ending}")
    yield from (folder / STATIONS).glob(f"*/{HISTORY}")


def _remove_empty(folder: Path) -> None:
    for each in (*(folder / STATIONS).glob("*/"), folder / STATIONS, folder / DAILY):
        if each.is_dir() and not any(each.iterdir()):
            each.rmdir()
