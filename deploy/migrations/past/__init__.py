"""Revisions of the past in SQLite."""
