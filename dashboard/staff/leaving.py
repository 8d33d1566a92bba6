"""A page that is left: the address is another one's already, and what stands has yet to go."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from dash import no_update

from dashboard.staff.addresses import page_at


def while_at(place: str, draw: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """A callback, its last value the address, that draws nothing any more once the address is another page's.

    It would find nothing to draw, and take away from what still stands that on which other callbacks hang.
    """

    async def drawn(*values: Any) -> Any:
        return await draw(*values) if page_at(values[-1]).place == place else no_update

    return drawn
