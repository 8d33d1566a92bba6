"""CSV as the city's open data has it: UTF-8 with a mark at its beginning, lines that end with CR LF (RFC 4180).

The mark is for Excel, which takes a CSV without one for Shift_JIS and shows Japanese as rubbish. Programs read it as
``utf-8-sig``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from ingest.stations import City

BOM = "\ufeff".encode()
END = b"\r\n"


def line(cells: Sequence[object]) -> str:
    """A row without its end; None is an empty cell."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()


def provisional(city: City) -> str:
    """The mark of every value: provisional; of a drill and a demonstration it says that it is not real."""
    if city.drill:
        return "暫定値（訓練）"
    return "暫定値（デモンストレーション）" if city.demonstration else "暫定値"
