"""Where a request comes from, and by which name it came. Pure."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection


def address_of(connection: HTTPConnection) -> str:
    """Where a request comes from; behind a trusted proxy uvicorn has put the browser's address here."""
    return connection.client.host if connection.client else ""


def name_of(host: str) -> str:
    """The name or address in a Host header or an address of the web, in small letters; empty where it is none."""
    try:
        named = urlsplit(host if "://" in host else f"//{host}").hostname
    except ValueError:
        return ""
    return (named or "").rstrip(".")


def is_address(name: str) -> bool:
    """Whether it is an address, to which no other name can be made to lead."""
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
