"""A fault of a message as a sentence that screens can say in words of their own."""

from __future__ import annotations

from collections.abc import Mapping


class Fault(str):
    """The sentence itself, in English; ``name`` and ``values`` say the same for other languages.

    What only a mistake of this program could cause has a sentence alone.
    """

    name: str
    values: Mapping[str, object]

    def __new__(cls, sentence: str, name: str, **values: object) -> Fault:
        """The sentence with its name."""
        made = super().__new__(cls, sentence)
        made.name, made.values = name, values
        return made


def in_languages(sentence: str, languages: str) -> str:
    """The sentence with the languages that it is about before it."""
    said = f"{languages}: {sentence}"
    if isinstance(sentence, Fault):
        return Fault(said, sentence.name, **{**sentence.values, "languages": languages})
    return said
