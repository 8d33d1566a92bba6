"""The languages of the public site: one row each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the site.

    ``code`` names its catalogue; ``tag`` is what ``lang`` and ``hreflang`` say; its pages are in ``folder`` (empty, or
    with a slash at its end).
    """

    code: str
    tag: str
    folder: str


JA = Language("ja", "ja", "")
EN = Language("en", "en", "en/")
LANGUAGES = (JA, EN)
"""The first is at the root of the site."""
