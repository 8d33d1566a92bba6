"""Pumps and gates: how they are now, and what that means beside the water that they stand in. Pure."""
