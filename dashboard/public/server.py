"""A small server for the folder of the public site: for the demonstration and small cities; nginx does the same."""

from __future__ import annotations

import os
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from dashboard.public.headers import (
    ASKED_BEFORE,
    MEDIA_TYPES,
    OPEN,
    accepted,
    etag,
    headers_of,
    is_known,
    is_open,
    media_type,
)

MISSING = "404.html"


def create_app(folder: Path) -> Starlette:
    """The site in ``folder`` as an ASGI application; the folder may still be empty or missing."""
    app = Starlette(routes=[Route("/{path:path}", serve, methods=["GET", "OPTIONS"])])
    app.state.folder = folder.resolve()
    return app


def serve(request: Request) -> Response:
    """One file, read whole so that a page replaced meanwhile does no harm, or the page for what is missing."""
    folder: Path = request.app.state.folder
    if request.method == "OPTIONS":
        return _may_ask(str(request.path_params["path"]))
    found = locate(folder, str(request.path_params["path"]))
    if found is None:
        return _missing(request, folder)
    if found.is_dir():
        return _with_slash(request, found.relative_to(folder).as_posix())
    return _file(request, folder, found.relative_to(folder).as_posix()) or _missing(request, folder)


def locate(folder: Path, path: str) -> Path | None:
    """The file or folder that a request means; None where there is none or it is not the public's.

    Nothing outside the folder, no hidden file and no kind of file that the site does not have.
    """
    if "\0" in path or any(part.startswith(".") for part in path.split("/")):
        return None
    wanted = (folder / path.lstrip("/")).resolve()
    if not wanted.is_relative_to(folder):
        return None
    try:
        is_folder = wanted.is_dir()
    except OSError:  # a name that no file can have
        return None
    if is_folder:
        page = wanted / "index.html"
        asked = page if path == "" or path.endswith("/") else wanted
        return asked if page.is_file() else None
    return wanted if media_type(wanted.relative_to(folder).as_posix()) else None


@dataclass(frozen=True, slots=True)
class _Form:
    """A file, or a smaller form of it that lies beside it."""

    body: bytes
    modified_s: float
    coding: str = ""


def _file(request: Request, folder: Path, path: str, status: int = 200) -> Response | None:
    form = _best(folder / path, request.headers.get("accept-encoding", ""))
    if form is None:
        return None
    tag = etag(form.modified_s, len(form.body))
    headers = {**headers_of(path), "ETag": tag}
    if status == 200:
        headers["Last-Modified"] = formatdate(form.modified_s, usegmt=True)
    if status == 200 and is_known(tag, request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    if form.coding:
        headers["Content-Encoding"] = form.coding
    return Response(form.body, status_code=status, media_type=media_type(path), headers=headers)


def _best(path: Path, accept_encoding: str) -> _Form | None:
    """The smallest form that the asker understands. What has no plain form is not there."""
    plain = _read(path)
    if plain is None or path.suffix not in MEDIA_TYPES:
        return plain
    for coding, ending in accepted(accept_encoding):
        form = _read(path.with_name(path.name + ending), coding)
        if form is not None:
            return form
    return plain


def _read(path: Path, coding: str = "") -> _Form | None:
    try:
        with path.open("rb") as file:
            return _Form(file.read(), os.fstat(file.fileno()).st_mtime, coding)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def _with_slash(request: Request, path: str) -> Response:
    asked = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/{path}/{asked}", status_code=301, headers=headers_of(path))


def _may_ask(path: str) -> Response:
    """A page of others asks whether it may ask."""
    if not is_open(path):
        return PlainTextResponse("Method Not Allowed", status_code=405, headers=headers_of(path))
    return Response(status_code=204, headers={**headers_of(path), **ASKED_BEFORE})


def _missing(request: Request, folder: Path) -> Response:
    found = _file(request, folder, MISSING, status=404)
    if found is None:
        text = "ページが見つかりません / Page not found\n"
        found = PlainTextResponse(text, status_code=404, headers=headers_of(MISSING))
    if is_open(str(request.path_params["path"])):
        found.headers.update(OPEN)
    return found
