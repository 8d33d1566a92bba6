"""A Mosquitto of a measurement's own, on a port of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

START_WITHIN_S = 10.0
ALSO_IN = "/usr/sbin:/usr/local/sbin"
"""Where systems keep it that leave these folders out of a user's path."""
CONFIGURATION = """listener {port} 127.0.0.1
allow_anonymous true
max_queued_messages 0
max_queued_bytes 0
max_inflight_messages 0
"""


def program() -> Path | None:
    """The Mosquitto of this machine, or None."""
    found = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:{ALSO_IN}")
    return Path(found) if found else None


@dataclass
class OwnMosquitto:
    """Started by ``start``, ended by ``stop``; it keeps nothing."""

    program: Path
    folder: Path
    port: int
    _process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        """Return when it listens; TimeoutError where it does not."""
        file = self.folder / "mosquitto.conf"
        file.write_text(CONFIGURATION.format(port=self.port), encoding="utf-8")
        command = [str(self.program), "-c", str(file)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until_s = time.monotonic() + START_WITHIN_S
        while time.monotonic() < until_s:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise TimeoutError(f"Mosquitto did not start within {START_WITHIN_S:g} s")

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(START_WITHIN_S)
