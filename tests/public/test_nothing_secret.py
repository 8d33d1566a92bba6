"""Nothing that the public must not read is in any file of the site: everything is published, and all of it searched.

A new page or file of data needs no test of its own here: whatever lies in the folder is searched.
"""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import brotli
import pytest

from dashboard.public.words.languages import LANGUAGES
from ingest.readings import Quality
from tests.public.picture_house import shows_the_secret
from tests.public.planted import PUBLIC_STAGE_M, PlantedCity
from tests.public.plants import VALUES_M, Contents, contents, given_away

HEADLINE = "zqheadline"
NAME = "zqbridge"


class Published:
    """A city with what its site held at the time of the secrets, and a day later."""

    def __init__(self, folder: Path, variant: int = 0, **more: Any) -> None:
        city = PlantedCity(folder, variant, station_name=NAME, headline=HEADLINE, **more)
        self.plants, self.site = city.plants, city.site
        self.at_once, self.a_day_later = city.publish()


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    return Published(tmp_path_factory.mktemp("planted"))


def test_no_secret_is_in_any_file_or_name_of_a_file(published: Published) -> None:
    assert len(published.plants.planted) > 50
    assert given_away(published.at_once, published.plants) == []
    assert given_away(published.a_day_later, published.plants) == []


def test_a_city_with_other_secrets_has_the_same_site_byte_by_byte(published: Published, tmp_path: Path) -> None:
    other = Published(tmp_path, variant=1)
    assert not {*published.plants.planted.values()} & {*other.plants.planted.values()}
    assert differing(published.at_once, other.at_once) == []
    assert differing(published.a_day_later, other.a_day_later) == []


def differing(here: Contents, there: Contents) -> list[str]:
    return sorted(name for name in {*here, *there} if here.get(name) != there.get(name))


def test_what_is_hidden_in_a_picture_cannot_be_seen_in_any(published: Published) -> None:
    pictures = {name: body for name, body in published.at_once.items() if name.endswith(".jpg")}
    assert [name.startswith("pictures/seen.") for name in pictures] == [True] * 3, "now, small, and a normal day"
    assert not any(shows_the_secret(body) for body in pictures.values())


def test_the_site_that_is_searched_has_everything_that_may_be_told(published: Published) -> None:
    """Of an empty folder the tests above would say the same."""
    held = published.at_once
    for language in LANGUAGES:
        assert NAME.encode() in held[f"{language.folder}index.html"]
        assert HEADLINE.encode() in held[f"{language.folder}messages.html"]
    assert f"{PUBLIC_STAGE_M:.2f}".encode() in held["index.html"]
    assert f"{PUBLIC_STAGE_M:.2f}".encode() in held["data/daily/2026-07-01.csv"]
    assert any(HEADLINE.encode() in body for name, body in held.items() if name.startswith("feeds/cap/"))
    assert HEADLINE.encode() in held["feeds/atom.xml"]
    assert any(name.endswith("history.csv.gz unpacked") for name in published.a_day_later)


def test_the_search_finds_what_is_told_in_pages_data_and_feeds_of_all_languages(published: Published) -> None:
    published.plants.planted |= {"name": NAME, "headline": HEADLINE}
    try:
        found = {name for _, name in given_away(published.at_once, published.plants)}
    finally:
        del published.plants.planted["name"], published.plants.planted["headline"]
    for language in LANGUAGES:
        for page in ("index.html", "messages.html"):
            assert {f"{language.folder}{page}{form}" for form in ("", ".br unpacked", ".gz unpacked")} <= found
    assert {"feeds/atom.xml", "data/latest.json", "data/latest.csv"} <= found


def test_the_search_finds_a_suspect_value_that_is_told_as_if_it_were_good(tmp_path: Path) -> None:
    leaking = Published(tmp_path, doubted=Quality.GOOD, languages=["ja"])
    found = given_away(leaking.at_once, leaking.plants)
    assert {"index.html", "data/latest.json", "data/daily/2026-07-01.csv"} <= {name for _, name in found}
    assert {what for what, _ in found} <= {*VALUES_M}


def test_the_search_looks_into_names_compressed_forms_and_pictures(published: Published, tmp_path: Path) -> None:
    secret = published.plants.planted["a draft"].encode()
    whole = next(iter(published.plants.pieces.values()))
    (tmp_path / "a.html.br").write_bytes(brotli.compress(b"<p>" + secret))
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(b"1," + secret.upper()))
    (tmp_path / "c.jpg").write_bytes(b"jpeg" + whole)
    (tmp_path / f"{secret.decode()}.html").write_bytes(b"")
    found = {name for _, name in given_away(dict(contents(tmp_path)), published.plants)}
    assert {"a.html.br unpacked", "b.csv.gz unpacked", "c.jpg", f"{secret.decode()}.html"} <= found
