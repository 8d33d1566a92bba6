"""Real InfluxDB servers of our own on free ports of this machine."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from ingest.store.past.influx import InfluxPast
from ingest.store.past.settings import InfluxSettings
from tests.brokers import free_port
from tests.parts import program

CONFIGURATION = """
reporting-disabled = true
bind-address = "127.0.0.1:{inner}"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
  query-log-enabled = false
[http]
  bind-address = "127.0.0.1:{port}"
  log-enabled = false
[monitor]
  store-enabled = false
[logging]
  level = "error"
"""


class Influxd:
    """An InfluxDB 1.8 with an empty database; without the program the test is skipped, and fails under CI."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._command = self._prepare(folder)
        self._log = folder / "log"
        self.start()
        self.empty()

    @property
    def settings(self) -> InfluxSettings:
        """How it is reached."""
        return InfluxSettings(url=self.url)

    def past(self) -> InfluxPast:
        """The past in it."""
        return InfluxPast(self.settings)

    def start(self) -> None:
        """Start and wait until it answers."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(self._command, stdout=log, stderr=log)
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.url}/ping", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.02)
        raise TimeoutError(f"influxd did not start within 30 s; see {self._log}")

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self.process.kill()
        self.process.wait(10)

    def empty(self) -> None:
        """Begin anew."""
        self.query("DROP DATABASE mizumori; CREATE DATABASE mizumori")

    def query(self, statement: str) -> str:
        """The answer to a statement in InfluxQL, as it comes."""
        data = urllib.parse.urlencode({"q": statement, "db": "mizumori"}).encode()
        with urllib.request.urlopen(f"{self.url}/query", data=data, timeout=10) as answer:
            return str(answer.read().decode())

    def _prepare(self, folder: Path) -> list[str]:
        configuration = folder / "influxdb.conf"
        text = CONFIGURATION.format(folder=folder, port=self.port, inner=free_port())
        configuration.write_text(text, encoding="utf-8")
        return [program("influxd"), "-config", str(configuration)]


class Influxd2(Influxd):
    """An InfluxDB 2 with an empty bucket. The program is called influxd2 here, because both are called influxd."""

    ORG, TOKEN = "city", "a-token-of-the-test"

    @property
    def settings(self) -> InfluxSettings:
        """How it is reached."""
        return InfluxSettings(url=self.url, org=self.ORG, token=self.TOKEN)

    def empty(self) -> None:
        """Set it up at first; afterwards make the bucket anew."""
        account = {"username": "admin", "password": "correct horse", "org": self.ORG, "bucket": "first"}
        if json.loads(self._call("GET", "/api/v2/setup"))["allowed"]:
            self._call("POST", "/api/v2/setup", {**account, "token": self.TOKEN})
        (org,) = json.loads(self._call("GET", f"/api/v2/orgs?org={self.ORG}"))["orgs"]
        for bucket in json.loads(self._call("GET", "/api/v2/buckets?name=mizumori")).get("buckets", ()):
            self._call("DELETE", f"/api/v2/buckets/{bucket['id']}")
        self._call("POST", "/api/v2/buckets", {"orgID": org["id"], "name": "mizumori", "retentionRules": []})

    def _call(self, method: str, path: str, body: dict[str, object] | None = None) -> str:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method)
        request.add_header("Authorization", f"Token {self.TOKEN}")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return "{}"
            raise

    def _prepare(self, folder: Path) -> list[str]:
        places = [f"--bolt-path={folder}/bolt", f"--engine-path={folder}/engine", f"--sqlite-path={folder}/sqlite"]
        address = f"--http-bind-address=127.0.0.1:{self.port}"
        return [program("influxd2"), *places, address, "--reporting-disabled", "--log-level=error"]
