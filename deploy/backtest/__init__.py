"""Recorded readings through quality control, rules and dispatch by their own clock: what a night would have been."""
