"""How a simulated camera checks who asks it: basic (RFC 7617) and digest (RFC 7616). Pure but for the nonces."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.request import parse_http_list, parse_keqv_list

HASHES: Mapping[str, str] = {"MD5": "md5", "SHA-256": "sha256"}
MOST_NONCES = 1000


def digest_response(
    login: Login, method: str, uri: str, said: Mapping[str, str], algorithm: Literal["MD5", "SHA-256"] = "MD5"
) -> str:
    """What a client that knows the password answers to a nonce with ``qop=auth`` (RFC 7616, 3.4.1)."""

    def hashed(*parts: str) -> str:
        return hashlib.new(HASHES[algorithm], ":".join(parts).encode()).hexdigest()

    who = hashed(login.username, login.realm, login.password)
    return hashed(who, said["nonce"], said["nc"], said["cnonce"], said["qop"], hashed(method, uri))


@dataclass
class Login:
    """Who may ask. Without a ``kind`` everybody may."""

    kind: Literal["none", "basic", "digest"] = "none"
    username: str = ""
    password: str = field(default="", repr=False)
    realm: str = "camera"
    algorithm: Literal["MD5", "SHA-256"] = "MD5"
    _nonces: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_NONCES), repr=False)

    def admits(self, method: str, uri: str, authorization: str) -> bool:
        """Whether a request with this Authorization header may be answered."""
        kind, _, rest = authorization.partition(" ")
        if self.kind == "none":
            return True
        if kind.lower() != self.kind:
            return False
        return self._is_basic(rest) if self.kind == "basic" else self._is_signed(method, uri, rest)

    def challenge(self) -> str:
        """The WWW-Authenticate header of a refusal."""
        if self.kind == "basic":
            return f'Basic realm="{self.realm}"'
        nonce = secrets.token_hex(16)
        self._nonces.append(nonce)
        return f'Digest realm="{self.realm}", qop="auth", algorithm={self.algorithm}, nonce="{nonce}", opaque="0"'

    def _is_basic(self, rest: str) -> bool:
        try:
            given = base64.b64decode(rest, validate=True)
        except (binascii.Error, ValueError):
            return False
        return secrets.compare_digest(given, f"{self.username}:{self.password}".encode())

    def _is_signed(self, method: str, uri: str, rest: str) -> bool:
        try:
            said = parse_keqv_list(parse_http_list(rest))
            expected = digest_response(self, method, uri, said, self.algorithm)
        except (KeyError, ValueError):
            return False
        known = said["nonce"] in self._nonces and said.get("uri") == uri and said.get("username") == self.username
        return known and secrets.compare_digest(said.get("response", "").encode(), expected.encode())
