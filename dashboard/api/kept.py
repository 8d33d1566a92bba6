"""Answers that a program need not load again: an ETag of what is said, and 304 where it is the same still."""

from __future__ import annotations

import hashlib

from fastapi import Request, Response
from pydantic import BaseModel

from dashboard.api.problems import Responses

SAME: Responses = {304: {"description": "the same as what the ETag that was sent names"}}
PRIVATE = "private, no-cache"
"""Only for whoever asked, and asked for again each time."""


def answered(request: Request, said: BaseModel) -> Response:
    """The answer with its ETag, or 304 without it where ``If-None-Match`` names it."""
    return answered_bytes(request, said.model_dump_json().encode())


def answered_bytes(request: Request, body: bytes) -> Response:
    """The same of JSON that is written already."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": PRIVATE}
    known = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
