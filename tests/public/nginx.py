"""The nginx of production as it is shipped: its own configuration with the paths and ports of a test."""

from __future__ import annotations

import getpass
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import httpx

from tests.brokers import free_port
from tests.deploy.shipped import certificate
from tests.parts import PROJECT, absent, program

SHIPPED = PROJECT / "deploy" / "nginx"
MODULES = Path("/etc/nginx/modules-enabled")
BROTLI = "50-mod-http-brotli-static.conf"
NAME = "levels.city.example"


class Nginx:
    """nginx on free ports of this machine, over TLS, with ``site`` as its root: a context manager.

    Without the program the test is skipped, and fails under CI. ``instead`` names what is different from what is
    shipped, by the shipped text. ``brotli`` says whether the module is there.
    """

    def __init__(self, folder: Path, site: Path, instead: Mapping[str, str] | None = None, brotli: bool = True) -> None:
        self._program = program("nginx", "/usr/sbin/nginx")
        self.folder = folder
        self.port, self.plain_port = free_port(), free_port()
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copytree(SHIPPED / "mizumori", folder / "mizumori")
        if brotli and not (MODULES / BROTLI).exists():
            absent("nginx has no brotli_static here; install libnginx-mod-http-brotli-static to run this test")
        if not brotli:
            (folder / "mizumori" / "brotli.conf").unlink()
        self.trusted = certificate(folder)
        self._write(site, instead or {}, brotli)

    def _write(self, site: Path, instead: Mapping[str, str], brotli: bool) -> None:
        text = (SHIPPED / "nginx.conf").read_text(encoding="utf-8")
        temporary = [f"    {each}_temp_path {self.folder}/{each};" for each in TEMPORARY]
        for shipped, here in {
            "user www-data;": f"user {getpass.getuser()};",
            "/run/nginx.pid": f"{self.folder}/nginx.pid",
            "/var/log/nginx/error.log": f"{self.folder}/error.log",
            "worker_rlimit_nofile 131072;": "",
            "include /etc/nginx/modules-enabled/*.conf;": f"include {MODULES}/{BROTLI};" if brotli else "",
            "worker_connections 65536;": "worker_connections 256;",
            "http {": "\n".join(["http {", *temporary]),
            "listen 80 default_server;": f"listen 127.0.0.1:{self.plain_port} default_server;",
            "listen [::]:80 default_server;": "",
            "listen 443 ssl http2 default_server;": f"listen 127.0.0.1:{self.port} ssl http2 default_server;",
            "listen [::]:443 ssl http2 default_server;": "",
            "/etc/nginx/mizumori/server": f"{self.folder}/server",
            "/srv/mizumori/public": str(site),
        }.items():
            assert shipped in text, f"{shipped} is not in the shipped configuration"
            text = text.replace(shipped, here)
        (self.folder / "nginx.conf").write_text(text, encoding="utf-8")
        for shipped, here in instead.items():
            holding = [each for each in self.folder.rglob("*.conf") if shipped in each.read_text(encoding="utf-8")]
            assert len(holding) == 1, f"{shipped} is not in the shipped configuration, or twice"
            holding[0].write_text(holding[0].read_text(encoding="utf-8").replace(shipped, here), encoding="utf-8")

    @property
    def command(self) -> list[str]:
        """How it is run: as a child of the test, not as a daemon."""
        return [self._program, "-c", str(self.folder / "nginx.conf")]

    def check(self) -> str:
        """What ``nginx -t`` says."""
        return subprocess.run([*self.command, "-t"], capture_output=True, text=True, check=False).stderr

    def __enter__(self) -> Nginx:
        self._process = subprocess.Popen([*self.command, "-g", "daemon off;"], stderr=subprocess.DEVNULL)
        until = time.monotonic() + 10
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.02)
        self.__exit__()
        raise TimeoutError(f"nginx did not start within 10 s: {self.check()}")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(10)

    def client(self) -> httpx.Client:
        """Speaks to it over TLS, as far as its certificate is right."""
        trusting = ssl.create_default_context(cafile=str(self.trusted))
        return httpx.Client(base_url=f"https://127.0.0.1:{self.port}", verify=trusting)


TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
"""Folders that nginx makes at its start though this site needs none."""
