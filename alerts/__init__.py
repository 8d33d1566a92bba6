"""Rules, transitions, deliveries and channels: who is told what, and what became of it."""
