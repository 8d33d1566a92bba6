"""The embedded broker, for trying the system out: amqtt in a thread, MQTT 3.1.1, loopback only."""

from __future__ import annotations

import asyncio
import logging
import threading
import weakref

from amqtt.broker import Broker
from amqtt.contexts import BrokerConfig, ListenerConfig
from pydantic import BaseModel, ConfigDict, Field

START_WITHIN_S = 10.0
TURNS = 3


class BrokerSettings(BaseModel):
    """Whether a broker is started along with the rest."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    embedded: bool = Field(default=True, description="start the embedded broker; false where [mqtt] names a real one")
    port: int = Field(default=1883, ge=1, le=65535, description="port of the embedded broker on 127.0.0.1")


class _Broker(Broker):  # type: ignore[misc]  # amqtt has no types
    """Closes its connections: amqtt leaves some open that end before their first packet, or come while it stops."""

    def __init__(self, configuration: BrokerConfig, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(configuration, loop=loop)
        self._connections: weakref.WeakSet[asyncio.StreamWriter] = weakref.WeakSet()

    async def stream_connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listener_name: str
    ) -> None:
        """A client connects; when this returns, its connection is over."""
        self._connections.add(writer)
        try:
            await super().stream_connected(reader, writer, listener_name)
        finally:
            writer.transport.abort()

    async def wind_up(self) -> None:
        """Shut down and leave nothing open."""
        await self.shutdown()
        for _ in range(TURNS):
            await asyncio.sleep(0)  # who was just let in, or is let go of, takes a turn of the loop
            left = asyncio.all_tasks() - {asyncio.current_task()}
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
            for writer in list(self._connections):
                writer.transport.abort()


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
        broker = _Broker(self._configuration(), self._loop)
        try:
            self._loop.run_until_complete(broker.start())
        except Exception as error:
            self._failure = error
            self._started.set()
            return
        self._started.set()
        self._loop.run_forever()
        self._loop.run_until_complete(broker.wind_up())
        self._loop.close()

    def _configuration(self) -> BrokerConfig:
        return BrokerConfig(
            listeners={"default": ListenerConfig(bind=f"127.0.0.1:{self._port}")},
            plugins={"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
        )
