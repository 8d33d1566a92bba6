"""The Mosquitto of production as it is shipped: its own configuration, with the paths of a test, and its clients."""

from __future__ import annotations

import csv
import getpass
import re
import signal
import ssl
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from deploy.__main__ import main
from tests.brokers import Mosquitto
from tests.parts import PROJECT, program

CONFIGURATION = PROJECT / "deploy" / "mosquitto" / "mosquitto.conf"
WAIT_S = 5.0


def certificate(folder: Path) -> Path:
    """A certificate for this machine that is its own authority, made with openssl; the file that clients trust."""
    command = [program("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=mizumori", "-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-keyout", str(folder / "server.key"), "-out", str(folder / "server.crt")]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "server.crt"


class Shipped(Mosquitto):
    """The shipped broker in a folder of its own, with whatever credentials the folder holds; ``added`` lines follow,
    and what ``instead`` names has another value from the next start on."""

    def __init__(self, folder: Path, added: str = "") -> None:
        self.folder = folder
        self.added = added
        self.instead: dict[str, str] = {}
        self.log = folder / "log"
        self.trusted = folder / "server.crt" if (folder / "server.crt").exists() else certificate(folder)
        (folder / "data").mkdir(exist_ok=True)
        super().__init__(folder, extra="")

    def start(self) -> None:
        """Write the shipped configuration over the plain one, and start."""
        text = CONFIGURATION.read_text(encoding="utf-8")
        for shipped, here in (
            ("\nlistener 8883\n", f"\nlistener {self.port} 127.0.0.1\nuser {getpass.getuser()}\n"),
            ("/etc/mosquitto/mizumori/", f"{self.folder}/"),
            ("/var/lib/mosquitto/", f"{self.folder}/data/"),
            ("/run/mosquitto/mosquitto.pid", f"{self.folder}/mosquitto.pid"),
        ):
            assert shipped in text
            text = text.replace(shipped, here)
        for key, value in self.instead.items():
            text, found = re.subn(rf"^{key} .*$", f"{key} {value}", text, flags=re.MULTILINE)
            assert found == 1, f"{key} is not in the shipped configuration"
        (self.folder / "mosquitto.conf").write_text(text + self.added, encoding="utf-8")
        super().start()

    def reload(self) -> None:
        """What ``systemctl reload mosquitto`` does."""
        self.process.send_signal(signal.SIGHUP)
        time.sleep(0.3)

    def crash(self) -> None:
        """What a power failure does to the program."""
        self.process.kill()
        self.process.wait(10)


def credentials(environment: Mapping[str, str], folder: Path, *arguments: str) -> dict[str, str]:
    """Issue with the real command; the passwords by user as the CSV hands them out."""
    file = folder / f"handed-out-{len(list(folder.glob('handed-out-*')))}.csv"
    command = ["credentials", "issue", "--folder", str(folder), "--csv", str(file), *arguments]
    assert main(command, environment) == 0
    if not file.exists():
        return {}
    with file.open(encoding="utf-8", newline="") as opened:
        return {row["user"]: row["password"] for row in csv.DictReader(opened)}


@dataclass
class User:
    """A client over TLS; what it is told is kept. ``session`` names one that outlives the connection."""

    broker: Shipped
    name: str
    password: str
    session: str = ""
    payloads: list[bytes] = field(default_factory=list)
    answer: ReasonCode | None = None
    ended: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> User:
        self._answered, self._published, self._subscribed = threading.Event(), threading.Event(), threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=self.session, protocol=MQTTv5)
        if self.name:
            self._client.username_pw_set(self.name, self.password)
        self._client.tls_set(str(self.broker.trusted))
        self._client.max_inflight_messages_set(1000)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = lambda *_: self.ended.set()
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_publish = self._on_publish
        self._client.on_message = self._on_message
        self._client.connect("127.0.0.1", self.broker.port, clean_start=not self.session, properties=self._lasting())
        self._client.loop_start()
        assert self._answered.wait(WAIT_S)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic: str, payload: str = "{}") -> int:
        """Publish with QoS 1; the reason code of the acknowledgement: 0, 16 (nobody listens) or 135 (not allowed)."""
        self._published.clear()
        self._client.publish(topic, payload, qos=1)
        assert self._published.wait(WAIT_S)
        return self.reason

    def listen(self, *topics: str) -> User:
        """Subscribe and wait until the broker has answered."""
        self._client.subscribe([(each, 1) for each in topics])
        assert self._subscribed.wait(WAIT_S)
        return self

    def wait_for(self, count: int, within_s: float = WAIT_S) -> list[bytes]:
        """What has arrived, as soon as it is so many."""
        until = time.monotonic() + within_s
        while len(self.payloads) < count and time.monotonic() < until:
            time.sleep(0.02)
        return self.payloads

    def wait_until(self, last: bytes) -> list[bytes]:
        """What has arrived, as soon as this is the last of it."""
        until = time.monotonic() + WAIT_S
        while self.payloads[-1:] != [last] and time.monotonic() < until:
            time.sleep(0.02)
        assert self.payloads[-1:] == [last]
        return self.payloads

    reason: int = -1

    def _lasting(self) -> Properties | None:
        if not self.session:
            return None
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = 3600
        properties.ReceiveMaximum = 1000
        return properties

    def _on_connect(self, _client: Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any) -> None:
        self.answer = reason
        self._answered.set()

    def _on_publish(self, _client: Client, _data: Any, _mid: int, reason: ReasonCode, _properties: Any) -> None:
        self.reason = reason.value
        self._published.set()

    def _on_message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        self.payloads.append(bytes(message.payload))


def tls(trusted: Path, newest: ssl.TLSVersion) -> ssl.SSLContext:
    """A client's context that speaks nothing newer than ``newest``."""
    context = ssl.create_default_context(cafile=str(trusted))
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = newest
    return context
