"""Who may come in to the staff's pages."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from dashboard.accounts import passwords
from dashboard.accounts.actor import Role
from dashboard.accounts.desk import AccountDesk, nobody_named
from dashboard.accounts.gate import OF_DRILLS, Cookies, Fixed, Gate, WithAccounts
from dashboard.accounts.hosts import name_of
from dashboard.accounts.keeping import Keeper
from dashboard.accounts.office import Office
from dashboard.accounts.records import NewAccount
from dashboard.accounts.recovery_store import SqlRecovery
from dashboard.accounts.sealing import prepare
from dashboard.accounts.setup import SetupToken
from dashboard.accounts.store import SqlAccounts
from dashboard.accounts.token_store import SqlTokens
from dashboard.accounts.tokens import Tokens
from dashboard.accounts.vault import Vault
from dashboard.i18n import text
from deploy.settings import Settings
from deploy.wiring.clockwork import machine_time
from deploy.wiring.stores import Stores

log = logging.getLogger(__name__)

DEMONSTRATION = {
    "viewer": (Role.VIEWER, "閲覧 デモ"),
    "operator": (Role.OPERATOR, "当番 デモ"),
    "approver": (Role.APPROVER, "承認 デモ"),
    "admin": (Role.ADMINISTRATOR, "管理 デモ"),
}


def account_desk(settings: Settings, stores: Stores) -> AccountDesk:
    """The accounts of a house. Sessions and codes go by the machine's time, also where a replay's runs faster."""
    return AccountDesk(
        SqlAccounts(stores.database),
        settings.dashboard.accounts,
        machine_time,
        codes=SqlRecovery(stores.database),
        vault=Vault(settings.account_key),
    )


def gate(settings: Settings, stores: Stores) -> Gate:
    """The gate of the settings. Where there is no account yet, the address that makes the first one is logged."""
    if not settings.dashboard.accounts.enabled:
        log.warning("dashboard.accounts.enabled is false: whoever reaches the staff dashboard may do everything there")
        return Fixed(
            nobody_named(text("ja", "accounts.without")), hosts=frozenset({name_of(settings.dashboard.url)} - {""})
        )
    desk = account_desk(settings, stores)
    prepare(desk.store, desk.vault)
    setup = SetupToken(desk.store.any_account)
    if setup.needed():
        log.warning("there is no account yet; make the first one at %s", setup_address(settings, setup))
    tokens = Tokens(SqlTokens(stores.database), machine_time)
    return WithAccounts(desk, setup, OF_DRILLS if settings.drill.enabled else Cookies(), tokens)


def office_of(gate: Gate, stores: Stores) -> Office | None:
    """Where administrators keep what a gate knows; None where nobody signs in."""
    if not isinstance(gate, WithAccounts) or gate.tokens is None:
        return None
    return Office(gate.desk, SqlTokens(stores.database), gate.tokens)


def office(settings: Settings, stores: Stores) -> Office:
    """The same for the command line."""
    store = SqlTokens(stores.database)
    return Office(account_desk(settings, stores), store, Tokens(store, machine_time))


def setup_address(settings: Settings, setup: SetupToken) -> str:
    """Where the first account is made."""
    base = settings.dashboard.url or f"http://{settings.dashboard.host}:{settings.dashboard.port}"
    return f"{base.rstrip('/')}/setup?token={setup.token}"


def without_codes(settings: Settings) -> Settings:
    """A demonstration asks for no second factor, where it is not set otherwise: nobody has the telephone at hand."""
    accounts = settings.dashboard.accounts
    if "require_second_factor_for" in accounts.model_fields_set:
        return settings
    dashboard = {"accounts": accounts.model_copy(update={"require_second_factor_for": ()})}
    return settings.model_copy(update={"dashboard": settings.dashboard.model_copy(update=dashboard)})


def demonstration_accounts(settings: Settings, stores: Stores) -> Iterator[str]:
    """Make an account of each role where there is none at all; lines for the screen, the first time with the password.

    It is made up at each place, and kept nowhere.
    """
    if not settings.dashboard.accounts.enabled:
        yield "  accounts         none: dashboard.accounts.enabled is false"
        return
    desk, names = account_desk(settings, stores), ", ".join(DEMONSTRATION)
    if desk.store.any_account():
        yield "  accounts         mizumori user list says which; mizumori user reset LOGIN --made: a new password"
        return
    password = passwords.made()
    keeper = Keeper(desk.store, desk.passwords, desk.now, "demonstration", "")
    for login, (role, name) in DEMONSTRATION.items():
        keeper.add(NewAccount(login, name, role, ""), password)
    yield f"  accounts         {names}"
    yield f"  their password   {password}  (shown this once)"
