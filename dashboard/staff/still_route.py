"""The bytes of a still over HTTP."""

from __future__ import annotations

import asyncio
import re
from functools import partial

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse

from dashboard.i18n import text
from ingest.store.protocol import Stills

_NAME = re.compile(r"^(?:[A-Za-z0-9][A-Za-z0-9._:+-]{0,99}/){0,5}[A-Za-z0-9][A-Za-z0-9._:+-]{0,99}$")
_TYPES = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


def media_type(file: str) -> str | None:
    """The image type of a well-formed name below the stills folder; None for any other name."""
    if not _NAME.match(file):
        return None
    return _TYPES.get(file.rpartition(".")[2].lower())


async def still(stills: Stills, request: Request) -> Response:
    """The image, or 404 with a sentence where the name is not one or the file is no longer kept."""
    file = request.path_params["file"]
    kind = media_type(file)
    data = await asyncio.to_thread(stills.read, file) if kind else None
    if data is None:
        return PlainTextResponse(text("ja", "still.missing"), status_code=404)
    return Response(data, media_type=kind, headers={"Cache-Control": "private, max-age=3600"})


def register(server: FastAPI, stills: Stills) -> None:
    """Serve stills below ``/still/``."""
    server.add_route("/still/{file:path}", partial(still, stills), methods=["GET"])
