"""The composition root: settings, wiring, the command line, and configuration of servers and services."""
