"""What is wrong in a registry's files, where, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake: the file's name as it was given, its line (from 1) and a sentence for the person who wrote it."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class RegistryConflict(ValueError):
    """A registry's files are right and do not agree with what outlives their import; ``sentences`` say in what."""

    def __init__(self, sentences: Iterable[str]) -> None:
        self.sentences = tuple(sentences)
        super().__init__("\n".join(self.sentences))


class FileMistakes(ValueError):
    """A file cannot be used; ``mistakes`` holds every mistake that was found, by file and line."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes: tuple[Mistake, ...] = tuple(sorted(set(mistakes)))
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


class RegistryMistakes(FileMistakes):
    """A registry's files cannot be used."""
