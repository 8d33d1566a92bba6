"""``mizumori public list|show|preview|draft|edit|approve|publish|withdraw|update|all-clear|cancel|correct``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from alerts.public.desk import Desk
from alerts.public.records import Given, Out, PublicMessage, Refused, State
from alerts.public.rendering import shown_state
from alerts.store.public import SqlPublicMessages
from deploy.commands.context import Context, UsageError, jst, say
from deploy.commands.public_given import PARTS, given, why
from deploy.wiring.public import public_desk
from deploy.wiring.stores import Stores, open_stores
from ingest.clock import JST

WAITING = (State.DRAFT, State.APPROVED)


def add_to(commands: Any) -> None:
    """The commands of this file."""
    group = commands.add_parser("public", help="what the public is told: drafts, approvals, publishing, corrections")
    actions = group.add_subparsers(dest="action", required=True, metavar="list|show|draft|approve|publish|…")
    _add_looks(actions)
    text = "begin a message by hand, with or without a station; it needs approvals as any other"
    action = _action(actions, "draft", draft, text, numbered=False)
    action.add_argument("--station", action="append", default=[], metavar="ID", help="about this station; repeatable")
    _add_place(action)
    _add_content(action)
    _add_content(_action(actions, "edit", edit, "change a draft; approvals given before are void"))
    for name, run, text in (
        ("approve", approve, "approve a draft; the same person counts once"),
        ("publish", publish, "send an approved message to the public"),
    ):
        action = _action(actions, name, run, text)
        why = "an all-clear though a gauge says otherwise, or a message that nobody gets"
        action.add_argument("--despite", default="", metavar="WHY", help=why)
    _action(actions, "withdraw", withdraw, "take a draft back").add_argument("--why", default="")
    _add_content(_action(actions, "update", update, "draft what holds now, after a published message"))
    _add_content(_action(actions, "all-clear", all_clear, "draft the end of a published danger"))
    _add_why(_action(actions, "cancel", cancel, "take back all of a danger, at once, from exactly those who got it"))
    text = "put a published message right, at once, for exactly those who got it"
    action = _action(actions, "correct", correct, text)
    text = "the newest message of the chain that you read, where it is not this one: nothing goes out twice"
    action.add_argument("--last-seen", type=int, metavar="ID", help=text)
    _add_why(action)
    _add_content(action)


def _add_looks(actions: Any) -> None:
    text = "list messages, newest first"
    action = actions.add_parser("list", help=text, description=text)
    action.add_argument("--waiting", action="store_true", help="only what waits for somebody to decide")
    action.add_argument("--limit", type=int, default=30, help="at most so many (30)")
    action.add_argument("--json", action="store_true", help="as JSON, one message a line: texts for other systems")
    action.set_defaults(run=_guarded(show_list))
    text = "show a message and who decided what"
    action = actions.add_parser("show", help=text, description=text)
    action.add_argument("id", type=int)
    action.set_defaults(run=_guarded(show))
    text = "show a message as its receivers would get it"
    action = actions.add_parser("preview", help=text, description=text)
    action.add_argument("id", type=int)
    action.add_argument("--language", choices=("ja", "en"), default="ja")
    action.add_argument("--short", action="store_true", help="the form of SMS and LINE")
    action.set_defaults(run=_guarded(preview))


def _action(actions: Any, name: str, run: Callable[..., int], text: str, *, numbered: bool = True) -> Any:
    action = actions.add_parser(name, help=text, description=text)
    if numbered:
        action.add_argument("id", type=int, help="the number of the message")
    action.add_argument("--by", required=True, metavar="NAME", help="who decides: a name or role")
    action.set_defaults(run=_guarded(run))
    return action


def _add_content(action: Any) -> None:
    for part in PARTS:
        action.add_argument(f"--{part}", metavar="TEXT", help=f"the {part} in Japanese")
        action.add_argument(f"--{part}-en", metavar="TEXT", help=f"the {part} in English")
    action.add_argument("--gravity", type=int, choices=range(1, 6), help="how grave it is")
    text = "the alert level that the authority has issued (発令された警戒レベル)"
    action.add_argument("--issued-level", type=int, choices=range(1, 6), help=text)
    action.add_argument("--issued-by", metavar="WHO", help="who issued it")
    action.add_argument("--issued-at", metavar="TIME", help="when, for example 2026-07-01T20:00+09:00")
    text = "where: city, an area of the registry or a station; the public page names the level only where it is said"
    action.add_argument("--issued-for", metavar="PLACE", help=text)
    action.add_argument("--no-issued-level", action="store_true", help="take the issued level out")


def _add_place(action: Any) -> None:
    action.add_argument("--place", metavar="NAME", help="a place without a station, in Japanese")
    action.add_argument("--place-en", metavar="NAME", help="its name in English")
    action.add_argument("--circle", metavar="LAT,LON,KM", help="a circle around a point")
    action.add_argument("--polygon", metavar="LAT,LON …", help="its outline, the first point again at the end")


def _add_why(action: Any) -> None:
    action.add_argument("--why", required=True, metavar="TEXT", help="what was wrong, in Japanese: receivers read it")
    action.add_argument("--why-en", default="", metavar="TEXT", help="the same in English")


def _guarded(run: Callable[..., int]) -> Callable[[Context, argparse.Namespace], int]:
    """What is refused is said in one sentence."""

    def guarded(context: Context, options: argparse.Namespace) -> int:
        stores = open_stores(context.settings)
        try:
            return run(options, public_desk(context.settings, stores, context.clock), stores)
        except Refused as why:
            raise UsageError(str(why)) from why
        finally:
            stores.close()

    return guarded


def show_list(options: argparse.Namespace, _: Desk, stores: Stores) -> int:
    """One line a message."""
    found = SqlPublicMessages(stores.database).newest(options.limit, WAITING if options.waiting else tuple(State))
    for each in found:
        say(json.dumps(exported(each), ensure_ascii=False) if options.json else line(each))
    if not found and not options.json:
        say("there is no message" + (" that waits" if options.waiting else " yet"))
    return 0


def show(options: argparse.Namespace, desk: Desk, stores: Stores) -> int:
    """A message with its decisions."""
    message = SqlPublicMessages(stores.database).one(options.id)
    say(line(message))
    for each in message.decisions:
        say(f"  {jst(each.at)}  {each.action}  {each.actor}  {each.detail}".rstrip())
    say("")
    say(desk.preview(options.id))
    return 0


def preview(options: argparse.Namespace, desk: Desk, _: Stores) -> int:
    """The text."""
    say(desk.preview(options.id, options.language, short=options.short))
    return 0


def draft(options: argparse.Namespace, desk: Desk, stores: Stores) -> int:
    """Begin one."""
    return _said(desk.draft(options.by, given(options, stores.city())))


def edit(options: argparse.Namespace, desk: Desk, stores: Stores) -> int:
    """Change one."""
    return _said(desk.edit(options.id, options.by, given(options, stores.city())))


def approve(options: argparse.Namespace, desk: Desk, _: Stores) -> int:
    """Approve one."""
    return _said(desk.approve(options.id, options.by, options.despite))


def publish(options: argparse.Namespace, desk: Desk, _: Stores) -> int:
    """Publish one."""
    return _sent(desk.publish(options.id, options.by, options.despite))


def withdraw(options: argparse.Namespace, desk: Desk, _: Stores) -> int:
    """Withdraw one."""
    return _said(desk.withdraw(options.id, options.by, options.why))


def update(options: argparse.Namespace, desk: Desk, stores: Stores) -> int:
    """Draft an update; what nobody wrote anew is what was said before, and must not pass for what holds now."""
    entered = given(options, stores.city())
    made = desk.update(options.id, options.by, entered)
    _said(made)
    if old := _left_out(entered, ("headline", "description")):
        say(f"what was said before stands in it still ({old}); write what holds now before it is approved:")
        say(f"mizumori public edit {made.id} --by NAME --headline … --description …  (with -en: in English)")
    return 0


def all_clear(options: argparse.Namespace, desk: Desk, stores: Stores) -> int:
    """Draft the all-clear."""
    return _said(desk.all_clear(options.id, options.by, given(options, stores.city())))


def cancel(options: argparse.Namespace, desk: Desk, _: Stores) -> int:
    """Cancel a chain."""
    return _sent(desk.cancel(options.id, options.by, why(options)))


def correct(options: argparse.Namespace, desk: Desk, stores: Stores) -> int:
    """Correct a message: a correction that says the same once more would help nobody. Sent again it is refused, since
    another message is the newest of the chain by then."""
    right = given(options, stores.city())
    if not any(right.texts.values()) and replace(right, texts={}) == Given():
        raise UsageError(
            "say what is right: --headline, --description or --instruction (with -en: in English), --gravity or an "
            f"issued level; where nothing of it is right, mizumori public cancel {options.id} takes all of it back"
        )
    last_seen = options.id if options.last_seen is None else options.last_seen
    return _sent(desk.correct(options.id, options.by, why(options), right, last_seen))


def _left_out(entered: Given, parts: tuple[str, ...]) -> str:
    """The parts that a person did not write, for people."""
    return ", ".join(
        part if language == "ja" else f"{part} in English"
        for language in ("ja", "en")
        for part in parts
        if part not in entered.texts.get(language, {})
    )


def line(message: PublicMessage) -> str:
    """A message in one line."""
    at = jst(message.sent_at or message.created_at)
    step = f"{message.step} of {message.chain_id}" if message.chain_id != message.id else str(message.step)
    drill = " [drill]" if message.drill else ""
    return f"{message.id:>5}  {at}  {shown_state(message):<22}{step:<20}{message.content.texts['ja'].headline}{drill}"


def exported(message: PublicMessage) -> dict[str, object]:
    """The texts and facts of a message for other systems. No conformance with any of them is claimed."""
    content = message.content
    return {
        "id": message.id,
        "chain": message.chain_id,
        "identifier": message.identifier,
        "step": message.step,
        "state": message.state,
        "drill": message.drill,
        "sent_at": message.sent_at and message.sent_at.astimezone(JST).isoformat(),
        "expires_at": message.expires_at and message.expires_at.astimezone(JST).isoformat(),
        "stations": list(content.station_ids),
        "places": [dict(each.names) for each in content.where],
        "hazard_of_gauge": content.hazard,
        "issued_alert_level": content.issued and content.issued.level,
        "approved_by": [each.actor for each in message.approvals],
        "texts": {
            language: {part: getattr(texts, part) for part in PARTS} for language, texts in content.texts.items()
        },
    }


def _said(message: PublicMessage) -> int:
    say(line(message))
    return 0


def _sent(out: Out) -> int:
    say(line(out.message))
    say("1 delivery waits for the service" if out.told == 1 else f"{out.told} deliveries wait for the service")
    if out.taken_back:
        say(f"{out.taken_back} deliveries of what was told before were taken back before they were sent")
        if out.message.corrects is not None:
            say(f"these have heard nothing: mizumori public update {out.message.id} tells them what is right")
    return 0
