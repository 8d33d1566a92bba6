"""An address as a QR code, for people who stand before a printed page."""

from __future__ import annotations

import segno


def code(address: str) -> str:
    """The code as an SVG element without style, with the quiet zone around."""
    made = segno.make(address, error="m", micro=False)
    return made.svg_inline(border=4, light="#fff", dark="#000", omitsize=True, svgclass=None, lineclass=None)
