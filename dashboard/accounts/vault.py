"""The secrets of the second factor, sealed with a key that lies beside the database and not in it. The only file that
encrypts.

AES-SIV (RFC 5297) with 512 bits of key: nothing but the key must be kept, and what is sealed fits the column. A secret
is bound to its login name, so that it opens nothing for another account.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import stat
import tempfile
from enum import StrEnum
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

MARK = "s1."
"""What sealed secrets begin with; one without it is from before they were sealed."""
KEY_BITS = 512
OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Closed(StrEnum):
    """Why a secret cannot be opened."""

    MISSING = "missing"
    UNREADABLE = "unreadable"
    WRONG = "wrong"


class VaultError(Exception):
    """A secret that cannot be sealed or opened; ``key`` is why in the catalogue, the text is for the log."""

    def __init__(self, why: Closed, sentence: str) -> None:
        super().__init__(sentence)
        self.why = why

    @property
    def key(self) -> str:
        """A key of the catalogue."""
        return f"accounts.key_{self.why}"


class Vault:
    """Seals and opens with the key of a file, which is read each time: one that was put back helps at once."""

    def __init__(self, key_file: Path) -> None:
        self.key_file = key_file

    def make_key(self) -> None:
        """Make the file, readable to its owner alone, where there is none. OSError where that cannot be."""
        if self.key_file.exists():
            return
        self.key_file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.key_file.parent, prefix=f".{self.key_file.name}-")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(base64.b64encode(AESSIV.generate_key(KEY_BITS)) + b"\n")
                out.flush()
                os.fsync(out.fileno())
            # A whole key or none; and never over one that another process has made meanwhile.
            with contextlib.suppress(FileExistsError):
                os.link(name, self.key_file)
        finally:
            Path(name).unlink()

    def seal(self, secret: str, login: str) -> str:
        """What is kept of a secret (base32). VaultError where there is no key."""
        sealed = self._cipher().encrypt(base64.b32decode(secret), [login.encode()])
        return MARK + base64.urlsafe_b64encode(sealed).decode()

    def open(self, kept: str, login: str) -> str:
        """The secret; one from before secrets were sealed is itself. VaultError where it cannot be opened."""
        if not is_sealed(kept):
            return kept
        cipher = self._cipher()
        try:
            opened = cipher.decrypt(base64.urlsafe_b64decode(kept.removeprefix(MARK)), [login.encode()])
        except (InvalidTag, binascii.Error, ValueError) as error:
            raise VaultError(Closed.WRONG, f"{self.key_file} is not the key that sealed the second factors") from error
        return base64.b32encode(opened).decode()

    def open_to_others(self) -> bool:
        """Whether other users of the machine may read or change the key."""
        return self.key_file.is_file() and bool(self.key_file.stat().st_mode & OTHERS)

    def _cipher(self) -> AESSIV:
        try:
            written = self.key_file.read_bytes()
        except FileNotFoundError as error:
            raise VaultError(Closed.MISSING, f"there is no key file {self.key_file}") from error
        except OSError as error:
            raise VaultError(Closed.UNREADABLE, f"{self.key_file} cannot be read ({error.strerror})") from error
        try:
            key = base64.b64decode(written.strip(), validate=True)
            return AESSIV(_whole(key))
        except ValueError as error:
            raise VaultError(Closed.UNREADABLE, f"{self.key_file} does not hold a whole key") from error


def is_sealed(kept: str) -> bool:
    """Whether it is a sealed secret; an old one is base32, which has no dot."""
    return kept.startswith(MARK)


def _whole(key: bytes) -> bytes:
    if len(key) * 8 != KEY_BITS:
        raise ValueError("length")
    return key
