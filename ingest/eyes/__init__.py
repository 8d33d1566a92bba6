"""The eyes: stills are looked at after they came, in a process of their own; what is seen is ``ingest.sight``."""
