"""One file of the site, before it is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Sheet(NamedTuple):
    """A file of the site: where it lies, what it is made of, and how it is made.

    ``path`` is below the site's folder. ``facts`` are compared with those of the last time: where they are equal the
    file stays as it is, and ``render`` is not called. They hold all that the file depends on, except what
    ``Edition.common`` holds and the time of publication.
    ``lasts_s`` is for files that print that time: after so many seconds of the house's clock they are written anew,
    though nothing changed. None: never.
    ``needs`` are the paths of other files that this one vouches for: while one of them cannot be made, this one stays
    as it is.

    A tuple, since thousands of them are made at each publication.
    """

    path: str
    facts: object
    render: Callable[[], bytes]
    lasts_s: float | None = None
    needs: frozenset[str] = frozenset()
