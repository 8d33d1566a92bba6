"""How many generated CAP lifecycles are valid: ``python -m tests.alerts.cap_report [LIFECYCLES]``."""

from __future__ import annotations

import sys
import time
from collections import Counter
from functools import cache

from xmlschema import XMLSchema

from alerts.cap.checks import faults
from alerts.cap.message import CapMessage, in_force
from alerts.cap.reading import from_xml
from alerts.cap.writing import to_xml
from tests.alerts.cap_lifecycles import lifecycle, says_all_clear
from tests.parts import data_folder


@cache
def schema() -> XMLSchema:
    """The schema of OASIS."""
    return XMLSchema(data_folder() / "cap" / "schema" / "cap12.xsd")


def count(lifecycles: int) -> Counter[str]:
    """What a number of lifecycles hold, and how many of their messages fail which way."""
    found: Counter[str] = Counter(lifecycles=lifecycles)
    for seed in range(lifecycles):
        chain = lifecycle(seed)
        for number, message in enumerate(chain):
            found.update(_looked_at(message, chain[:number]))
    return found


def _looked_at(message: CapMessage, earlier: list[CapMessage]) -> list[str]:
    document = to_xml(message)
    kind = "AllClear" if says_all_clear(message) else str(message.msg_type)
    return [
        "messages",
        f"{message.status} {kind}",
        *(["with an expired one before it"] if any(not in_force(each, message.sent) for each in earlier) else []),
        *([] if schema().is_valid(document) else ["INVALID by the schema"]),
        *(["INVALID by semantics"] if faults(message, earlier) else []),
        *([] if from_xml(document) == message else ["CHANGED by writing and reading"]),
    ]


def main(lifecycles: int) -> int:
    """Print the counts; 1 where anything failed."""
    began_s = time.perf_counter()
    found = count(lifecycles)
    spent_s = time.perf_counter() - began_s
    for name, number in found.items():
        sys.stdout.write(f"{number:>8}  {name}\n")
    sys.stdout.write(f"{1000 * spent_s / found['messages']:8.2f}  ms a message\n")
    return 1 if failures(found) else 0


def failures(found: Counter[str]) -> dict[str, int]:
    """What failed, and how often."""
    return {name: number for name, number in found.items() if name.startswith(("INVALID", "CHANGED"))}


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
