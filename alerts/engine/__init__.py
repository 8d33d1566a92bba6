"""The engine: what came is considered, and what follows is recorded before anything is sent."""
