"""The revisions of the present: registry, log, alerts."""
