"""From bytes to what they say: one file a format, and the table that names them."""

from __future__ import annotations

from collections.abc import Mapping

from ingest.decoders import camera_status, own_json, still
from ingest.decoders.decoded import Decoder, DeviceDecoder, NetworkDecoder
from ingest.topics import Network, Subject

DECODERS: Mapping[Subject, Decoder] = {
    Subject.READING: own_json.decode,
    Subject.STATUS: camera_status.decode,
    Subject.STILL: still.decode,
}

NETWORKS: Mapping[Network, NetworkDecoder] = {}
"""The LoRaWAN network servers by the topics that they use."""

MODELS: Mapping[str, DeviceDecoder] = {}
"""The devices by the model that a gauge's sensor names, for example ``milesight-em500-udl``."""

__all__ = ["DECODERS", "MODELS", "NETWORKS"]
