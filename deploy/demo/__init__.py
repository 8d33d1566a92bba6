"""The demonstration: a city of made-up stations on real geography, and made-up people."""

from pathlib import Path


def demonstration(file: str) -> Path:
    """A file of the demonstration: ``city.toml``, its registry, or ``people.toml``, who is told."""
    return Path(__file__).parent / file
