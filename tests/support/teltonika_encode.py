"""Teltonika packets over UDP, which only tests send."""

from __future__ import annotations

from devices.teltonika.encoder import CODEC_8_EXTENDED, Record, data
from devices.teltonika.packets import UDP


def udp_packet(
    imei: str,
    records: list[Record],
    codec: int = CODEC_8_EXTENDED,
    *,
    packet_id: int = 0,
    avl_id: int = 0,
) -> bytes:
    """An AVL packet as it is sent over UDP; raises as `data`."""
    said = data(records, codec)
    name = imei.encode("ascii")
    length = UDP.size - 2 + len(name) + len(said)
    return UDP.pack(length, packet_id, 1, avl_id, len(name)) + name + said
