"""Measurements of the system itself, run by ``mizumori bench``: each prints what it measured on this machine."""
