"""axe-core on a page that is open: what makes it hard or impossible to use for somebody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

SCRIPT = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
GRAVE = ("serious", "critical")
_RUN = """without => axe.run({
    resultTypes: ['violations'], elementRef: false, preload: false, iframes: false,
    rules: Object.fromEntries(without.map(each => [each, {enabled: false}])),
})"""


def grave_faults(page: Page, without: Sequence[str] = ()) -> list[str]:
    """A line for each element with a serious or critical fault: the rule, the element, and what axe says of it.

    ``without`` names rules of axe that are left out.
    """
    page.evaluate(SCRIPT)
    return list(_lines(page.evaluate(_RUN, list(without))))


def _lines(found: dict[str, Any]) -> Iterator[str]:
    for each in found["violations"]:
        if each["impact"] in GRAVE:
            yield from (f"{each['id']} ({each['impact']}): {_element(node)}" for node in each["nodes"])


def _element(node: dict[str, Any]) -> str:
    said = "; ".join(check["message"] for check in (*node["any"], *node["all"], *node["none"]))
    return f"{node['target']} {node['html'][:160]} — {said}"
