"""Parts of the machine that some tests need: looked for, and asked for with a sentence where they are absent."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

PROJECT = Path(__file__).resolve().parent.parent
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
    return found(*names) or absent(f"{names[0]} is not installed here; install it to run this test")


def found(*names: str) -> str | None:
    """The path of the first of these programs that is installed.

    What Go installed for this user counts, though its folder is seldom on the path.
    """
    places = os.pathsep.join((os.environ.get("PATH", os.defpath), str(Path.home() / "go" / "bin")))
    return next((path for path in (shutil.which(name, path=places) for name in names) if path), None)


def data_folder() -> Path:
    """The folder of recorded floods, which are no part of the project; without it a test is skipped, fails under CI."""
    folder = Path(os.environ.get("MIZUMORI_TEST_DATA") or PROJECT.parent / "shared" / "data")
    if not folder.is_dir():
        absent(f"there are no recorded floods in {folder}; set MIZUMORI_TEST_DATA to their folder")
    return folder


def absent(sentence: str) -> NoReturn:
    """Skip with a sentence, or fail where every part has to be there."""
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)
