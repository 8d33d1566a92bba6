"""Sight: whether a picture can be trusted, and the copies that are shown of it."""
