"""An InfluxDB 1.8 of a measurement's own, in a folder and on ports of its own."""

from __future__ import annotations

import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

START_WITHIN_S = 30.0
CONFIGURATION = """reporting-disabled = true
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


@dataclass
class OwnInfluxd:
    """Started by ``start`` and ended by ``stop``, any number of times; ``make_database`` once between them."""

    program: Path
    folder: Path
    port: int
    inner: int
    _process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Return when it answers; TimeoutError where it does not."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / "influxdb.conf"
        text = CONFIGURATION.format(folder=self.folder, port=self.port, inner=self.inner)
        file.write_text(text, encoding="utf-8")
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen([str(self.program), "-config", str(file)], stdout=log, stderr=log)
        until_s = time.monotonic() + START_WITHIN_S
        while time.monotonic() < until_s:
            try:
                with urllib.request.urlopen(f"{self.url}/ping"):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise TimeoutError(f"{self.program} did not answer within {START_WITHIN_S:.0f} s: see {self.folder / 'log'}")

    def make_database(self) -> None:
        """Make the database that it is to have."""
        with urllib.request.urlopen(f"{self.url}/query?q={quote('CREATE DATABASE mizumori')}", data=b""):
            pass

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
            self._process = None
