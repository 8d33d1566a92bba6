"""Drawings of the public site as lean SVG: pure."""
