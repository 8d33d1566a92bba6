"""What search engines are told: they may read everything, except of a drill or a demonstration."""

from __future__ import annotations

from dashboard.public.edition import Edition
from dashboard.public.sheets import Sheet

PAGE = "robots.txt"


def sheet(edition: Edition) -> Sheet:
    """The file."""
    city = edition.board.registry.city
    hidden = city.drill or city.demonstration
    return Sheet(PAGE, hidden, lambda: _robots(hidden=hidden))


def _robots(*, hidden: bool) -> bytes:
    return b"User-agent: *\nDisallow: /\n" if hidden else b"User-agent: *\nDisallow:\n"
