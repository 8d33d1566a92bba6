"""Where things are kept: one protocol, and the SQL store behind it."""
