"""The bytes of a still over HTTP."""

from __future__ import annotations

import asyncio
import re
from functools import partial

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse

from dashboard.i18n import text
from ingest.store.protocol import Copy, Stills

_NAME = re.compile(r"^(?:[A-Za-z0-9][A-Za-z0-9._:+-]{0,99}/){0,5}[A-Za-z0-9][A-Za-z0-9._:+-]{0,99}$")
_TYPES = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
LONG = "private, max-age=86400, immutable"
"""A still never changes under its name."""
SHORT = "private, max-age=60"
"""What stands in for a copy that may still be made."""


def media_type(file: str) -> str | None:
    """The image type of a well-formed name below the stills folder; None for any other name."""
    if not _NAME.match(file):
        return None
    return _TYPES.get(file.rpartition(".")[2].lower())


def copy_asked(name: str | None) -> Copy | None:
    """The copy that ``?copy=thumb`` asks for: the whole still or its small one; None for any other."""
    return {None: Copy.WHOLE, "": Copy.WHOLE, "thumb": Copy.THUMB}.get(name)


def read(stills: Stills, file: str, copy: Copy) -> tuple[bytes, str] | None:
    """The bytes of a still or of a copy of it, with how long they may be kept. Where there is no small copy (not yet,
    or of a still of long ago) the whole one stands in. Blocking."""
    data = stills.read(file, copy)
    if data is not None:
        return data, LONG
    data = stills.read(file) if copy is not Copy.WHOLE else None
    return None if data is None else (data, SHORT)


async def still(stills: Stills, request: Request) -> Response:
    """The image, or 404 with a sentence where the name is not one or the file is no longer kept."""
    file, copy = request.path_params["file"], copy_asked(request.query_params.get("copy"))
    kind = media_type(file)
    found = await asyncio.to_thread(read, stills, file, copy) if kind and copy else None
    if found is None:
        return PlainTextResponse(text("ja", "still.missing"), status_code=404)
    data, kept = found
    return Response(data, media_type=_type_of(data) or kind, headers={"Cache-Control": kept})


def _type_of(data: bytes) -> str | None:
    # The small copy of a PNG is a JPEG.
    return "image/jpeg" if data.startswith(b"\xff\xd8\xff") else None


def register(server: FastAPI, stills: Stills) -> None:
    """Serve stills below ``/still/``."""
    server.add_route("/still/{file:path}", partial(still, stills), methods=["GET"])
