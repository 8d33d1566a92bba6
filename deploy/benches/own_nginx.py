"""An nginx of the measurement's own: it hands out the public site and one plain file, and ends with the block."""

from __future__ import annotations

import math
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STARTS_WITHIN_S = 10.0
CONNECTIONS = 32
CONFIGURATION = """\
{user}
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
  access_log off;
  default_type text/html;
  sendfile on;
  open_file_cache max=1000;
  client_body_temp_path {folder}/t1;
  proxy_temp_path {folder}/t2;
  fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4;
  scgi_temp_path {folder}/t5;
  server {{
    listen 127.0.0.1:{port};
    location / {{ root {site}; gzip_static on; }}
    location /plain {{ root {folder}/root; }}
  }}
}}
"""


def missing() -> str:
    """What this machine lacks for it, as a sentence; empty where it has all."""
    lacking = [each for each in ("nginx", "wrk") if _program(each) is None]
    return f"what a web server hands out: {' and '.join(lacking)} is not here" if lacking else ""


@contextmanager
def serving(site: Path, plain_bytes: int, folder: Path, port: int) -> Iterator[tuple[str, str]]:
    """The addresses of a plain file of so many bytes and of the site's first page, while an nginx serves both."""
    (folder / "root").mkdir(parents=True)
    (folder / "root" / "plain").write_bytes(os.urandom(plain_bytes))
    user = "user root;" if os.geteuid() == 0 else ""
    path = folder / "nginx.conf"
    path.write_text(CONFIGURATION.format(user=user, folder=folder.resolve(), site=site.resolve(), port=port))
    nginx = subprocess.Popen([str(_program("nginx")), "-c", str(path.resolve()), "-e", str(folder / "error.log")])
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}/plain", f"http://127.0.0.1:{port}/index.html"
    finally:
        nginx.terminate()
        nginx.wait(STARTS_WITHIN_S)


def requests_per_s(url: str, seconds: float) -> float:
    """How many requests it answers, as a browser asks them, over connections that stay open."""
    how = ["-t1", f"-c{CONNECTIONS}", f"-d{math.ceil(seconds)}s", "-H", "Accept-Encoding: gzip"]
    command = [str(_program("wrk")), *how, url]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 30).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if found is None or "Non-2xx" in said:
        raise RuntimeError(f"wrk did not measure {url}: {said}")
    return float(found[1])


def _program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


def _wait_for(port: int) -> None:
    until_s = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until_s:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("nginx did not begin to listen")
