"""Which languages a city shows: those it chose, and of the drafts only what a speaker has read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboard.public.words.catalogues import catalogue, is_draft
from dashboard.public.words.languages import BY_CODE, JA, LANGUAGES, Language

CODES = ", ".join(each.code for each in LANGUAGES)


def chosen(codes: Sequence[str], reviewed: Mapping[str, str]) -> tuple[Language, ...]:
    """The languages of these codes in the order of the city, Japanese first.

    ``reviewed`` says by code who has read a draft and when. ValueError says in one sentence what to write instead.
    """
    for code in (*codes, *reviewed):
        if code not in BY_CODE:
            raise ValueError(f"{code!r} is no language of the public site: write some of {CODES}")
    if len(set(codes)) < len(codes):
        raise ValueError("a language is named twice in languages: write each one once")
    if JA.code not in codes:
        raise ValueError('languages needs "ja": its pages stand at the root of the site')
    for code in codes:
        if is_draft(code) and not reviewed.get(code, "").strip():
            raise ValueError(_unread(code))
    others = dict.fromkeys(code for code in codes if code != JA.code)
    return (JA, *(BY_CODE[code] for code in others))


def _unread(code: str) -> str:
    return (
        f"the texts in {catalogue(code)['language']} ({code}) are a draft that nobody has reviewed: let a speaker read "
        f"dashboard/public/words/{code}.toml and ingest/labels/{code}.toml, then write who and when, "
        f'[public.reviewed] {code} = "…", or leave {code!r} out of public.languages'
    )
