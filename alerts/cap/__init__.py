"""The Common Alerting Protocol 1.2 (OASIS): values, writing, reading, and the checks that its schema lacks. Pure."""
