"""``/api/v1``: the one way to write, for pages and programs, and what programs may read."""
