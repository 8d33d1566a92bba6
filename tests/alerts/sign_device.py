"""A road sign that listens and answers over MQTT."""

from __future__ import annotations

import json
import threading
from typing import Any

from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

TOPIC = "onomichi/signs/fujii-underpass"


class Sign:
    """A device: obeys every command at once and says so, unless it is stubborn."""

    def __init__(self, port: int, *, stubborn: bool = False) -> None:
        self.commands: list[MQTTMessage] = []
        self.stubborn = stubborn
        self._ready = threading.Event()
        self.client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
        self.client.on_message = self._obey
        self.client.on_connect = lambda client, *_: client.subscribe(TOPIC, 1)
        self.client.on_subscribe = lambda *_: self._ready.set()
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        assert self._ready.wait(10)

    def _obey(self, _client: Client, _userdata: Any, message: MQTTMessage) -> None:
        self.commands.append(message)
        if not self.stubborn:
            self.obey()

    def obey(self) -> None:
        """Answer the newest command."""
        said = json.loads(self.commands[-1].payload)
        self.say(said["state"], said["key"])

    def say(self, state: str, key: str = "") -> None:
        """Report what it shows."""
        self.client.publish(f"{TOPIC}/state", json.dumps({"key": key, "state": state}), qos=1)

    @property
    def told(self) -> list[str]:
        """What it was told so far."""
        return [json.loads(each.payload)["state"] for each in self.commands]

    def __enter__(self) -> Sign:
        return self

    def __exit__(self, *error: object) -> None:
        self.client.disconnect()
        self.client.loop_stop()
