"""Cameras that are asked: their stills are fetched over HTTP, from the addresses of the registry."""
