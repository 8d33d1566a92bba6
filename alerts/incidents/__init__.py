"""Incidents: how they open and close, who has taken them on, when others are told, and what mutes messages."""
