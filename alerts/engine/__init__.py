"""The engine: what came is considered, what follows is recorded, before anything is sent."""
