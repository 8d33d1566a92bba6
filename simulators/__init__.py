"""Storms, gauges, cameras and faults that speak MQTT like real devices, and the replay of recorded floods."""
