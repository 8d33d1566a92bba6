"""From bytes to what they say: one file a format, and the table that names them."""

from __future__ import annotations

from collections.abc import Mapping

from ingest.decoders import camera_status, chirpstack, equipment, own_json, senml, still, the_things_stack
from ingest.decoders.decoded import Decoder, NetworkDecoder
from ingest.decoders.models import MODELS
from ingest.topics import Network, Subject

DECODERS: Mapping[Subject, Decoder] = {
    Subject.READING: own_json.decode,
    Subject.SENML: senml.decode,
    Subject.STATUS: camera_status.decode,
    Subject.STILL: still.decode,
    Subject.PUMP: equipment.decode_pump,
    Subject.GATE: equipment.decode_gate,
}

NETWORKS: Mapping[Network, NetworkDecoder] = {
    Network.CHIRPSTACK: chirpstack.decode,
    Network.THE_THINGS_STACK: the_things_stack.decode,
}
"""The LoRaWAN network servers by the topics that they use."""

__all__ = ["DECODERS", "MODELS", "NETWORKS"]
