"""One still from one camera, over HTTP: the only file that speaks to cameras.

An address comes from the registry and from nowhere else: a redirect is refused wherever it leads. An answer is bounded
in bytes and in time, is never unpacked, and is judged by its bytes, not by what its head says of them. Nothing is kept
from one request to the next, so that no camera can leave a cookie, and what fails says why without naming the address,
which may have a secret in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from math import inf
from urllib.parse import urlsplit

import httpx

from ingest.devices import Pull
from ingest.exchange import Transport, ending_in, waits
from ingest.pull.multipart import FirstPart, boundary_of
from ingest.pull.settings import CameraSettings, Credential
from ingest.pull.vain import Cause, Vain

MOST_BYTES = 4 * 1024 * 1024
HEAD = {"Accept": "image/jpeg, image/png, multipart/x-mixed-replace", "Accept-Encoding": "identity"}
"""What is asked for. A connection serves one request: small cameras have few, and the next one is a minute away."""
SHOWN_CHARACTERS = 120
NO_CONNECTION = "there is no connection to it"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A picture, or what was given for one. The two times are the server's: when it changed the file, and its now."""

    data: bytes
    modified_at: datetime | None = None
    served_at: datetime | None = None


class Fetcher:
    """Asks cameras; threads share it."""

    def __init__(self, settings: CameraSettings, most_bytes: int = MOST_BYTES) -> None:
        self._settings = settings
        self._most_bytes = most_bytes
        self._transport = Transport(settings.ca_file, most_connections=2 * settings.workers)

    def fetch(self, pull: Pull, within_s: float = inf) -> Fetched:
        """The still at an address, within the time of the settings or a shorter one; raises Vain."""
        auth = _auth(pull, self._settings.credentials)
        timeout_s = min(within_s, self._settings.timeout_s)
        late = timeout_s < self._settings.timeout_s
        try:
            request = httpx.Request(
                "GET",
                pull.url,
                headers={**HEAD, "User-Agent": "mizumori", "Connection": "close"},
                extensions={"timeout": waits(timeout_s).as_dict()},
            )
            with ending_in(timeout_s):
                return self._fetched(request, auth, pull)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError, UnicodeError):
            raise Vain(
                Cause.BAD_ADDRESS, "its address cannot be asked: write http://host/path in the registry"
            ) from None
        except httpx.ConnectError as error:
            raise Vain(Cause.NO_CONNECTION, _unreached(error)) from None
        except httpx.ConnectTimeout:
            raise Vain(
                Cause.NO_CONNECTION, f"{NO_CONNECTION} in time: is it on, is its address right?", late=late
            ) from None
        except httpx.TimeoutException:
            raise Vain(Cause.TIMED_OUT, f"it gave no whole picture within {timeout_s:g} s", late=late) from None
        except httpx.HTTPError:
            raise Vain(Cause.BROKEN_OFF, "it broke off before the end of its answer, or speaks no HTTP") from None

    def close(self) -> None:
        """Break off what is under way, and ask nobody any more."""
        self._transport.break_off()
        self._transport.close()

    def _fetched(self, request: httpx.Request, auth: httpx.Auth, pull: Pull) -> Fetched:
        answer = self._answer(request, auth)
        try:
            _refuse_other_than_a_picture(answer, pull)
            return Fetched(self._body(answer), _time(answer, "Last-Modified"), _time(answer, "Date"))
        finally:
            answer.close()

    def _answer(self, request: httpx.Request, auth: httpx.Auth) -> httpx.Response:
        """The answer, after what the way of signing in needs: digest is told what to sign by a first refusal."""
        steps = auth.auth_flow(request)
        first = self._transport.handle_request(next(steps))
        first.request = request
        try:
            again = steps.send(first)
        except StopIteration:
            return first
        except (KeyError, ValueError, NotImplementedError, httpx.ProtocolError):
            first.close()
            raise Vain(Cause.UNAUTHORIZED, "it asks for a kind of digest that is not spoken here") from None
        first.close()  # what a refusal says is not read: it could go on for ever
        return self._transport.handle_request(again)

    def _body(self, answer: httpx.Response) -> bytes:
        boundary = boundary_of(answer.headers.get("Content-Type", ""))
        try:
            length = int(answer.headers.get("Content-Length", "0"))
        except ValueError:
            length = 0
        if length > self._most_bytes:
            raise self._too_large(f"{length} bytes")
        return self._all_of(answer) if boundary is None else self._first_of(answer, boundary)

    def _all_of(self, answer: httpx.Response) -> bytes:
        data = bytearray()
        for piece in answer.iter_raw():
            data += piece
            if len(data) > self._most_bytes:
                raise self._too_large(f"{len(data)} bytes and no end")
        return bytes(data)

    def _first_of(self, answer: httpx.Response, boundary: bytes) -> bytes:
        """The first picture of a stream: it is made when it is asked for, and the rest would never end."""
        part = FirstPart(boundary)
        try:
            for piece in answer.iter_raw():
                whole = part.take(piece)
                if whole is not None:
                    return whole
                if len(part) > self._most_bytes:
                    raise self._too_large(f"{len(part)} bytes without a whole picture")
        except ValueError:
            pass
        raise Vain(Cause.NO_PICTURE, "its stream of pictures has no whole picture in it")

    def _too_large(self, what: str) -> Vain:
        return Vain(Cause.OVERSIZED, f"its answer is too large ({what}; {self._most_bytes} are allowed)")


def _auth(pull: Pull, credentials: Mapping[str, Credential]) -> httpx.Auth:
    if pull.auth == "none":
        return httpx.Auth()
    known = credentials.get(pull.credential)
    if known is None or not known.username:
        raise Vain(
            Cause.NO_CREDENTIAL,
            f"its user and password are missing: write [cameras.credentials.{pull.credential}] in the settings",
        )
    kind: Callable[[str, str], httpx.Auth] = httpx.BasicAuth if pull.auth == "basic" else httpx.DigestAuth
    return kind(known.username, known.password)


def _refuse_other_than_a_picture(answer: httpx.Response, pull: Pull) -> None:
    status = answer.status_code
    if 300 <= status < 400:
        raise Vain(Cause.REDIRECTED, f"it answered {status} and sends us {_elsewhere(answer)}: no redirect is followed")
    if status == 401:
        raise Vain(Cause.UNAUTHORIZED, _unauthorized(answer, pull))
    if status in _REFUSALS:
        cause, sentence = _REFUSALS[status]
        raise Vain(cause, f"it answered {status}: {sentence}")
    if status >= 500:
        raise Vain(Cause.BUSY, f"it answered {status}: it has trouble of its own")
    if status != 200:
        raise Vain(Cause.OTHER_ANSWER, f"it answered {status}, and 200 is what a picture comes with")
    encoding = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise Vain(Cause.ENCODED, "its answer is packed (Content-Encoding), though it was asked for as it is")


_REFUSALS: Mapping[int, tuple[Cause, str]] = {
    403: (Cause.FORBIDDEN, "the user may not see the picture, or our address is not allowed"),
    404: (Cause.NOT_FOUND, "there is no picture at this address; look for the right path in its manual"),
    410: (Cause.NOT_FOUND, "there is no picture at this address any more"),
    429: (Cause.BUSY, "it is asked too often; make interval_s longer"),
}


def _unauthorized(answer: httpx.Response, pull: Pull) -> str:
    """Why a 401: no user was given, another way of signing in is wanted, or the password is wrong."""
    challenges = " ".join(answer.headers.get_list("WWW-Authenticate")).lower()
    offered = [each for each in ("digest", "basic") if each in challenges]
    if pull.auth == "none":
        way = f' (auth = "{offered[0]}")' if offered else ""
        return f"it answered 401: it wants a user and password; write auth and credential at its address{way}"
    if offered and pull.auth not in offered:
        return f'it answered 401: it takes {offered[0]} only; write auth = "{offered[0]}" at its address'
    return f"it answered 401: user or password is wrong; look at [cameras.credentials.{pull.credential}]"


def _elsewhere(answer: httpx.Response) -> str:
    """Where a redirect leads: host and path, without what may be secret in it."""
    location = answer.headers.get("Location", "")
    try:
        parts = urlsplit(location)
        where = f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}" if parts.hostname else ""
    except ValueError:
        return "to no proper address"
    shown = f"{where}{parts.path}"[:SHOWN_CHARACTERS]
    return f"to {shown}" if shown and shown.isprintable() else "nowhere"


def _unreached(error: httpx.HTTPError) -> str:
    """The system's words for why there is no connection, which name no address."""
    words = str(error)
    if "certificate" in words.lower():
        return "its certificate is not trusted: name its authority in cameras.ca_file"
    shown = "".join(each if each.isprintable() else " " for each in words)[:SHOWN_CHARACTERS]
    return f"{NO_CONNECTION} ({shown})"


def _time(answer: httpx.Response, name: str) -> datetime | None:
    """A date of the head; None where it is absent, unreadable or without offset."""
    try:
        found = parsedate_to_datetime(answer.headers.get(name, ""))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo is not None else None
