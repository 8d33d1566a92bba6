"""The archive of a backup: databases and stills with a manifest of sizes and checksums, which comes last.

An archive without its manifest was cut off, so one that can be read at all was finished.
"""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from pydantic import BaseModel, ValidationError

from ingest.store.stills import NAME as STILL

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = re.compile(r"[a-z]+\.db")
LARGEST_MANIFEST_BYTES = 500_000_000


class BackupError(Exception):
    """A backup that cannot be made or used: one sentence that says what to do."""


class Entry(BaseModel):
    """A file of an archive."""

    size_bytes: int
    sha256: str


class Manifest(BaseModel):
    """What an archive holds. ``revisions`` are those of the schema, ``ends`` the newest numbers, by database."""

    format: int = FORMAT
    program: str
    made_at: datetime
    revisions: Mapping[str, str]
    ends: Mapping[str, int]
    files: Mapping[str, Entry]

    @property
    def size_bytes(self) -> int:
        """Bytes of all files together."""
        return sum(each.size_bytes for each in self.files.values())

    @property
    def stills(self) -> int:
        """How many camera stills there are."""
        return sum(name.startswith("stills/") for name in self.files)


def add(tar: tarfile.TarFile, name: str, file: Path) -> Entry:
    """Put a file into an archive; what it says of it."""
    with file.open("rb") as stream:
        info = tar.gettarinfo(arcname=name, fileobj=stream)
        info.uid = info.gid = 0
        info.uname = info.gname = ""
        hashed = _Hashed(stream)
        tar.addfile(info, hashed)
    return Entry(size_bytes=info.size, sha256=hashed.digest)


def add_manifest(tar: tarfile.TarFile, manifest: Manifest) -> None:
    """Put the manifest behind everything else."""
    data = manifest.model_dump_json(indent=1).encode()
    info = tarfile.TarInfo(MANIFEST)
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))


def read_manifest(tar: tarfile.TarFile) -> Manifest:
    """The manifest; BackupError where there is none, or one of another kind."""
    try:
        stream = tar.extractfile(tar.getmember(MANIFEST))
        manifest = Manifest.model_validate_json(stream.read(LARGEST_MANIFEST_BYTES) if stream else b"")
    except KeyError as error:
        raise BackupError("it has no manifest: it was cut off, or is no backup of Mizumori; take another") from error
    except ValidationError as error:
        raise BackupError("its manifest is not one of Mizumori: take another archive") from error
    if manifest.format > FORMAT:
        raise BackupError(f"it was made by Mizumori {manifest.program}, a newer version: restore it with that one")
    for name in manifest.files:
        if not (DATABASE.fullmatch(name) or STILL.fullmatch(name.removeprefix("stills/"))):
            raise BackupError(f"it names a file that no backup has, {name!r}: take another archive")
    return manifest


def extract(tar: tarfile.TarFile, manifest: Manifest, folder: Path) -> None:
    """Write all files of an archive below a folder; BackupError where one is not as the manifest says."""
    for name, entry in manifest.files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            stream = tar.extractfile(name)
        except KeyError:
            stream = None
        if stream is None or _write(stream, target) != entry:
            raise BackupError(f"its file {name} is damaged: take another archive")


def _write(stream: IO[bytes], target: Path) -> Entry:
    hashed = _Hashed(stream)
    size = 0
    with target.open("wb") as file:
        while chunk := hashed.read(1 << 20):
            size += file.write(chunk)
    return Entry(size_bytes=size, sha256=hashed.digest)


class _Hashed:
    """A stream that knows the checksum of what was read from it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()

    def read(self, size: int = -1) -> Any:
        data = self._stream.read(size)
        self._hash.update(data)
        return data

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()
