"""The staff app: ``create_app(services).server`` is an ASGI application."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

from dash import Dash, dcc, html
from dash.backends._fastapi import _current_request_var, reset_current_request, set_current_request
from dash.development.base_component import Component
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse

from dashboard.accounts.entrance import stand_before
from dashboard.accounts.gate import CSRF_HEADER
from dashboard.accounts.sessions import Signed
from dashboard.api import app as api
from dashboard.api.services import ApiServices
from dashboard.i18n import LANGUAGES, text
from dashboard.staff import account_bar, callbacks, cameras_route, forms, still_route
from dashboard.staff.addresses import PLACES
from dashboard.staff.answering import SharedAnswers
from dashboard.staff.compressing import Compressed
from dashboard.staff.live_origins import origin, origins
from dashboard.staff.pieces import with_data
from dashboard.staff.reader import RememberReader
from dashboard.staff.security import SecurityHeaders
from dashboard.staff.services import StaffServices
from dashboard.staff.watch import SECTIONS, Watch
from dashboard.tiles import TileSettings
from ingest.stations import named

ALIVE = "alive"
"""Path that answers OK while the server runs; a page that lost its connection asks there before it loads anew."""
SOUND = ("on", "off", "test", "blocked", "why", "waiting", "none")
SAID = (
    *("live", "ago", "late", "lost", "unread", "waiting", "never", "hint", "jst"),
    *("back", "signed_out", "load_anew", "sign_in"),
)
VIEWER = (
    *(f"viewer.{name}" for name in ("close", "earlier", "later", "taken", "loading", "failed", "reference")),
    *(f"live.{name}" for name in ("title", "connecting", "waiting", "asking", "unchecked", "since")),
    *(f"live.{name}" for name in ("stopped", "over", "hidden", "still", "no_still", "again")),
    *(f"live.{name}" for name in ("refused", "hides_mjpeg", "hides_hls", "not_there", "not_stream", "no_pictures")),
    *(f"live.{name}" for name in ("no_connection", "no_answer", "elsewhere", "mixed")),
    "cameras.do_not_judge",
)
_LOADED_WHEN_NEEDED = r"^hls\."
"""The player of live video is large, and most pages show none."""
_INDEX = (Path(__file__).parent / "index.html").read_text("utf-8")


def create_app(services: StaffServices, acts: ApiServices | None = None) -> Dash:
    """A new app on these services. Nothing global: several may live in one process. Without ``acts`` there is no API,
    and nothing can be done but looking."""
    server = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app = Dash(
        "mizumori-staff",
        server=cast(Any, server),
        backend="fastapi",
        assets_folder=str(Path(__file__).parent / "assets"),
        assets_ignore=_LOADED_WHEN_NEEDED,
        index_string=_INDEX,
        title=text("ja", "app.title"),
        update_title="",
        suppress_callback_exceptions=True,
        websocket_callbacks=True,
        # A screen that nobody touches is watched all the same.
        websocket_inactivity_timeout=0,
        websocket_heartbeat_interval=10_000,
        health_endpoint=ALIVE,
        use_pages=False,
        add_log_handler=False,
        csrf_token_name=services.gate.cookies.csrf,
        csrf_header_name=CSRF_HEADER,
    )
    app.layout = layout
    watch = Watch(services)
    sharing = callbacks.register(app, services, watch)
    still_route.register(server, services.stills)
    cameras_route.register(server, services)
    if acts is not None:
        api.register(server, acts, watch.latest)
    _register_pages(app)
    # Dash gathers assets and callbacks at the first request of its own paths; a page of ours may be asked for before.
    cast(Any, app)._setup_server()
    server.add_middleware(SharedAnswers, sections=sharing.sections)
    server.add_middleware(RememberReader)
    stand_before(server, services.gate, partial(city_name, services))
    server.add_middleware(
        SecurityHeaders, script_hashes=app.csp_hashes(), elsewhere=partial(live_addresses, watch, services.tiles)
    )
    server.add_middleware(Compressed)
    return app


async def live_addresses(watch: Watch, tiles: TileSettings) -> Mapping[str, tuple[str, ...]]:
    """Where the live views of the present registry come from, and the tiles of the map."""
    seen = (await watch.latest()).board
    found = origins(seen.registry if seen else None)
    named = origin(tiles.url) if tiles.url else None
    return {**found, "img-src": (*found.get("img-src", ()), named)} if named else found


def city_name(services: StaffServices) -> str:
    """The city in Japanese; empty before there is a registry. Blocking."""
    registry = services.registry.registry()
    return named(registry.city.name, LANGUAGES[0]) if registry else ""


def layout() -> Component:
    """The frame, for whoever asks for it; Dash itself asks once at the start."""
    request = _current_request_var.get()
    return frame(request.state.signed if request is not None else None)


def frame(signed: Signed | None = None) -> Component:
    """What stays when the page changes: the address, what the server pushes, the head and the loud notice."""
    said = {language: {key: text(language, f"clock.{key}") for key in SAID} for language in LANGUAGES}
    titles = {language: text(language, "app.title") for language in LANGUAGES}
    return html.Div(
        [
            dcc.Location(id="url", refresh="callback-nav"),
            *(dcc.Store(id=f"news-{section}") for section in SECTIONS),
            dcc.Store(id="beat"),
            dcc.Store(id="alarm"),
            with_data(html.Div(id="alarm-words", hidden=True), words=_words_of("sound", SOUND)),
            with_data(html.Div(id="viewer-words", hidden=True), words=_viewer_words()),
            with_data(html.Div(id="acts-words", hidden=True), words=forms.said_words()),
            dcc.Store(id="said", data={"clock": said, "title": titles, "alive": f"/{ALIVE}"}),
            html.A(id="skip", href="#page", className="skip"),
            _lost(),
            html.Header(
                [
                    html.Div(id="brand", className="brand"),
                    html.Div([_ways(), account_bar.bar(signed)], className="tools"),
                    html.Div(id="sound", className="sound"),
                    html.Div(
                        [
                            html.Div(id="freshness", className="freshness", role="status"),
                            html.Div(id="clock", className="clock"),
                        ],
                        className="at",
                    ),
                    html.Div(id="languages", className="languages"),
                ],
                className="top",
            ),
            html.Main(id="page", className="page", tabIndex=-1),
        ],
        id="frame",
    )


def _lost() -> Component:
    """That the page stands still, and what to do about it: ``assets/live.js`` fills it."""
    way = html.A(id="lost-way", className="lost-way", hidden=True, rel="noopener")
    return html.Div([html.Span(id="lost-said"), way], id="lost", className="lost", role="alert", hidden=True)


def _ways() -> Component:
    return html.Nav([html.Div(id="navigation"), html.Div(id="troubles", className="troubles")], className="ways")


def _words_of(table: str, names: Sequence[str]) -> str:
    """Words that a script of ours says by itself, by language."""
    said = {language: {name: text(language, f"{table}.{name}") for name in names} for language in LANGUAGES}
    return json.dumps(said, ensure_ascii=False)


def _viewer_words() -> str:
    """The words of the viewer of pictures, which the browser draws by itself, by language."""
    return json.dumps({language: {key: text(language, key) for key in VIEWER} for language in LANGUAGES})


async def _page(app: Dash, request: Request) -> Response:
    # Dash writes its index for the request in its own context, as its catch-all route does.
    token = set_current_request(request)  # type: ignore[no-untyped-call]
    try:
        return HTMLResponse(cast(Any, app).index())
    finally:
        reset_current_request(token)  # type: ignore[no-untyped-call]


def _register_pages(app: Dash) -> None:
    own = tuple(address for address in PLACES.values() if address != "/")
    for path in ("/en", "/en/", *own, *(f"/en{each}" for each in own)):
        app.server.add_route(path, partial(_page, app), methods=["GET"])
