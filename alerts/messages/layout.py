"""From parts to the long and the short form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from alerts.messages.catalogue import filled
from alerts.messages.picture import picture_lines
from alerts.messages.told import Context
from alerts.messages.wording import Parts, marks

ONE_SMS = 70
"""Characters of one text message with Japanese in it (UCS-2: two bytes each, 140 bytes)."""
TWO_SMS = 134
"""Of two that are joined: each gives three of its characters for the joint."""
ONE_ASCII = 150
"""Of one in plain letters, which take 7 bits: 160, less some for the brackets, which count twice."""
LEAST_TEXT = 28
"""A text cut to fewer characters beside its link would say too little: it takes a second message then."""
LEAST_PLACE = 8
CUT, ASCII_CUT = "…", ".."
"""What stands for the rest. One letter that is no plain one would make all of a text message UCS-2."""


def subject_of(parts: Parts, context: Context) -> str:
    """Marks, how bad, where, what, and the figure with its time: all that matters, in one line."""
    catalogue = parts.catalogue
    glance = catalogue["glance"].format(glance=" ".join(parts.glance)) if parts.glance else ""
    return str(
        catalogue["subject"].format(
            marks=marks(context, catalogue, [parts]),
            sign=parts.sign,
            place=parts.scene.place,
            headline=parts.headline,
            glance=glance,
        )
    ).strip()


def long_body(parts: Parts, context: Context, url: str, *, personal: bool) -> str:
    """Blocks of lines; the mark of a drill first and last."""
    catalogue, words = parts.catalogue, parts.words
    work = []
    if parts.scene.detail.get("maintenance"):
        work = [catalogue["maintenance"], filled(catalogue["maintenance_until"], words)]
    where = filled(catalogue["where"], words) or filled(catalogue["where_without_kind"], words)
    headline = catalogue["headline"].format(sign=parts.sign, headline=parts.headline)
    picture = list(picture_lines(parts.scene, url, personal=personal))
    return blocks(
        context,
        catalogue,
        [work, parts.lead, [where, headline], parts.facts, parts.note, picture],
        url,
        personal=personal,
    )


def blocks(
    context: Context, catalogue: Mapping[str, Any], middle: Iterable[Sequence[str]], url: str, *, personal: bool
) -> str:
    """The frame of every long message around its own blocks."""
    drill = [catalogue["drill"]] if context.drill else []
    shown = [catalogue["demonstration"]] if context.registry.city.demonstration else []
    ends = [[link_line(catalogue, url, personal=personal)], [catalogue["foot"]], drill]
    joined = ["\n".join(line for line in block if line) for block in [drill + shown, *middle, *ends]]
    return "\n\n".join(block for block in joined if block) + "\n"


def link_line(catalogue: Mapping[str, Any], url: str, *, personal: bool) -> str:
    """The link with what it is for; nothing without one."""
    return str(catalogue["link_personal" if personal else "link"].format(url=url)) if url else ""


def short_body(parts: Parts, context: Context, url: str, *, personal: bool = False) -> str:
    """One text message: marks, how bad and the link whole, the place shortened, and of the rest what has room."""
    del personal
    catalogue = parts.catalogue
    mark = marks(context, catalogue, [parts])
    end = "".join(f" {each}" for each in (url, catalogue["mark_drill_end"] if context.drill else "") if each)

    def line(place: str, pieces: Sequence[str]) -> str:
        return str(catalogue["brief"].format(marks=mark, sign=parts.sign, place=place, brief=" ".join(pieces)).strip())

    pieces = list(parts.brief)
    plain = (line(parts.scene.place, pieces) + end).isascii()
    room, cut = (ONE_ASCII - len(end), ASCII_CUT) if plain else (room_for(end), CUT)
    while pieces and len(line(shortened(parts.scene.place, LEAST_PLACE, cut), pieces)) > room:
        pieces.pop()
    free = room - len(line("", pieces))
    if pieces or free >= len(parts.scene.place):
        return line(shortened(parts.scene.place, free, cut), pieces) + end
    first = shortened(parts.brief[0], max(0, free - LEAST_PLACE), cut) if parts.brief else ""
    return line(shortened(parts.scene.place, LEAST_PLACE, cut), [first] if len(first) > 1 else []) + end


def room_for(end: str) -> int:
    """Characters for the text beside its end: within one message where that leaves enough, else within two."""
    if ONE_SMS - len(end) >= LEAST_TEXT:
        return ONE_SMS - len(end)
    return min(ONE_SMS, max(LEAST_TEXT, TWO_SMS - len(end)))


def shortened(text: str, most: int, cut: str = CUT) -> str:
    """The text, cut where it is longer than ``most`` characters, with a sign that it was."""
    return text if len(text) <= most else text[: max(0, most - len(cut))].rstrip() + cut
