"""The codes by which people acknowledge from where a message reached them: short, signed, expiring.

A code is 12 symbols of Crockford's base 32 (no I, L, O, U; case and hyphens do not count), 60 bits:

    10  the hour in which it expires, counted from 1970, modulo 1024 (six weeks: so that one that
        expired in the last twelve days is still told from a wrong one)
    10  which of those who were told: where to look
    40  HMAC-SHA256 over (notice, contact, expiry), its first bits

The key is in a file that the worker and whoever answers share; no code is stored.

Why 40 bits are enough: nobody can try codes but by asking, for without the key a right one looks
like a wrong one. Whoever guesses must name an hour and a reader who was told, and is right once in
2^40 guesses. `Guesses` lets 10 wrong ones pass in a minute, which is 28,800 in the 48 h that a code
is good: one chance in 38 million, for one code; the command line is slower than that by itself. And
what is won is that one alert is acknowledged, under a name that the log has.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from msgspec import Struct

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
LENGTH = 12
HOUR_BITS, WHICH_BITS, MAC_BITS = 10, 10, 40
HOURS = 1 << HOUR_BITS
MOST_HOURS = 720.0
"""No code may be good for longer (30 days): the rest of the six weeks is for those that expired."""
HOUR_S = 3600


class Code(Struct, frozen=True):
    """What a code says, before anybody knows whether it is right. expires: in hours since 1970."""

    expires: int
    which: int
    mac: int


def issue(key: bytes, notice: str, contact: str, now: datetime, hours: float) -> str:
    """The code of this reader; good for `hours` from now, up to the end of that hour."""
    end = (now + timedelta(hours=min(hours, MOST_HOURS))).timestamp()
    expires = -int(-end // HOUR_S)
    value = expires % HOURS
    value = value << WHICH_BITS | _which(key, notice, contact)
    value = value << MAC_BITS | _mac(key, notice, contact, expires)
    shifts = range(5 * (LENGTH - 1), -1, -5)
    return "".join(SYMBOLS[value >> shift & 31] for shift in shifts)


def read(text: str, now: datetime) -> Code | None:
    """None: this is not how codes are written."""
    written = text.strip().upper().translate(ALIKE)
    if len(written) != LENGTH or any(symbol not in SYMBOLS for symbol in written):
        return None
    value = 0
    for symbol in written:
        value = value << 5 | SYMBOLS.index(symbol)
    hour = value >> (WHICH_BITS + MAC_BITS)
    latest = int(now.timestamp() // HOUR_S) + int(MOST_HOURS) + 1
    expires = latest - (latest - hour) % HOURS
    return Code(expires, value >> MAC_BITS & (1 << WHICH_BITS) - 1, value & (1 << MAC_BITS) - 1)


def whose(code: Code, key: bytes, told: Iterable[tuple[str, str]]) -> tuple[str, str] | None:
    """(notice, contact) of those who were told for whom the code was made; None: a wrong one."""
    right = None
    for notice, contact in told:
        if _which(key, notice, contact) != code.which:
            continue
        mac = _mac(key, notice, contact, code.expires)
        if hmac.compare_digest(_bytes(mac), _bytes(code.mac)):
            right = notice, contact
    return right


def expired_at(code: Code) -> datetime:
    return datetime.fromtimestamp(code.expires * HOUR_S, UTC)


def _which(key: bytes, notice: str, contact: str) -> int:
    return _bits(key, ["which", notice, contact], WHICH_BITS)


def _mac(key: bytes, notice: str, contact: str, expires: int) -> int:
    return _bits(key, ["acknowledge", notice, contact, expires], MAC_BITS)


def _bits(key: bytes, what: list[str | int], bits: int) -> int:
    """JSON keeps the parts apart: no two lists have the same text."""
    digest = hmac.new(key, json.dumps(what).encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:8], "big") >> (64 - bits)


def _bytes(mac: int) -> bytes:
    return mac.to_bytes(MAC_BITS // 8, "big")


class Guesses:
    """How many wrong codes were tried; for a process that answers many. Counts in memory."""

    def __init__(self, most: int = 10, within: timedelta = timedelta(minutes=1)) -> None:
        self.most, self.within = most, within
        self._wrong = deque[datetime]()

    def too_many(self, now: datetime) -> bool:
        while self._wrong and self._wrong[0] <= now - self.within:
            self._wrong.popleft()
        return len(self._wrong) >= self.most

    def wrong(self, now: datetime) -> None:
        self._wrong.append(now)
