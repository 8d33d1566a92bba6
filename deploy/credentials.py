"""One credential per device for Mosquitto: its password file and its access list, made from the registry.

Pure but for ``Folder``. A user is a device of the registry (``gauge.fujii-01``, ``camera.fujii-up``,
``pump.minato-1``) or a service.
Passwords are random and long, and only their hashes are kept, in the broker's file and nowhere else.
"""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest.stations import Camera, Gate, Gauge, Pump, Registry
from ingest.stations import Device as Item
from ingest.topics import ALL, CHIRPSTACK_UPLINKS, PREFIX, THE_THINGS_STACK_UPLINKS

ITERATIONS = 101
"""As ``mosquitto_passwd`` has it. The broker hashes in its only thread, so more would keep 10,000 devices that come
back at once waiting; a random password of 128 bits gains nothing by slow hashing."""
SALT_BYTES = 12
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that nobody mistakes for another on paper."""
PASSWORD_LETTERS = 26
_CHIRPSTACK_EVENTS = CHIRPSTACK_UPLINKS.removesuffix("/up") + "/+"

SERVICES: Mapping[str, tuple[str, ...]] = {
    "mizumori-ingest": tuple(f"read {topic}" for topic in ALL),
    "lorawan": (f"write {_CHIRPSTACK_EVENTS}", f"write {THE_THINGS_STACK_UPLINKS}"),
    "monitor": ("read $SYS/#",),
}
"""The users that are no devices, and what each may do."""

HEAD = """# Written by `mizumori credentials`; changes by hand are lost. Own users and topics: acl.own beside it.
# Whoever is not named here may do nothing.
"""


@dataclass(frozen=True, slots=True)
class Device:
    """A device as a user of the broker."""

    user: str
    kind: str
    id: str
    station_id: str

    @property
    def topic(self) -> str:
        """The filter of its topics; nothing else may it write, and it may read nothing."""
        return f"{PREFIX}/{self.station_id}/{self.kind}/{self.id}/+"


KINDS: Mapping[type[Item], str] = {Gauge: "gauge", Camera: "camera", Pump: "pump", Gate: "gate"}
"""What a device of the registry is called in its user's name and in its topics."""


def device(item: Item) -> Device:
    """A device of the registry as a user. Ids of two kinds may be alike, so the user says which of them it is."""
    kind = KINDS[type(item)]
    return Device(f"{kind}.{item.id}", kind, item.id, item.station_id)


def devices(registry: Registry) -> dict[str, Device]:
    """Every device of the registry by its user."""
    items: list[Item] = [
        *registry.gauges.values(),
        *registry.cameras.values(),
        *registry.pumps.values(),
        *registry.gates.values(),
    ]
    return {found.user: found for found in map(device, items)}


def is_device(user: str) -> bool:
    """Whether a user is called like a device, in the registry or not."""
    return user.startswith(tuple(f"{kind}." for kind in KINDS.values()))


def password(choose: Callable[[str], str]) -> str:
    """A new password of 26 letters and digits, 128 bits, each letter as ``choose`` picks it from the alphabet."""
    return "".join(choose(ALPHABET) for _ in range(PASSWORD_LETTERS))


def hashed(secret: str, salt: bytes) -> str:
    """A password as Mosquitto 2 keeps it: PBKDF2 with SHA-512, ``$7$iterations$salt$hash`` in base 64."""
    found = hashlib.pbkdf2_hmac("sha512", secret.encode(), salt, ITERATIONS)
    parts = (base64.b64encode(each).decode() for each in (salt, found))
    return f"$7${ITERATIONS}${'$'.join(parts)}"


def access_list(users: Iterable[str], known: Mapping[str, Device], own: str = "") -> str:
    """The access list: every user of the password file that the registry or this program knows, and ``own`` lines."""
    return HEAD + "\n".join(_rights(users, known)) + ("\n" + own if own else "")


def _rights(users: Iterable[str], known: Mapping[str, Device]) -> Iterator[str]:
    for user in sorted(users):
        rights = (f"write {known[user].topic}",) if user in known else SERVICES.get(user, ())
        if rights:
            yield f"\nuser {user}"
            yield from (f"topic {right}" for right in rights)
    yield ""


@dataclass(frozen=True)
class Folder:
    """The two files of the broker. Each is replaced as a whole and readable by its owner alone."""

    path: Path

    @property
    def passwords(self) -> Path:
        """Users and hashes."""
        return self.path / "passwords"

    @property
    def acl(self) -> Path:
        """Who may do what."""
        return self.path / "acl"

    def users(self) -> dict[str, str]:
        """The hash of every user; empty before the first issue."""
        if not self.passwords.exists():
            return {}
        lines = self.passwords.read_text(encoding="utf-8").splitlines()
        return dict(line.split(":", 1) for line in lines if ":" in line)

    def write(self, users: Mapping[str, str], known: Mapping[str, Device]) -> None:
        """Both files, the rights first: a right without a user opens nothing."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        own = self.path / "acl.own"
        self._replace(self.acl, access_list(users, known, own.read_text(encoding="utf-8") if own.exists() else ""))
        self._replace(self.passwords, "".join(f"{user}:{hash_}\n" for user, hash_ in sorted(users.items())))

    def _replace(self, file: Path, text: str) -> None:
        """The whole file or the old one, whatever happens; it belongs to whom the folder belongs to."""
        handle, name = tempfile.mkstemp(dir=self.path, prefix=f".{file.name}-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                out.write(text)
                out.flush()
                os.fsync(out.fileno())
            owner = self.path.stat()
            if os.geteuid() == 0:
                os.chown(name, owner.st_uid, owner.st_gid)
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
