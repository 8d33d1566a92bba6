from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from dashboard.public import assets, files
from dashboard.public.server import create_app, locate
from tests.public.fakes import Site


@dataclass
class Web:
    """Asks the application itself; paths go out exactly as they are written."""

    folder: Path

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        return self.ask("GET", path, headers)

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        return asyncio.run(self._ask(method, path, headers or {}))

    async def _ask(self, method: str, path: str, headers: dict[str, str]) -> httpx.Response:
        url = httpx.URL("http://site").copy_with(raw_path=path.encode())
        async with httpx.AsyncClient(transport=httpx.ASGITransport(create_app(self.folder))) as client:
            return await client.request(method, url, headers=headers)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    site = Site(tmp_path / "site")
    site.publish()
    (tmp_path / "secret.html").write_text("secret")
    return site.folder


@pytest.fixture
def web(folder: Path) -> Web:
    return Web(folder)


@pytest.mark.parametrize("path", ["/", "/index.html", "/en/", "/en/index.html", "/data/latest.json", "/freshness.json"])
def test_every_page_is_served_and_asked_for_again_each_time(web: Web, path: str) -> None:
    answer = web.get(path)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/", "/data/latest.json", "/nothing", "/en"])
def test_every_answer_has_the_strict_headers(web: Web, path: str) -> None:
    headers = web.get(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'"
    )
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("name", assets.NAMES)
def test_assets_are_kept_for_ever(web: Web, name: str) -> None:
    answer = web.get(f"/{assets.hashed()[name]}")
    assert answer.content == assets.contents()[name]
    assert "immutable" in answer.headers["cache-control"]


def test_an_unchanged_page_is_not_sent_twice(web: Web) -> None:
    first = web.get("/")
    again = web.get("/", {"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert web.get("/en/", {"If-None-Match": first.headers["etag"]}).status_code == 200


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("BR", "br"),
        ("identity", None),
        ("gzip;q=nonsense", None),
        ("", None),
    ],
)
def test_a_page_goes_over_the_air_in_the_smallest_form_that_the_reader_knows(
    folder: Path, web: Web, asked: str, given: str | None
) -> None:
    answer = web.get("/", {"Accept-Encoding": asked})
    assert answer.headers.get("content-encoding") == given
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.content == (folder / "index.html").read_bytes()  # httpx has unpacked it
    beside = {"br": "index.html.br", "gzip": "index.html.gz", None: "index.html"}[given]
    assert int(answer.headers["content-length"]) == (folder / beside).stat().st_size


def test_each_form_of_a_page_has_an_etag_of_its_own(web: Web) -> None:
    tags = {web.get("/", {"Accept-Encoding": each}).headers["etag"] for each in ("br", "gzip", "identity")}
    assert len(tags) == 3
    tag = web.get("/", {"Accept-Encoding": "br"}).headers["etag"]
    assert web.get("/", {"Accept-Encoding": "gzip", "If-None-Match": tag}).status_code == 200
    assert web.get("/", {"Accept-Encoding": "br", "If-None-Match": f'"other", W/{tag}'}).status_code == 304


def test_a_page_that_is_written_twice_in_a_second_in_the_same_size_has_another_etag(folder: Path, web: Web) -> None:
    seen = set()
    for text in (b"1.20 m", b"1.21 m", b"1.22 m"):
        files.write(folder / "en" / "x.html", text)
        seen.add(web.get("/en/x.html").headers["etag"])
    assert len(seen) == 3


@pytest.mark.parametrize("path", ["/index.html.br", "/index.html.gz", "/data/latest.json.gz", "/data/x/history.csv.gz"])
def test_the_smaller_forms_are_no_files_of_their_own(web: Web, path: str) -> None:
    assert web.get(path).status_code == 404


def test_open_data_and_feeds_may_be_read_by_pages_of_others_and_nothing_else(folder: Path, web: Web) -> None:
    (folder / "feeds").mkdir(exist_ok=True)
    (folder / "feeds" / "atom.xml").write_text("<feed/>")
    for path in ("/data/latest.json", "/feeds/atom.xml"):
        assert web.get(path).headers["access-control-allow-origin"] == "*"
    for path in ("/", "/freshness.json", f"/{assets.hashed()['site.css']}", "/none.json"):
        assert "access-control-allow-origin" not in web.get(path).headers


def test_a_page_of_others_can_tell_that_there_is_no_such_file_and_may_ask_by_its_mark(web: Web) -> None:
    missing = web.get("/data/daily/1999-01-01.csv")
    assert (missing.status_code, missing.headers["access-control-allow-origin"]) == (404, "*")
    assert "ETag" in web.get("/data/latest.json").headers["access-control-expose-headers"]
    asked = web.ask("OPTIONS", "/data/latest.json")
    assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (204, "*")
    assert "If-None-Match" in asked.headers["access-control-allow-headers"]
    assert web.ask("OPTIONS", "/index.html").status_code == 405


def test_the_page_may_ask_for_the_place_of_its_reader_and_nobody_else(web: Web) -> None:
    assert web.get("/").headers["permissions-policy"] == "camera=(), geolocation=(self), microphone=()"


def test_what_is_missing_gets_a_page_that_leads_back(web: Web) -> None:
    answer = web.get("/nothing/here")
    assert answer.status_code == 404
    assert "ページが見つかりません" in answer.text
    assert 'href="/"' in answer.text


def test_a_name_that_no_file_can_have_is_missing_like_any_other(web: Web) -> None:
    assert web.get(f"/{'a' * 300}.html").status_code == 404


def test_before_anything_is_published_the_server_says_so_calmly(tmp_path: Path) -> None:
    answer = Web(tmp_path / "none").get("/")
    assert answer.status_code == 404
    assert "Page not found" in answer.text


def test_a_folder_without_its_slash_is_sent_on(web: Web) -> None:
    answer = web.get("/en")
    assert (answer.status_code, answer.headers["location"]) == (301, "/en/")


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.html",
        "/%2e%2e/secret.html",
        "/..%2fsecret.html",
        "/en/..%2f..%2fsecret.html",
        "//../secret.html",
        "/%2fetc/passwd",
        "/..%5csecret.html",
        "/assets/../../secret.html",
        "/%00",
        "/.index.html.1.part",
    ],
)
def test_nothing_outside_the_folder_can_be_had(folder: Path, path: str) -> None:
    (folder / ".index.html.1.part").write_text("secret")
    answer = Web(folder).get(path)
    assert answer.status_code == 404
    assert "secret" not in answer.text


@pytest.mark.parametrize("path", ["../secret.html", "en/../../secret.html", "/../secret.html", "", "..", "a\0b"])
def test_a_path_never_leads_out(folder: Path, path: str) -> None:
    found = locate(folder, path)
    assert found is None or found.is_relative_to(folder)


def test_a_link_that_leads_out_is_not_followed(folder: Path, web: Web) -> None:
    (folder / "out.html").symlink_to(folder.parent / "secret.html")
    assert web.get("/out.html").status_code == 404


@pytest.mark.parametrize("path", ["/.draft.html", "/.git/index.html"])
def test_a_hidden_file_is_not_served(folder: Path, web: Web, path: str) -> None:
    (folder / ".git").mkdir()
    (folder / path.lstrip("/")).write_text("secret")
    assert web.get(path).status_code == 404


def test_a_file_that_is_no_part_of_the_site_is_not_served(folder: Path, web: Web) -> None:
    (folder / "notes.db").write_text("secret")
    assert web.get("/notes.db").status_code == 404


def test_only_reading_is_allowed(web: Web) -> None:
    assert web.ask("POST", "/").status_code == 405
    assert web.ask("HEAD", "/").status_code == 200


def test_a_folder_without_a_page_of_its_own_is_missing_at_once(folder: Path, web: Web) -> None:
    assert (folder / "stations").is_dir()
    assert [web.get(each).status_code for each in ("/stations", "/stations/")] == [404, 404]


def test_search_engines_may_read_the_site_and_not_a_demonstration(folder: Path, web: Web) -> None:
    answer = web.get("/robots.txt")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert answer.text == "User-agent: *\nDisallow: /\n"
    real = Site(folder)
    registry = real.store.current
    assert registry is not None
    assert registry.city.demonstration
    city = registry.city.model_copy(update={"demonstration": False})
    real.store.current = registry.model_copy(update={"city": city})
    assert real.publish()
    assert web.get("/robots.txt").text == "User-agent: *\nDisallow:\n"
