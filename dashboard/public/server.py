"""A small server for the folder of the public site: for the demonstration and small cities; nginx does the same."""

from __future__ import annotations

import hashlib
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from dashboard.public import assets

MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".jpg": "image/jpeg",
}
"""The kinds of file of the site; no other kind is served."""

SECURITY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


def create_app(folder: Path) -> Starlette:
    """The site in ``folder`` as an ASGI application; the folder may still be empty or missing."""
    app = Starlette(
        routes=[Route("/{path:path}", serve, methods=["GET"])],
        middleware=[Middleware(GZipMiddleware, minimum_size=1000)],
    )
    app.state.folder = folder.resolve()
    return app


def serve(request: Request) -> Response:
    """One file, read whole so that a page replaced meanwhile does no harm, or the page for what is missing."""
    folder: Path = request.app.state.folder
    path = str(request.path_params["path"])
    found = locate(folder, path)
    if found is None:
        return _missing(folder)
    if found.is_dir():
        return RedirectResponse(f"/{found.relative_to(folder).as_posix()}/", headers=SECURITY)
    body = _read(found)
    return _missing(folder) if body is None else _answer(request, found, body)


def locate(folder: Path, path: str) -> Path | None:
    """The file or folder that a request means; None where there is none or it is not the public's.

    Nothing outside the folder, no hidden file and no kind of file that the site does not have.
    """
    if "\0" in path or any(part.startswith(".") for part in path.split("/")):
        return None
    wanted = (folder / path.lstrip("/")).resolve()
    if not wanted.is_relative_to(folder):
        return None
    if wanted.is_dir():
        return wanted / "index.html" if path == "" or path.endswith("/") else wanted
    return wanted if wanted.suffix in MEDIA_TYPES else None


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def _answer(request: Request, path: Path, body: bytes) -> Response:
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:20]}"'
    hashed = path.parent == request.app.state.folder / assets.FOLDER
    headers = {**SECURITY, "ETag": etag, "Cache-Control": FOR_EVER if hashed else ASK_AGAIN}
    known = [each.strip() for each in request.headers.get("if-none-match", "").split(",")]
    if etag in known:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=MEDIA_TYPES[path.suffix], headers=headers)


def _missing(folder: Path) -> Response:
    headers = {**SECURITY, "Cache-Control": ASK_AGAIN}
    body = _read(folder / "404.html")
    if body is None:
        return PlainTextResponse("ページが見つかりません / Page not found\n", status_code=404, headers=headers)
    return Response(body, status_code=404, media_type=MEDIA_TYPES[".html"], headers=headers)
