"""``mizumori dead-letters list|show|retry``: what was refused, and a second try."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from deploy.commands.context import Context, UsageError, jst, say
from deploy.wiring.ingest import retry_of
from deploy.wiring.stores import Stores, open_stores
from ingest.clock import JST
from ingest.dead_letters import Retried
from ingest.readings import DeadLetter
from ingest.store.dead_letters import DeadLetters, Wanted
from ingest.store.protocol import Appended

UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
PAGE = 200
SHOWN_BYTES = 2000


def add_to(commands: Any) -> None:
    """The commands of this file."""
    group = commands.add_parser("dead-letters", help="list, show or retry messages that were refused")
    actions = group.add_subparsers(dest="action", required=True, metavar="list|show|retry")
    _add_list(actions)
    _add_show(actions)
    _add_retry(actions)


def _add_list(actions: Any) -> None:
    text = "list refused messages, newest first, and how many there were by reason"
    command = actions.add_parser("list", help=text, description=text)
    command.add_argument("--reason", help="only this reason, for example unknown_device")
    command.add_argument("--topic", help="only this topic; * stands for anything")
    command.add_argument("--since", metavar="AGE", help="only those received since, for example 90min, 12h or 7d")
    command.add_argument("--limit", type=int, default=50, help="at most so many (50)")
    command.add_argument("--json", action="store_true", help="as JSON, one letter a line")
    command.set_defaults(run=show_list)


def _add_show(actions: Any) -> None:
    text = "show all that is kept of a refused message"
    command = actions.add_parser("show", help=text, description=text)
    command.add_argument("id", type=int)
    command.set_defaults(run=show)


def _add_retry(actions: Any) -> None:
    text = "put refused messages through the pipeline again, after the registry or a decoder was put right"
    command = actions.add_parser("retry", help=text, description=text)
    command.add_argument("id", type=int, nargs="*")
    command.add_argument("--reason", help="all of this reason")
    command.add_argument("--topic", help="all of this topic; * stands for anything")
    command.add_argument("--all", action="store_true", help="all there are")
    command.set_defaults(run=retry)


def show_list(context: Context, options: argparse.Namespace) -> int:
    """Print the letters and the counts."""
    since = context.clock.now() - _age(options.since) if options.since else None
    if options.limit < 1:
        raise UsageError(f"--limit {options.limit}: write a number from 1")
    stores = open_stores(context.settings)
    found = DeadLetters(stores.database).find(Wanted((), options.reason, options.topic, since), options.limit)
    if options.json:
        for letter in found:
            say(json.dumps(record(letter), ensure_ascii=False))
    else:
        for letter in found:
            say(line(letter))
        if not found and (options.reason or options.topic or since):
            say("no letter that is kept fits; of all that came:")
        _say_counts(stores)
    stores.close()
    return 0


def show(context: Context, options: argparse.Namespace) -> int:
    """Print one letter."""
    stores = open_stores(context.settings)
    letter = next(iter(DeadLetters(stores.database).find(Wanted([options.id]))), None)
    stores.close()
    if letter is None:
        raise UsageError(f"there is no dead letter {options.id}: mizumori dead-letters list shows those that there are")
    for text in whole(letter):
        say(text)
    return 0


def retry(context: Context, options: argparse.Namespace) -> int:
    """Try letters again and say what became of each; 1 where any is still refused."""
    if not (options.id or options.reason or options.topic or options.all):
        raise UsageError("name the letters to be tried again: their numbers, --reason, --topic or --all")
    stores = open_stores(context.settings)
    again = retry_of(context.settings, stores)
    wanted = Wanted(options.id, options.reason, options.topic)
    found = _oldest_first(DeadLetters(stores.database), wanted)
    outcomes = []
    for letter_id in found:
        for letter in DeadLetters(stores.database).find(Wanted([letter_id])):
            outcomes.append(again.one(letter))
            say(outcome_line(outcomes[-1]))
    stores.close()
    missing = sorted(set(options.id) - set(found))
    for letter_id in missing:
        say(f"{letter_id}: there is no such letter")
    refused = sum(bool(each.refused) for each in outcomes)
    say(f"{len(outcomes)} tried again, {len(outcomes) - refused} kept now, {refused} still refused")
    return 1 if refused or missing else 0


def _oldest_first(letters: DeadLetters, wanted: Wanted) -> list[int]:
    """The ids of the letters that there are at this moment: readings are kept in the order in which they came."""
    ids: list[int] = []
    while page := letters.find(wanted, PAGE, ids[-1] if ids else None):
        ids += [each.id for each in page]
    return ids[::-1]


def line(letter: DeadLetter) -> str:
    """A letter in one line."""
    cut = "" if letter.whole else " (cut)"
    at = jst(letter.received_at)
    return f"{letter.id:>7}  {at}  {letter.reason:<22}{letter.size_bytes:>8} B{cut}  {letter.topic}  {letter.detail}"


def whole(letter: DeadLetter) -> Iterator[str]:
    """A letter in all its parts."""
    yield f"number      {letter.id}"
    yield f"received    {letter.received_at.astimezone(JST):%Y-%m-%d %H:%M:%S} JST"
    yield f"topic       {letter.topic}"
    yield f"reason      {letter.reason}"
    yield f"detail      {letter.detail}"
    yield f"size        {letter.size_bytes} bytes{'' if letter.whole else f', of which {len(letter.head)} are kept'}"
    flags = [name for name in ("redelivered", "retained") if getattr(letter, name)]
    yield f"packet      {letter.packet_id} {' '.join(flags)}".rstrip()
    for name, value in letter.properties.items():
        yield f"property    {name} = {value}"
    yield "payload"
    yield from payload(letter.head)


def payload(data: bytes) -> list[str]:
    """Bytes as people can read them: as text where they are text, else as hexadecimal digits."""
    shown = data[:SHOWN_BYTES]
    more = [f"… and {len(data) - SHOWN_BYTES} bytes more"] if len(data) > SHOWN_BYTES else []
    try:
        text = shown.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if text and all(each.isprintable() or each in "\n\t" for each in text):
        return ["  " + each for each in text.splitlines()] + more
    return ["  " + shown[start : start + 32].hex(" ", 4) for start in range(0, len(shown), 32)] + more


def record(letter: DeadLetter) -> dict[str, object]:
    """A letter for programs; the payload as hexadecimal digits."""
    return {
        "id": letter.id,
        "received_at": letter.received_at.isoformat(),
        "topic": letter.topic,
        "reason": letter.reason,
        "detail": letter.detail,
        "size_bytes": letter.size_bytes,
        "whole": letter.whole,
        "payload_hex": letter.head.hex(),
    }


def outcome_line(done: Retried) -> str:
    """What became of a letter."""
    if done.refused:
        return f"{done.letter.id}: still refused: {done.refused}"
    return f"{done.letter.id}: {_brought(done.appended)}"


def _brought(appended: Appended) -> str:
    parts = [
        f"{count} {name}{'' if count == 1 else 's'}"
        for name, count in (
            ("reading", appended.readings),
            ("camera report", appended.reports),
            ("still", appended.stills),
        )
        if count
    ]
    if appended.duplicates:
        parts.append(f"{appended.duplicates} that {'was' if appended.duplicates == 1 else 'were'} there already")
    return "kept: " + (", ".join(parts) or "it holds nothing that is not there already")


def _say_counts(stores: Stores) -> None:
    summary = stores.log.dead_letters()
    if summary.counts:
        say("")
    for reason, count in sorted(summary.counts.items(), key=lambda each: -each[1]):
        kept, over = summary.kept.get(reason, 0), summary.passed_over.get(reason, 0)
        retried = summary.retried.get(reason, 0)
        say(f"{reason}: {count} refused, {kept} kept, {over} only counted, {retried} kept after a retry")
    if not summary.counts:
        say("no message was ever refused")


def _age(text: str) -> timedelta:
    for unit, length in UNITS.items():
        number = text.removesuffix(unit)
        if number != text and number.isdigit():
            return int(number) * length
    raise UsageError(f"--since {text}: write a number with min, h or d, for example 90min, 12h or 7d")
