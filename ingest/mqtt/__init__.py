"""Ingest's side of MQTT: one client of paho (line), and the subscriber that keeps one alive and hands on what comes."""

from ingest.mqtt.line import RECEIVE_MAXIMUM, SESSION_EXPIRY_S, Line
from ingest.mqtt.subscriber import Entrance, Subscriber

__all__ = ["RECEIVE_MAXIMUM", "SESSION_EXPIRY_S", "Entrance", "Line", "Subscriber"]
