"""Parts of the machine that some tests need: looked for, and asked for with a sentence where they are absent."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest

CHROMIUM_ARGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def chromium() -> str:
    """The path of the system's Chromium; without one the test is skipped, and fails under CI."""
    return program("chromium", "chromium-browser", "google-chrome")


def program(*names: str) -> str:
    """The path of the first of these programs that is installed; without any the test is skipped, fails under CI."""
    found = next((path for path in map(shutil.which, names) if path), None)
    if found is None:
        absent(f"{names[0]} is not installed here; install it to run this test")
    return found


def absent(sentence: str) -> NoReturn:
    """Skip with a sentence, or fail where every part has to be there."""
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)
