"""A crew member's telephone: it asks the application of the answers itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx

from alerts.answers.app import create_app
from alerts.answers.limits import Limits
from alerts.answers.tokens import Claim
from tests.alerts.crew_desk import CREW, VALID, CrewDesk
from tests.alerts.scenes import at

CLAIM = Claim(CREW, 7, at(40) + VALID)


class Phone:
    """Asks the application itself."""

    def __init__(self, crew: CrewDesk, limits: Limits | None = None, now_s: Callable[[], float] = lambda: 0.0) -> None:
        self._app = create_app(crew.services, limits, now_s)

    def get(self, token: str, query: str = "") -> httpx.Response:
        return self.ask("GET", f"/a/{token}{query}")

    def press(self, token: str, reply: str = "acknowledge", note: str = "", level: str = "4") -> httpx.Response:
        fields = {"reply": reply, "note": note, "level": level}
        return self.ask("POST", f"/a/{token}", data=fields)

    def ask(self, method: str, path: str, **more: object) -> httpx.Response:
        return asyncio.run(self._ask(method, path, more))

    async def _ask(self, method: str, path: str, more: dict[str, object]) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self._app), base_url="http://kotae") as client:
            return await client.request(method, path, **more)  # type: ignore[arg-type]
