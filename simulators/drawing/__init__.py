"""How a still is drawn: a place seen by rays, its water, its light and weather, and the lens before it."""
