"""The demonstration city: made-up stations on real geography."""
