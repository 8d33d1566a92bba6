"""nginx with the shipped configuration says what the built-in server says, and keeps single programs from the rest."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from dashboard.public import assets, files
from dashboard.public.headers import MEDIA_TYPES
from dashboard.public.settings import PublicSettings
from tests.parts import PROJECT
from tests.public.fakes import Site, served
from tests.public.nginx import NAME, SHIPPED, Nginx

HISTORY = "data/stations/bridge/history.csv.gz"
NOT_SITE = ("notes.db", ".draft.html", ".git/index.html")
PLACES = {
    "feeds/atom.xml": "application/atom+xml",
    "feeds/areas/east.xml": "application/atom+xml",
    "feeds/cap/one.xml": "application/cap+xml",
    "data/latest.schema.json": "application/schema+json",
    "data/latest.geojson": "application/geo+json",
    "data/catalog.jsonld": "application/ld+json",
    "data/daily/2026-07-01.csv": "text/csv; charset=utf-8",
    "pictures/cam.0123.jpg": "image/jpeg",
    "stations/bridge.html": "text/html; charset=utf-8",
    "places.json": "application/json",
}
COMPARED = (
    "content-type",
    "content-encoding",
    "content-length",
    "etag",
    "last-modified",
    "vary",
    "cache-control",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "content-security-policy",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "permissions-policy",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published site with one file of every kind beside it, and with what must not be served."""
    folder = tmp_path_factory.mktemp("public") / "site"
    site = Site(folder)
    site.publish()
    with files.Batch(folder) as batch:
        for path in PLACES:
            batch.put(path, b"<told>water</told>\n" * 40)
    (folder / HISTORY).parent.mkdir(parents=True)
    (folder / HISTORY).write_bytes(gzip.compress(b"gauge,stage_m\n" * 50))
    for path in NOT_SITE:
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text("secret")
    return folder


@pytest.fixture(scope="module")
def nginx(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    with Nginx(tmp_path_factory.mktemp("nginx"), folder) as running:
        yield running


@pytest.fixture(scope="module")
def production(nginx: Nginx) -> Iterator[httpx.Client]:
    with nginx.client() as client:
        yield client


@pytest.fixture(scope="module")
def built_in(folder: Path) -> Iterator[httpx.Client]:
    with served(folder) as address, httpx.Client(base_url=address) as client:
        yield client


def addresses(folder: Path) -> list[str]:
    """Every file of the folder, every folder with and without its slash, and what is not there."""
    found = [f"/{each.relative_to(folder).as_posix()}" for each in folder.rglob("*")]
    folders = [f"/{each.relative_to(folder).as_posix()}/" for each in folder.rglob("*") if each.is_dir()]
    return sorted({*found, *folders, "/", "/nothing", "/data/nothing.json", "/assets/nothing.css", f"/{HISTORY[:-3]}"})


def told(answer: httpx.Response) -> dict[str, object]:
    """What an answer says. A redirect has no body worth comparing, and its length differs."""
    heads = {name: answer.headers.get(name) for name in COMPARED}
    if answer.is_redirect:
        heads |= {"content-type": None, "content-length": None, "location": answer.headers["location"]}
    return {"status": answer.status_code, **heads, "body": None if answer.is_redirect else answer.content}


def test_nginx_and_the_built_in_server_say_the_same_of_every_address(
    folder: Path, production: httpx.Client, built_in: httpx.Client
) -> None:
    asked = addresses(folder)
    assert len(asked) > 60
    for path in asked:
        for coding in ("br, gzip", "gzip", "identity"):
            here, there = (each.get(path, headers={"Accept-Encoding": coding}) for each in (built_in, production))
            assert told(there) == told(here), (path, coding)


def test_what_one_of_them_gave_is_known_to_the_other(production: httpx.Client, built_in: httpx.Client) -> None:
    for path in ("/", "/data/latest.json", f"/{assets.hashed()['site.css']}"):
        tag = built_in.get(path, headers={"Accept-Encoding": "br"}).headers["etag"]
        for each in (production, built_in):
            answer = each.get(path, headers={"Accept-Encoding": "br", "If-None-Match": tag})
            assert (answer.status_code, answer.content) == (304, b"")
            kept = "immutable" in answer.headers["cache-control"]
            assert kept == path.startswith("/assets/")


def test_every_kind_of_file_has_its_media_type(production: httpx.Client) -> None:
    for path, kind in PLACES.items():
        assert production.get(f"/{path}").headers["content-type"] == kind
    kinds = (SHIPPED / "mizumori" / "site.conf").read_text()
    assert set(re.findall(r"^    \S.* (\w+);$", kinds[kinds.index("types {") : kinds.index("}")], re.M)) == {
        *(each.removeprefix(".") for each in MEDIA_TYPES)
    }


def test_nginx_gives_nothing_that_is_not_of_the_site(production: httpx.Client) -> None:
    for path in (*NOT_SITE, "index.html.br", "index.html.gz", "data/latest.json.gz", "../secret", ".mizumori-copy"):
        answer = production.get(f"/{path}")
        assert (answer.status_code, "secret" in answer.text) == (404, False)


def test_only_reading_is_allowed_there_too(production: httpx.Client) -> None:
    assert production.post("/", content=b"x").status_code == 405
    assert production.delete("/index.html").status_code == 405
    assert production.head("/").status_code == 200
    assert production.post("/", content=b"x" * 5000).status_code == 413


def test_a_page_of_others_may_ask_both_for_open_data_and_nothing_else(
    production: httpx.Client, built_in: httpx.Client
) -> None:
    for each in (production, built_in):
        asked = each.options("/data/latest.json", headers={"Origin": "https://other.example"})
        assert (asked.status_code, asked.content) == (204, b"")
        assert asked.headers["access-control-allow-origin"] == "*"
        assert asked.headers["access-control-allow-headers"] == "If-None-Match, If-Modified-Since"
        assert each.options("/").status_code == 405
        assert "access-control-allow-headers" not in each.get("/data/latest.json").headers


def test_nginx_names_neither_its_version_nor_a_name_of_its_own(production: httpx.Client) -> None:
    answer = production.get("/")
    assert answer.headers["server"] == "nginx"
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_plain_http_only_sends_on(nginx: Nginx) -> None:
    answer = httpx.get(f"http://127.0.0.1:{nginx.plain_port}/en/?x=1")
    assert (answer.status_code, answer.headers["location"]) == (301, f"https://{NAME}/en/?x=1")


def test_without_the_module_of_brotli_everything_goes_out_by_gzip(folder: Path, tmp_path: Path) -> None:
    with Nginx(tmp_path / "nginx", folder, brotli=False) as running, running.client() as client:
        answer = client.get("/", headers={"Accept-Encoding": "br, gzip"})
    assert answer.headers["content-encoding"] == "gzip"


def test_nginx_finds_no_mistake_in_the_shipped_configuration(nginx: Nginx) -> None:
    assert "test is successful" in nginx.check()


NARROW = {"rate=500r/s": "rate=1r/s", "burst=5000": "burst=5"}


def test_one_who_asks_without_end_is_told_to_wait_and_freshness_is_never_refused(folder: Path, tmp_path: Path) -> None:
    with Nginx(tmp_path / "nginx", folder, NARROW) as running, running.client() as client:
        answers = [client.get("/") for _ in range(12)]
        fresh = [client.get("/freshness.json") for _ in range(20)]
    assert [each.status_code for each in answers[:6]] == [200] * 6
    refused = answers[-1]
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "10"
    assert refused.headers["cache-control"] == "no-cache"
    assert "混み合っています" in refused.text
    assert "Please wait 10 seconds" in refused.text
    assert "access-control-allow-origin" not in refused.headers
    assert "default-src 'none'" in refused.headers["content-security-policy"]
    assert {each.status_code for each in fresh} == {200}


def test_the_shipped_limits_let_a_mobile_network_behind_one_address_through(nginx: Nginx) -> None:
    with nginx.client() as client:
        assert {client.get("/").status_code for _ in range(300)} == {200}


def test_nothing_that_a_reader_does_leaves_a_line_in_the_log(folder: Path, tmp_path: Path) -> None:
    (folder / "areas-to-be").mkdir(exist_ok=True)
    with Nginx(tmp_path / "nginx", folder, NARROW) as running, running.client() as client:
        gone = [client.get(each).status_code for each in ("/wp-login.html", "/areas-to-be/", "/%2e%2e/x")]
        large = client.post("/", content=b"x" * 5000).status_code
        crowd = {client.get("/").status_code for _ in range(12)}
        httpx.get(f"http://127.0.0.1:{running.plain_port}/nothing")
    assert (gone, large, crowd) == ([404, 404, 400], 413, {200, 429})
    assert (running.folder / "error.log").read_text() == ""


def test_a_connection_outlives_the_time_between_two_looks_of_a_page() -> None:
    shipped = (SHIPPED / "nginx.conf").read_text(encoding="utf-8")
    found = re.search(r"keepalive_timeout (\d+)s;", shipped)
    assert found is not None
    assert float(found[1]) >= 2 * PublicSettings().refresh_s


OF_ONE_CUSTOMER = {
    "2400:4050:1:2::5": "2400:4050:1:2",
    "2400:4050:1:2:a:b:c:d": "2400:4050:1:2",
    "2400:4050:1::5": "2400:4050:1:0",
    "2400:4050:1:0:a:b:c:d": "2400:4050:1:0",
    "2400:4050:1::a:b:c:d": "2400:4050:1:0",
    "2400:4050::5": "2400:4050:0:0",
    "2400:4050:0:0:a:b:c:d": "2400:4050:0:0",
    "2400:4050:0:7:a:b:c:d": "2400:4050:0:7",
    "2400:0:0:7:a:b:c:d": "2400:0:0:7",
    "2400::5": "2400:0:0:0",
}


def test_the_addresses_of_one_network_of_ipv6_count_as_one(folder: Path, tmp_path: Path) -> None:
    told = "add_header Retry-After $mizumori_retry always;"
    behind = {
        told: f"{told}\nadd_header X-Client $mizumori_client always;",
        "# set_real_ip_from 192.0.2.0/24;": "set_real_ip_from 127.0.0.1;",
        "# real_ip_header X-Forwarded-For;": "real_ip_header X-Forwarded-For;",
    }
    with Nginx(tmp_path / "nginx", folder, behind) as running, running.client() as client:
        seen = {
            each: client.get("/", headers={"X-Forwarded-For": each}).headers["x-client"] for each in OF_ONE_CUSTOMER
        }
    assert seen == OF_ONE_CUSTOMER


def test_behind_a_load_balancer_the_server_of_the_documentation_sends_nobody_on(folder: Path, tmp_path: Path) -> None:
    behind = Nginx(tmp_path / "nginx", folder)
    documented = (PROJECT / "docs" / "nginx.md").read_text(encoding="utf-8").split("```nginx")[1].split("```")[0]
    server = documented.replace("listen 80", f"listen 127.0.0.1:{behind.port}").replace("listen [::]:80", "# listen")
    file = behind.folder / "nginx.conf"
    whole = file.read_text(encoding="utf-8").split("    # Plain HTTP only sends on")[0]
    file.write_text(f"{whole}{server.replace('/srv/mizumori/public', str(folder))}}}\n", encoding="utf-8")
    with behind:
        answer = httpx.get(f"http://127.0.0.1:{behind.port}/")
    assert (answer.status_code, answer.headers.get("strict-transport-security")) == (200, None)
