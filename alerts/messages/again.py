"""What is told again, several at once: as a digest that says why it comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from alerts.messages.catalogue import texts
from alerts.messages.compose import compose
from alerts.messages.runs import Run
from alerts.messages.told import Context, Form, Text
from alerts.messages.wording import marks
from alerts.records import MessageKind


def compose_together(kind: MessageKind, told: Sequence[Run], context: Context, language: str, form: Form) -> Text:
    """Two runs or more that nobody has acknowledged (kind escalation), or that go on (kind reminder)."""
    catalogue = texts(language)
    sign, lead = catalogue["again"][f"{kind}_sign"], catalogue["again"][f"{kind}_lead"]
    digest, first = compose(told, context, language, form), marks(context, catalogue)

    def led(body: str) -> str:
        if form is Form.SHORT:
            return _after(first, sign, body)
        return _after(f"{catalogue['drill']}\n", f"{lead}\n\n", body)

    return replace(
        digest,
        subject=_after(first, sign, digest.subject),
        body=led(digest.body),
        data={**digest.data, "kind": str(kind)},
        lay_out=lambda url: led(digest.lay_out(url)),
    )


def _after(mark: str, put: str, text: str) -> str:
    """The marks of a drill and of a demonstration stay the first of all."""
    return f"{mark}{put}{text.removeprefix(mark)}" if text.startswith(mark) else f"{put}{text}"
