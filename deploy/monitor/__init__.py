"""What others may know of a running service: metrics for Prometheus, and health in a few sentences."""
