"""The only importer of apprise: a program that sends one message and says what became of it.

It reads ``{"url", "title", "body", "timeout_s"}``, with ``picture`` (``name``, ``media_type``, ``base64``) where one
goes along, and writes ``[outcome, detail]``: sent, failed, refused (no such address) or unknown. A service that takes
no attachments gets the text alone. Nothing of apprise's own log leaves it, because addresses and header values stand
there.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from base64 import b64decode
from typing import Any

import apprise
from apprise.attachment.memory import AttachMemory

NEVER_SENT = re.compile(
    r"NewConnectionError|ConnectTimeout|Connection refused|CERTIFICATE_VERIFY_FAILED|SSLError|NameResolution|"
    r"Max retries exceeded with url.*Caused by",
    re.DOTALL,
)
PERHAPS_SENT = re.compile(r"Read timed out|RemoteDisconnected|Connection aborted|ReadTimeout|reset by peer")
STATUS = re.compile(r"error=(\d{3})")


def problem_with(address: str) -> str:
    """Why the address is none of apprise's, as a sentence that does not repeat it; empty where it is one."""
    silence()
    if not address.isprintable() or "://" not in address or re.search(r"[\s,]+[a-z0-9]+://", address):
        return "write one address of apprise, such as ntfys://host/topic; several are several recipients"
    plugin = _plugin(address)
    if plugin is None:
        return "apprise does not know this kind of address, or it is incomplete: see apprise's list of services"
    if len(plugin) > 1:
        return f"this address names {len(plugin)} recipients: write one address for each"
    return ""


def send(task: dict[str, Any]) -> tuple[str, str]:
    """Send one message; (outcome, detail)."""
    silence()
    plugin = _plugin(task["url"])
    if plugin is None:
        return "refused", "it does not know this kind of address"
    plugin.request_rate_per_sec = 0
    plugin.socket_connect_timeout = min(5.0, task["timeout_s"])
    plugin.socket_read_timeout = task["timeout_s"]
    logger = logging.getLogger("apprise")
    kept = _Kept()
    logger.addHandler(kept)
    logger.setLevel(logging.DEBUG)
    done = plugin.notify(
        title=task["title"], body=task["body"], notify_type=apprise.NotifyType.WARNING, attach=_attached(plugin, task)
    )
    return ("sent", "") if done else _why("\n".join(kept.lines))


def _attached(plugin: Any, task: dict[str, Any]) -> Any:
    """The picture, from memory to memory: nothing of it is written to a disk."""
    picture = task.get("picture")
    if picture is None or not plugin.attachment_support:
        return None
    content = b64decode(picture["base64"])
    memory: Any = AttachMemory  # it has no types
    return apprise.AppriseAttachment(memory(content, name=picture["name"], mimetype=picture["media_type"]))


def silence() -> None:
    """Keep apprise's log to itself."""
    logging.getLogger("apprise").propagate = False


def _plugin(address: str) -> Any:
    asset = apprise.AppriseAsset(secure_logging=True, storage_mode=apprise.PersistentStoreMode.MEMORY)
    return apprise.Apprise.instantiate(address, asset=asset, suppress_exceptions=True)


def _why(told: str) -> tuple[str, str]:
    status = STATUS.search(told)
    if status:
        return "failed", f"the other side answered {status.group(1)}"
    if PERHAPS_SENT.search(told):
        return "unknown", "the connection ended before an answer"
    if NEVER_SENT.search(told):
        return "failed", "no connection"
    return "unknown", "it does not say why"


class _Kept(logging.Handler):
    """What apprise logs while it sends, in memory."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


if __name__ == "__main__":
    print(json.dumps(send(json.load(sys.stdin))))  # noqa: T201  (its answer)
