"""What the dashboard is compared with: a server of the same make that does nothing but send.

``python -m deploy.benches.plain PORT PAGE_BYTES PUSH_BYTES PER_S`` answers a page of so many bytes at ``/``, and pushes
a text of so many bytes, that begins with its moment, to every WebSocket at ``/push`` so many times a second.
"""

from __future__ import annotations

import asyncio
import sys
import time

import uvicorn
from fastapi import FastAPI, Response, WebSocket, WebSocketDisconnect

TICK_WIDTH = 20


def application(page_bytes: int, push_bytes: int, per_s: float) -> FastAPI:
    """The server."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    head, tail = "<!DOCTYPE html><title>plain</title><p id=there>", "</p>"
    page = head + "x" * max(0, page_bytes - len(head) - len(tail)) + tail
    text = "".join(chr(97 + number * 7 % 26) for number in range(max(0, push_bytes - TICK_WIDTH)))

    async def answer() -> Response:
        return Response(page, media_type="text/html")

    async def push(socket: WebSocket) -> None:
        await socket.accept()
        try:
            while True:
                # All at the same moment, as news come to all viewers.
                await asyncio.sleep(1 / per_s - time.time() % (1 / per_s))
                await socket.send_text(f"{time.time():<{TICK_WIDTH}.6f}{text}")
        except (WebSocketDisconnect, RuntimeError):
            return

    app.add_api_route("/", answer)
    app.add_api_websocket_route("/push", push)
    return app


if __name__ == "__main__":
    port, page_size, push_size, rate = sys.argv[1:]
    uvicorn.run(
        application(int(page_size), int(push_size), float(rate)),
        host="127.0.0.1",
        port=int(port),
        log_level="error",
        access_log=False,
    )
