"""The one small file that speaks HTTP for the channels.

Every exchange ends at its time, whatever the other side does (``ingest.exchange``). Redirects are not followed, the
environment's proxies are not used, and no address or header gets into a message or a log: they carry secrets.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from alerts.channels.channel import ChannelError
from alerts.channels.http_settings import HttpSettings
from ingest.exchange import Transport, ending_in, waits

TRY_AGAIN = {401, 403, 404, 407, 408, 409, 423, 425, 429}
"""Of the 4xx answers those that somebody can put right, or that time does; 409 is a first attempt still at work."""
PERHAPS_DONE = {504}
"""A gateway passed the message on and got no answer in its time."""
LARGEST_ANSWER_BYTES = 8192
BODY_S = 2.0
"""Once the head of the answer is there everything is said: its body is only the other side's explanation."""
UNREACHED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.WriteTimeout)
"""The message was not handed over, or not to its end."""
NO_ADDRESS = (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError)
SHOWN_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said. ``text`` is at most the first 8 kB; ``whole`` says whether the body ended there."""

    status: int
    headers: Mapping[str, str]
    text: str
    whole: bool = True

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    def document(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None


class Http:
    """A pool of connections that a channel's threads share. ``timeout_s`` of the settings bounds a whole exchange."""

    def __init__(self, settings: HttpSettings) -> None:
        self._timeout_s = settings.timeout_s
        transport = Transport(settings.ca_file, settings.proxy)
        self._client = httpx.Client(transport=transport, follow_redirects=False, trust_env=False)

    def post_json(self, url: str, document: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
        """POST a JSON document; as ``post``."""
        return self.post(url, as_json(document), {"Content-Type": "application/json", **headers})

    def post(self, url: str, body: bytes, headers: Mapping[str, str], method: str = "POST") -> Answer:
        """Send a body and return the answer, whatever its status; ChannelError where there is none."""
        limits = waits(self._timeout_s)
        plain = {"Accept-Encoding": "identity", "User-Agent": "mizumori", **headers}
        try:
            with (
                ending_in(self._timeout_s),
                self._client.stream(method, url, content=body, headers=plain, timeout=limits) as answer,
            ):
                text, whole = _beginning(answer)
                return Answer(answer.status_code, answer.headers, text, whole)
        except NO_ADDRESS:
            raise ChannelError("not an address that can be posted to", permanent=True) from None
        except UNREACHED as error:
            raise ChannelError(f"no connection: {_kind(error)}") from None
        except httpx.HTTPError as error:
            raise ChannelError(f"no answer: {_kind(error)}", unknown=True) from None

    def close(self) -> None:
        """Close every connection."""
        self._client.close()


def as_json(document: Mapping[str, Any]) -> bytes:
    """The bytes of a JSON document; Japanese stays readable."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def accepted(answer: Answer, *secrets: str) -> Answer:
    """The answer where it is 2xx; else ChannelError as ``failure``."""
    if not answer.ok:
        raise failure(answer, *secrets)
    return answer


def failure(answer: Answer, *secrets: str) -> ChannelError:
    """What a refusal means: 4xx is permanent but for those in TRY_AGAIN, the rest may be tried again.

    The other side's words are quoted without the secrets, should it repeat them.
    """
    permanent = 400 <= answer.status < 500 and answer.status not in TRY_AGAIN
    words = quoted(answer.text, *secrets)
    return ChannelError(
        f"the other side answered {answer.status}{': ' if words else ''}{words}",
        permanent=permanent,
        retry_after_s=_retry_after_s(answer.headers),
        unknown=answer.status in PERHAPS_DONE,
    )


def quoted(text: str, *secrets: str) -> str:
    """The beginning of what the other side said, in one line, without the secrets."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "…")
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return line[:SHOWN_CHARACTERS]


def _kind(error: httpx.HTTPError) -> str:
    """The error's name and the system's words, which name no address."""
    return f"{type(error).__name__} {quoted(str(error))}".strip()


def _beginning(answer: httpx.Response) -> tuple[str, bool]:
    """The first bytes of the body, and whether it ended there. The status counts even if the body never comes."""
    data, whole = b"", False
    try:
        with ending_in(BODY_S):
            for piece in answer.iter_raw():
                data += piece
                if len(data) > LARGEST_ANSWER_BYTES:
                    break
            else:
                whole = True
    except httpx.HTTPError:
        whole = False
    return data[:LARGEST_ANSWER_BYTES].decode(errors="replace"), whole


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Retry-After in seconds or as a date (RFC 9110 10.2.3); None where it is absent or unreadable."""
    text = headers.get("Retry-After", "")
    if text.isdecimal() and text.isascii():
        return float(text)
    try:
        sent = parsedate_to_datetime(headers.get("Date", ""))
        return max(0.0, (parsedate_to_datetime(text) - sent).total_seconds())
    except (ValueError, TypeError):
        return None
