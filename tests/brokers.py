"""Real brokers of our own on free ports of this machine."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import time
from pathlib import Path

from tests.parts import program


def free_port() -> int:
    """A port that nobody listens on, below those that the system gives to outgoing connections: it stays free.

    Test processes beside each other draw from ranges of their own, so that none takes what another has just found.
    """
    beside = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 4
    while True:
        port = random.SystemRandom().randrange(20_000 + 3_000 * beside, 23_000 + 3_000 * beside)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


class Mosquitto:
    """A Mosquitto with its own configuration; without the program the test is skipped, and fails under CI."""

    def __init__(self, folder: Path, extra: str = "allow_anonymous true\n") -> None:
        self.port = free_port()
        folder.mkdir(parents=True, exist_ok=True)
        configuration = folder / "mosquitto.conf"
        configuration.write_text(f"listener {self.port} 127.0.0.1\n{extra}", encoding="utf-8")
        self._command = [program("mosquitto", "/usr/sbin/mosquitto"), "-c", str(configuration)]
        self.start()

    def start(self) -> None:
        """Start and wait until it listens."""
        self.process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 10
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise TimeoutError("mosquitto did not start within 10 s")

    def freeze(self) -> None:
        """Let it stand still with its connections open."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it and wait for its end."""
        self.process.terminate()
        self.process.wait(10)
