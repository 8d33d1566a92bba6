"""``mizumori user add|list|change|sessions|disable|enable|reset``: who may sign in to the staff's pages."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Sequence
from typing import Any

from dashboard.accounts import passwords
from dashboard.accounts.actor import Role
from dashboard.accounts.desk import AccountDesk, normal
from dashboard.accounts.keeping import Keeper
from dashboard.accounts.records import Account, NewAccount
from deploy.commands import user_tokens
from deploy.commands.context import Context, UsageError, jst, say
from deploy.commands.registry import author
from deploy.commands.user_tokens import add_places, kept, role_among
from deploy.wiring.accounts import account_desk
from deploy.wiring.stores import open_stores

ACTIONS = "add|list|change|sessions|disable|enable|reset|token"
MADE = "make a password and show it once; its owner changes it at the first sign-in"
PROMPTED = "The password is asked for, or read from standard input; it is never an argument."


def add_to(commands: Any) -> None:
    """The commands of this file."""
    text_ = "accounts of the staff dashboard: who may sign in, as what"
    group = commands.add_parser("user", help=text_, description=text_)
    actions = group.add_subparsers(dest="action", required=True, metavar=ACTIONS)
    action = _of_one(actions, "add", add, f"add an account. {PROMPTED}")
    action.add_argument(
        "--role", type=role_among(tuple(Role)), choices=tuple(Role), required=True, help="what the account may do"
    )
    action.add_argument("--name", help="the name that the chronology writes; else the login name")
    add_places(action)
    action.add_argument("--wall", action="store_true", help="for a wall screen: stays signed in for long, viewer only")
    action.add_argument("--made", action="store_true", help=MADE)
    text_ = "list the accounts"
    actions.add_parser("list", help=text_, description=text_).set_defaults(run=show)
    action = _of_one(actions, "change", change, "another role, other departments or areas")
    action.add_argument(
        "--role", type=role_among(tuple(Role)), choices=tuple(Role), help="what the account may do from now on"
    )
    add_places(action)
    action.add_argument("--everywhere", action="store_true", help="no department and no area any more")
    _of_one(actions, "sessions", end_sessions, "sign somebody out everywhere")
    _of_one(actions, "disable", disable, "let somebody sign in no more, and end all sessions of the account at once")
    _of_one(actions, "enable", enable, "let somebody sign in again")
    action = _of_one(actions, "reset", reset, f"a new password and a new second factor; sessions end. {PROMPTED}")
    action.add_argument("--made", action="store_true", help=MADE)
    action.add_argument("--keep-second-factor", action="store_true", help="only a new password")
    user_tokens.add_to(actions)


def _of_one(actions: Any, name: str, run: Any, words: str) -> Any:
    action = actions.add_parser(name, help=words, description=words)
    action.add_argument("login", help="login name: small letters, digits and . _ - @")
    action.set_defaults(run=run)
    return action


def add(context: Context, options: argparse.Namespace) -> int:
    """Add an account."""
    if options.wall and options.role is not Role.VIEWER:
        raise UsageError("an account for a wall screen is a viewer: write --role viewer")
    desk = _desk(context)
    if desk.store.account(normal(options.login)):
        raise UsageError(f"there is an account {options.login} already: mizumori user reset gives it a new password")
    password = _password(made=options.made)
    new = NewAccount(
        login=options.login,
        name=options.login if options.name is None else options.name,
        role=options.role,
        password_hash="",
        departments=tuple(options.department),
        areas=tuple(options.area),
        wall=options.wall,
        must_change=options.made,
    )
    kept(lambda: _keeper(desk).add(new, password))
    say(f"added {normal(options.login)} ({options.role})")
    _say_made(password, made=options.made)
    return 0


def show(context: Context, _: argparse.Namespace) -> int:
    """One line for each account."""
    desk = _desk(context)
    accounts = desk.store.accounts()
    for each in accounts:
        say(f"{each.login}: {each.name}, {', '.join(_facts(desk, each))}")
    if not accounts:
        say("there are no accounts yet: run mizumori user add LOGIN --role administrator, or open /setup")
    return 0


def disable(context: Context, options: argparse.Namespace) -> int:
    """Disable an account."""
    desk = _desk(context)
    account = _account(desk, options.login)
    ended = kept(lambda: _keeper(desk).disable(account))
    say(f"{account.login} may sign in no more; {_sessions(ended)} ended")
    return 0


def enable(context: Context, options: argparse.Namespace) -> int:
    """Enable an account."""
    desk = _desk(context)
    account = _account(desk, options.login)
    kept(lambda: _keeper(desk).enable(account))
    say(f"{account.login} may sign in again")
    return 0


def change(context: Context, options: argparse.Namespace) -> int:
    """Another role, other departments or areas."""
    desk = _desk(context)
    account = _account(desk, options.login)
    departments = () if options.everywhere else tuple(options.department) or None
    areas = () if options.everywhere else tuple(options.area) or None
    kept(lambda: _keeper(desk).change(account, options.role, departments, areas))
    after = _account(desk, account.login)
    is_now = ", ".join((after.role, *after.departments, *after.areas))
    say(f"{account.login} is {is_now}; open pages know it within seconds")
    return 0


def end_sessions(context: Context, options: argparse.Namespace) -> int:
    """Sign somebody out everywhere."""
    desk = _desk(context)
    account = _account(desk, options.login)
    say(f"{_sessions(_keeper(desk).end_sessions(account))} of {account.login} ended")
    return 0


def reset(context: Context, options: argparse.Namespace) -> int:
    """Reset an account."""
    desk = _desk(context)
    account = _account(desk, options.login)
    password, both = _password(made=options.made), not options.keep_second_factor
    ended = kept(lambda: _keeper(desk).reset(account, password, made=options.made, second_factor=both))
    more = " and has to set up the second factor anew" if both and account.totp_secret else ""
    say(f"{account.login} has a new password{more}; {_sessions(ended)} ended")
    _say_made(password, made=options.made)
    return 0


def _desk(context: Context) -> AccountDesk:
    return account_desk(context.settings, open_stores(context.settings))


def _keeper(desk: AccountDesk) -> Keeper:
    return Keeper(desk.store, desk.passwords, desk.now, author())


def _account(desk: AccountDesk, login: str) -> Account:
    account = desk.store.account(normal(login))
    if account is None:
        known = ", ".join(each.login for each in desk.store.accounts()) or "none yet"
        raise UsageError(f"there is no account {login}: write one of {known}")
    return account


def _password(*, made: bool) -> str:
    """A made one, or what the person types twice, or a line of standard input."""
    if made:
        return passwords.made()
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise UsageError("the two passwords are not the same: try again")
    return password


def _say_made(password: str, *, made: bool) -> None:
    if made:
        say(f"password, shown this once: {password}")


def _facts(desk: AccountDesk, account: Account) -> Sequence[str]:
    where = ", ".join((*account.departments, *account.areas))
    sessions = [each for each in desk.store.sessions(account.id) if each.expires_at > desk.now()]
    return [
        account.role,
        *(["wall screen"] if account.wall else []),
        *([f"only {where}"] if where else []),
        *(["second factor"] if account.totp_secret else []),
        *([f"disabled since {jst(account.disabled_at)} JST"] if account.disabled_at else []),
        _sessions(len(sessions)),
        *([f"seen {jst(max(each.seen_at for each in sessions))} JST"] if sessions else []),
    ]


def _sessions(count: int) -> str:
    return f"{count} session{'' if count == 1 else 's'}"
