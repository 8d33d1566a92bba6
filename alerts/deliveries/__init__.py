"""Deliveries: from a row in the database to the channel, and back what became of it."""
