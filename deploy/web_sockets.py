"""Compression of WebSockets: what many viewers get alike is compressed once. The only importer of their extensions.

RFC 7692 compresses each message for each connection, with what was sent before as its dictionary, so that nothing can
be shared. Here each message stands alone ("server_no_context_takeover"), short ones go as they are, and of a long one
the part after its address, from ``SAME`` on, is kept compressed: the address before it is put as a block of its own
that is stored and not compressed (RFC 1951, 3.2.4).
"""

from __future__ import annotations

import threading
import zlib
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.extensions.base import Extension
from websockets.extensions.permessage_deflate import PerMessageDeflate, ServerPerMessageDeflateFactory
from websockets.frames import OP_BINARY, OP_TEXT, Frame
from websockets.typing import ExtensionParameter

SAME = b'"payload":'
ADDRESS_WITHIN = 512
LEAST_BYTES = 1_000
"""Shorter messages take longer to compress than to send."""
MOST_KEPT = 32
MOST_KEPT_BYTES = 1_000_000
"""Of a message: what is longer is compressed for each."""
LEVEL = 6
WINDOW_BITS = 15
CLIENT_WINDOW_BITS = 12
_END = b"\x00\x00\xff\xff"


class Compressed:
    """The last messages as they were compressed. Who asks with the same bytes gets the same bytes."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, bytes], bytes] = OrderedDict()
        self._lock = threading.Lock()
        self.made = 0

    def of(self, data: bytes, bits: int) -> bytes:
        """Raw deflate, without the end that the RFC leaves out; ``bits`` of window at most."""
        key = (bits, data)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -bits)
        packed = (packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH)).removesuffix(_END)
        with self._lock:
            self.made += 1
            if len(data) <= MOST_KEPT_BYTES:
                self._kept[key] = packed
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return packed


KEPT = Compressed()
"""Of this process."""


class SharedDeflate(PerMessageDeflate):
    """permessage-deflate that compresses what is the same once."""

    def encode(self, frame: Frame) -> Frame:
        """A whole message, as uvicorn sends them; others as they always were."""
        whole = frame.fin and frame.opcode in (OP_TEXT, OP_BINARY)
        if not whole or not self.local_no_context_takeover:
            return super().encode(frame)
        if len(frame.data) < LEAST_BYTES:
            return frame
        data = bytes(frame.data)
        at = max(0, data.find(SAME, 0, ADDRESS_WITHIN))
        packed = _stored(data[:at]) + KEPT.of(data[at:], self.local_max_window_bits)
        return Frame(frame.opcode, packed, True, True, frame.rsv2, frame.rsv3)


def _stored(data: bytes) -> bytes:
    """A block that is not the last and not compressed."""
    length = len(data)
    return b"\x00" + length.to_bytes(2, "little") + (length ^ 0xFFFF).to_bytes(2, "little") + data if data else b""


class SharedDeflateFactory(ServerPerMessageDeflateFactory):
    """Agrees with a browser on it."""

    def __init__(self) -> None:
        super().__init__(True, server_max_window_bits=WINDOW_BITS, client_max_window_bits=CLIENT_WINDOW_BITS)

    def process_request_params(
        self, params: Sequence[ExtensionParameter], accepted_extensions: Sequence[Extension]
    ) -> tuple[list[ExtensionParameter], PerMessageDeflate]:
        """As permessage-deflate agrees."""
        answer, agreed = super().process_request_params(params, accepted_extensions)
        return answer, SharedDeflate(
            agreed.remote_no_context_takeover,
            agreed.local_no_context_takeover,
            agreed.remote_max_window_bits,
            agreed.local_max_window_bits,
            agreed.compress_settings,
        )


class SharedSockets(WebSocketsSansIOProtocol):
    """uvicorn's WebSockets with this compression."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        if self.conn.available_extensions:
            self.conn.available_extensions = [SharedDeflateFactory()]
