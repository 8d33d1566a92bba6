"""The embedded broker, for trying the system out: amqtt in a thread, MQTT 3.1.1, loopback only."""

from __future__ import annotations

import asyncio
import logging
import threading

from amqtt.broker import Broker
from amqtt.contexts import BrokerConfig, ListenerConfig
from pydantic import BaseModel, ConfigDict, Field

START_WITHIN_S = 10.0


class BrokerSettings(BaseModel):
    """Whether a broker is started along with the rest."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    embedded: bool = Field(default=True, description="start the embedded broker; false where [mqtt] names a real one")
    port: int = Field(default=1883, ge=1, le=65535, description="port of the embedded broker on 127.0.0.1")


class EmbeddedBroker:
    """A broker on 127.0.0.1 that lives as long as this object is started.

    It keeps nothing across a stop: a device repeats what was not acknowledged to it.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="broker", daemon=True)
        self._started = threading.Event()
        self._failure: BaseException | None = None

    def start(self) -> None:
        """Start and wait until the port answers; raises what made it fail."""
        for name in ("amqtt", "transitions"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._thread.start()
        if not self._started.wait(START_WITHIN_S):
            raise TimeoutError(f"the embedded broker did not start within {START_WITHIN_S:.0f} s")
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Close all connections and the port."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(START_WITHIN_S)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        broker = Broker(self._configuration(), loop=self._loop)
        try:
            self._loop.run_until_complete(broker.start())
        except Exception as error:
            self._failure = error
            self._started.set()
            return
        self._started.set()
        self._loop.run_forever()
        self._loop.run_until_complete(broker.shutdown())
        self._loop.close()

    def _configuration(self) -> BrokerConfig:
        return BrokerConfig(
            listeners={"default": ListenerConfig(bind=f"127.0.0.1:{self._port}")},
            plugins={"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
        )
