"""``mizumori user token add|list|revoke``: by which programs ask the API."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, TypeVar

from dashboard.accounts.actor import Role
from dashboard.accounts.keeping import KeepingError
from dashboard.accounts.token_keeping import NewToken, TokenKeeper, last_day
from dashboard.accounts.tokens import ROLES, Token
from dashboard.i18n import text
from deploy.commands.context import Context, UsageError, jst, say
from deploy.commands.registry import author
from deploy.wiring.accounts import office
from deploy.wiring.clockwork import machine_time
from deploy.wiring.stores import open_stores

T = TypeVar("T")


def add_to(actions: Any) -> None:
    """The commands of this file, below those of accounts."""
    words = "tokens by which programs ask the API: Authorization: Bearer TOKEN"
    group = actions.add_parser("token", help=words, description=words)
    deeds = group.add_subparsers(dest="deed", required=True, metavar="add|list|revoke")
    words = "make a token; it is shown this once"
    action = deeds.add_parser("add", help=words, description=words)
    action.add_argument("name", help="what the chronology and the audit log write; of no person")
    action.add_argument("--role", type=role_among(ROLES), choices=ROLES, required=True, help="what the program may do")
    words = "the last day on which it opens anything (YYYY-MM-DD); two years at the most"
    action.add_argument("--until", type=_day, required=True, metavar="DAY", help=words)
    add_places(action)
    action.set_defaults(run=add)
    words = "list the tokens, those that ended too"
    deeds.add_parser("list", help=words, description=words).set_defaults(run=show)
    words = "let a token open nothing any more, at once"
    action = deeds.add_parser("revoke", help=words, description=words)
    action.add_argument("name", help="its name")
    action.set_defaults(run=revoke)


def role_among(roles: Sequence[Role]) -> Callable[[str], Role]:
    """Reads one of these roles; of any other word it is said what to write instead."""
    names = [str(each) for each in roles]

    def read(word: str) -> Role:
        if word in names:
            return Role(word)
        raise argparse.ArgumentTypeError(
            f"there is no role {word!r} here: write {', '.join(names[:-1])} or {names[-1]}"
        )

    return read


def add(context: Context, options: argparse.Namespace) -> int:
    """Make a token."""
    asked = NewToken(options.name, options.role, options.until, tuple(options.department), tuple(options.area))
    made = kept(lambda: _keeper(context).add(asked))
    say(f"added the token {options.name} ({options.role}, until {options.until})")
    say(f"token, shown this once: {made}")
    return 0


def show(context: Context, _: argparse.Namespace) -> int:
    """One line for each token."""
    found = _keeper(context).tokens()
    for each in found:
        say(f"{each.name}: {', '.join(_facts(each))}")
    if not found:
        say("there are no tokens yet: run mizumori user token add NAME --role viewer --until DAY")
    return 0


def revoke(context: Context, options: argparse.Namespace) -> int:
    """Revoke a token."""
    keeper = _keeper(context)
    standing = {each.name: each for each in keeper.tokens() if each.stands(machine_time())}
    if options.name not in standing:
        known = ", ".join(standing) or "none"
        raise UsageError(f"there is no token {options.name} that opens anything: write one of {known}")
    kept(lambda: keeper.revoke(standing[options.name]))
    say(f"the token {options.name} opens nothing any more")
    return 0


def kept(work: Callable[[], T]) -> T:
    """What an act of keeping answers; what it refuses is said in English."""
    try:
        return work()
    except KeepingError as error:
        raise UsageError(text("en", str(error))) from error


def add_places(action: Any) -> None:
    """The options that limit where something may act."""
    for what in ("department", "area"):
        text_ = f"acts at stations of this {what} only (may be given several times); sees the whole city"
        action.add_argument(f"--{what}", action="append", default=[], metavar="NAME", help=text_)


def _keeper(context: Context) -> TokenKeeper:
    found = office(context.settings, open_stores(context.settings))
    return found.token_keeper(author(), "mizumori user token")


def _facts(token: Token) -> Iterator[str]:
    yield token.role
    if where := ", ".join((*token.departments, *token.areas)):
        yield f"only {where}"
    if token.revoked_at is not None:
        yield f"revoked {jst(token.revoked_at)} JST"
    else:
        yield f"{'until' if token.stands(machine_time()) else 'ended'} {last_day(token):%Y-%m-%d}"
    yield f"made by {token.made_by}"
    yield f"used {jst(token.used_at)} JST from {token.used_from}" if token.used_at else "never used"


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{written} is no day: write it like 2027-03-31") from error
