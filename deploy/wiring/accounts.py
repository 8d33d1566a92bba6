"""Who may come in to the staff's pages."""

from __future__ import annotations

import logging

from dashboard.accounts.desk import AccountDesk, nobody_named
from dashboard.accounts.gate import Fixed, Gate, WithAccounts
from dashboard.accounts.setup import SetupToken
from dashboard.accounts.store import SqlAccounts
from dashboard.i18n import text
from deploy.settings import Settings
from deploy.wiring.clockwork import machine_time
from deploy.wiring.stores import Stores

log = logging.getLogger(__name__)


def account_desk(settings: Settings, stores: Stores) -> AccountDesk:
    """The accounts of a house. Sessions and codes go by the machine's time, also where a replay's runs faster."""
    return AccountDesk(SqlAccounts(stores.database), settings.dashboard.accounts, machine_time)


def gate(settings: Settings, stores: Stores) -> Gate:
    """The gate of the settings. Where there is no account yet, the address that makes the first one is logged."""
    if not settings.dashboard.accounts.enabled:
        log.warning("dashboard.accounts.enabled is false: whoever reaches the staff dashboard may do everything there")
        return Fixed(nobody_named(text("ja", "accounts.without")))
    desk = account_desk(settings, stores)
    setup = SetupToken(desk.store.any_account)
    if setup.needed():
        log.warning("there is no account yet; make the first one at %s", setup_address(settings, setup))
    return WithAccounts(desk, setup)


def setup_address(settings: Settings, setup: SetupToken) -> str:
    """Where the first account is made."""
    base = settings.dashboard.url or f"http://{settings.dashboard.host}:{settings.dashboard.port}"
    return f"{base.rstrip('/')}/setup?token={setup.token}"
