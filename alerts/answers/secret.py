"""The secret that signs the links: from the settings, or a file that is made when it is needed first."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

NAME = "answers.secret"
LENGTH = 32


@dataclass(frozen=True)
class SecretFile:
    """32 random bytes in a file that its owner alone can read. Removing it makes every link void at once."""

    path: Path

    def __call__(self) -> bytes:
        """The secret, made where there is none; processes that make it at the same moment agree on one."""
        with suppress(FileNotFoundError):
            return self._read()
        self._make()
        return self._read()

    def rotate(self) -> None:
        """Another secret: every link that was sent is void."""
        self.path.unlink(missing_ok=True)
        self._make()

    def _read(self) -> bytes:
        secret = self.path.read_bytes()
        if len(secret) < LENGTH:
            raise OSError(f"{self.path} is shorter than {LENGTH} bytes: remove it, and a new one is made")
        return secret

    def _make(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}-")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(secrets.token_bytes(LENGTH))
                out.flush()
                os.fsync(out.fileno())
            with suppress(FileExistsError):  # another process was faster: its secret holds
                os.link(name, self.path)
        finally:
            Path(name).unlink(missing_ok=True)
