"""The alphabet of SMS (GSM 03.38, 7 bits): 160 characters a message, as long as no other is in it.

One character outside turns the whole message into 70 of UCS-2, or into several messages. So what
the alphabet lacks is written as near as it comes: "á" as "a", a dash as "-"; "é", "ñ", "ü", "¿"
it has.
"""

from __future__ import annotations

import unicodedata

SHORT = 160
"""Septets of one SMS. Source: 3GPP TS 23.040: 140 octets."""
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""Each is one septet. Source: 3GPP TS 23.038, 6.2.1."""
EXTENDED = frozenset("\f^{}\\[~]|€")
"""Each is two: an escape goes before it. Source: 3GPP TS 23.038, 6.2.1.1."""
NEAR = {
    "–": "-", "—": "-", "‑": "-", "−": "-", "•": "-", "·": ".", "…": "...", "×": "x",
    "“": '"', "”": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "`": "'", "´": "'",
    "º": "o", "ª": "a", "°": "o",
}  # fmt: skip
UNKNOWN = "?"


def septets(text: str) -> int:
    """How many of the 160 it takes. Raises ValueError for a character that the alphabet lacks."""
    lacks = {char for char in text if char not in BASIC and char not in EXTENDED}
    if lacks:
        raise ValueError(f"not in GSM 03.38: {' '.join(sorted(lacks))}")
    return len(text) + sum(char in EXTENDED for char in text)


def plain(text: str) -> str:
    """The same in the alphabet, on one line."""
    return "".join(_near(char) for char in " ".join(text.split()))


def _near(char: str) -> str:
    if char in BASIC or char in EXTENDED:
        return char
    near = NEAR.get(char)
    if near is not None:
        return near
    base = [part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part)]
    if base and all(part in BASIC or part in EXTENDED for part in base):
        return "".join(base)
    return "" if unicodedata.combining(char) else UNKNOWN


def cut(text: str, room: int) -> str:
    """As much of a text of the alphabet as fits into so many septets; ".." where it was cut."""
    if septets(text) <= room:
        return text
    kept, used = list[str](), 2
    for char in text:
        used += 2 if char in EXTENDED else 1
        if used > room:
            break
        kept.append(char)
    return "".join(kept).rstrip() + ".." if kept else ""
