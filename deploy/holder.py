"""The name under which this process holds a lease, and whether the process behind such a name still runs."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")


def this_process() -> str:
    """A name that no other process has: machine, start of the machine, process, start of the process."""
    return f"{_machine()} {os.getpid()} {_begun(os.getpid())}"


def shown(holder: str) -> str:
    """A name as people read it: host and process."""
    machine, _, rest = holder.partition(" ")
    return f"{machine.partition('/')[0]} ({rest.partition(' ')[0]})" if rest else holder


def is_gone(holder: str) -> bool:
    """Whether a holder surely runs no more. Only a process of this machine can be judged; of others it is False.

    It spares the wait for the lease to expire where an ingest was killed and is started again at the same place.
    """
    machine, _, rest = holder.partition(" ")
    pid, _, begun = rest.partition(" ")
    if not pid.isdecimal() or not begun or machine != _machine():
        return False
    return _begun(int(pid)) != begun


def _machine() -> str:
    """Host name, boot and process namespace: two containers may share the first two and see no process of each
    other."""
    with suppress(OSError):
        boot = (PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{socket.gethostname()}/{boot}/{(PROC / 'self/ns/pid').readlink()}".replace(" ", "_")
    return ""


def _begun(pid: int) -> str:
    """When a process was started, in ticks since the boot; "-" where there is no such process.

    A zombie has ended as well: it is only not yet buried.
    """
    try:
        fields = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return "-"
    return "-" if fields[0] in "ZX" else fields[19]
