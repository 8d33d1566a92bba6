"""Times as people and programs send them: with their offset, and within reach of a calendar."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator
from pydantic_core import PydanticCustomError

EARLIEST, LATEST = 1950, 2149
_BLANK_OFFSET = re.compile(r"(T\d\d:\d\d(?::\d\d(?:\.\d+)?)?) (\d\d:?\d\d)$")


def _with_its_plus(said: object) -> object:
    """In an address a plus means a blank, and few know it."""
    return _BLANK_OFFSET.sub(r"\1+\2", said) if isinstance(said, str) else said


def _near(at: datetime) -> datetime:
    """What is added to a time must stay a time."""
    if not EARLIEST <= at.year <= LATEST:
        raise PydanticCustomError("far_away", "this time is too far away")
    return at


Moment = Annotated[AwareDatetime, BeforeValidator(_with_its_plus), AfterValidator(_near)]
"""A time with its offset, of the years 1950 to 2149."""
