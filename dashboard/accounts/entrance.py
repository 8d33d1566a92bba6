"""The accounts, put before a server."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI

from dashboard.accounts import routes
from dashboard.accounts.gate import Gate, WithAccounts
from dashboard.accounts.guard import Guard


def stand_before(server: FastAPI, gate: Gate, house: Callable[[], str]) -> None:
    """Guard every route of ``server``, those that are added later too, and serve the pages of signing in where people
    do. ``house`` names the city (blocking)."""
    if isinstance(gate, WithAccounts):
        routes.register(server, gate, house)
    server.add_middleware(Guard, gate=gate)
