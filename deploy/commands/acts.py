"""What the commands share by which people do something at the desk."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from alerts.incidents.acts import DeskError
from deploy.commands.context import Context, UsageError
from deploy.wiring.stores import Stores, open_stores

BY = "who does it, as it is to stand in the chronology"
T = TypeVar("T")


def action(actions: Any, name: str, run: Callable[[Context, argparse.Namespace], int], text: str) -> Any:
    """A command below another one."""
    made = actions.add_parser(name, help=text, description=text)
    made.set_defaults(run=run)
    return made


@contextmanager
def acting(context: Context, make: Callable[[Stores], T]) -> Iterator[T]:
    """A desk on the stores; what it refuses is said as the caller's mistake."""
    stores = open_stores(context.settings)
    try:
        yield make(stores)
    except DeskError as error:
        raise UsageError(str(error)) from error
    finally:
        stores.close()
