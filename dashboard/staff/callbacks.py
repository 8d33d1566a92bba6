"""The callbacks: each draws one section of what the watch saw. Plain functions, bound to an app in ``register``."""

from __future__ import annotations

from functools import partial

from dash import ClientsideFunction, Dash, Input, Output, State, html
from dash.development.base_component import Component

from dashboard.i18n import text
from dashboard.staff import (
    account_bar,
    alerts_callbacks,
    cameras_callbacks,
    chronology_callbacks,
    handover_callbacks,
    health_callbacks,
    messages_callbacks,
    navigation,
    overview_callbacks,
    pages,
    pumps_callbacks,
    station_callbacks,
    system_callbacks,
)
from dashboard.staff.addresses import page_at
from dashboard.staff.pieces import link
from dashboard.staff.push import push
from dashboard.staff.services import StaffServices
from dashboard.staff.sharing import Sharing
from dashboard.staff.watch import Watch
from ingest.stations import named


async def brand(watch: Watch, _: str | None, pathname: str | None) -> list[Component]:
    """City, product and the badges of a drill and of a demonstration."""
    here, seen = page_at(pathname), (await watch.latest()).board
    language = here.language
    name = named(seen.registry.city.name, language) if seen else text(language, "app.no_city")
    parts = [html.B(name), html.Span(text(language, "app.title"), className="product")]
    shown: list[Component] = [link(parts, here.overview().path(), "brand-link")]
    if seen and seen.registry.city.drill:
        why = text(language, "app.drill_why")
        shown.append(html.Span(text(language, "app.drill"), className="demo drill", title=why))
    if seen and seen.registry.city.demonstration:
        why = text(language, "app.demonstration_why")
        shown.append(html.Span(text(language, "app.demonstration"), className="demo", title=why))
    return shown


def navigation_links(pathname: str | None) -> Component:
    """The links of the head."""
    return navigation.links(page_at(pathname))


def skip(pathname: str | None) -> str:
    """The words of the first link of every page, which a keyboard finds: past the head to what the page is for."""
    return text(page_at(pathname).language, "app.skip")


def languages(pathname: str | None) -> Component:
    """The link to the same page in the other language."""
    here = page_at(pathname)
    return link(text(here.language, "app.other_language"), here.other_language().path(), "language")


def register(app: Dash, services: StaffServices, watch: Watch) -> Sharing:
    """Bind the callbacks of this file, and the push behind them, to an app; the sections that viewers share."""
    sharing = Sharing(app, watch)
    app.callback(Output("page", "children"), Input("url", "pathname"))(pages.page)
    app.callback(Output("navigation", "children"), Input("url", "pathname"))(navigation_links)
    app.callback(Output("skip", "children"), Input("url", "pathname"))(skip)
    app.callback(Output("languages", "children"), Input("url", "pathname"))(languages)
    app.callback(Output("sign-out", "children"), Input("url", "pathname"))(account_bar.way_out)
    app.callback(Output("account-name", "href"), Input("url", "pathname"))(account_bar.own_page)
    app.callback(Output("brand", "children"), _news("city"), Input("url", "pathname"))(partial(brand, watch))
    overview_callbacks.register(app, sharing, services, watch)
    station_callbacks.register(app, services, watch)
    alerts_callbacks.register(app, services, watch)
    health_callbacks.register(app, watch)
    system_callbacks.register(app, services, watch)
    chronology_callbacks.register(app, watch, services.chronicle)
    handover_callbacks.register(app, watch, services.chronicle, services.clock)
    messages_callbacks.register(app, watch, services.public)
    cameras_callbacks.register(app, services, watch)
    pumps_callbacks.register(app, watch)
    app.callback(persistent=True, websocket=True)(partial(push, watch, services.clock))
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("mizumori", "beat"), Input("beat", "data"), Input("url", "pathname"), State("said", "data")
    )
    return sharing


def _news(section: str) -> Input:
    return Input(f"news-{section}", "data")
