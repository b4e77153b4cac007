"""What a payload that nobody understands looks like: other makers' protocols, and what is none.

Whoever has set a device to the wrong port, or has one that is not spoken here, sees which it is.
Each is told by how it begins. A dialect says of itself what is its own (`recognises`).
"""

from __future__ import annotations

import re

UNSPOKEN: tuple[tuple[str, re.Pattern[bytes]], ...] = tuple(
    (name, re.compile(begins, re.DOTALL))
    for name, begins in (
        ("HTTP: a browser, or a scanner", rb"(?:GET|POST|PUT|HEAD|OPTIONS|CONNECT) \S"),
        ("TLS, where plain bytes are spoken", rb"\x16\x03[\x00-\x04]"),
        ("MQTT: the broker is elsewhere", rb"\x10.{1,4}\x00\x04MQTT|\x10.{1,4}\x00\x06MQIsdp"),
        ("SSH", rb"SSH-"),
        ("a PROXY header", rb"PROXY (?:TCP|UNKNOWN)"),
        ("GT06 (Concox, Jimi)", rb"\x78\x78|\x79\x79"),
        ("H02 (*HQ)", rb"\*(?:HQ|XM|TH|ZJ),"),
        ("Queclink (@Track)", rb"\+(?:RESP|BUFF|ACK):GT"),
        ("Meitrack", rb"\$\$[A-Za-z]\d+,\d{15},"),
        ("GPS103 (Coban)", rb"##,imei:\d|imei:\d{15},"),
        ("TK103", rb"\(\d{12}B[A-Z]\d\d"),
        ("Suntech", rb"(?:ST|SA)\d{3}[A-Z]{3};|(?:STT|ALT|EMG|EVT|ALV);\d"),
        ("Wialon IPS", rb"#(?:L|D|SD|B|P|M)#"),
        ("a watch (3G, SG)", rb"\[(?:3G|SG|CS|ZJ)\*\d"),
        ("Castel", rb"@@.\x00\x04"),
        ("Cellocator", rb"MCGP"),
        ("CalAmp", rb"\x83\x05.{5}\x01\x01"),
        ("Navtelecom", rb"@NTC|\*>[SA]:"),
        ("NMEA sentences", rb"\$G[PNLAB][A-Z]{3},"),
        ("JSON", rb"\s*(?:\{\s*\"|\[\s*\{)"),
    )
)


def begins_like(payload: bytes) -> str | None:
    """The name of what is not spoken, None for nothing that is known."""
    return next((name for name, begins in UNSPOKEN if begins.match(payload)), None)
