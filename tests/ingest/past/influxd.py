"""A real InfluxDB 1.8 of our own on free ports of this machine."""

from __future__ import annotations

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
    """An influxd with an empty database; without the program the test is skipped, and fails under CI."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        configuration = folder / "influxdb.conf"
        text = CONFIGURATION.format(folder=folder, port=self.port, inner=free_port())
        configuration.write_text(text, encoding="utf-8")
        self._command = [program("influxd"), "-config", str(configuration)]
        self._log = folder / "log"
        self.start()
        self.query("CREATE DATABASE mizumori")

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
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.url}/ping", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.02)
        raise TimeoutError(f"influxd did not start within 20 s; see {self._log}")

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self.process.kill()
        self.process.wait(10)

    def query(self, statement: str) -> str:
        """The answer to a statement in InfluxQL, as it comes."""
        data = urllib.parse.urlencode({"q": statement, "db": "mizumori"}).encode()
        with urllib.request.urlopen(f"{self.url}/query", data=data, timeout=10) as answer:
            return str(answer.read().decode())
