"""Cameras: how they are, how their stills come in, and what is kept of these."""
