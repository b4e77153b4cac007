"""Which 32 bytes are an honest Ed25519 public key.

Ed25519's curve has eight points of small order. With such a point, or one that has a part of it,
for a key, a signature can be made that fits every text, or that one library accepts and another
refuses: whoever chose the key can disown what it signed. RFC 8032 leaves it to the reader whether
to refuse them; an honest key, a multiple of the base point, is never one.
"""

from __future__ import annotations

from functools import lru_cache

PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
"""Of the base point, and so of every honest key."""
_D = -121665 * pow(121666, -1, PRIME) % PRIME
_ROOT = pow(2, (PRIME - 1) // 4, PRIME)
"""A square root of -1."""
_Point = tuple[int, int, int, int]
"""Extended coordinates X, Y, Z, T, with x = X/Z, y = Y/Z, x*y = T/Z (RFC 8032, 5.1.4)."""
_NEUTRAL: _Point = (0, 1, 1, 0)


@lru_cache(maxsize=1024)
def is_honest(public: bytes) -> bool:
    """Whether this is the one spelling of a point, not the neutral one, of the order ORDER."""
    point = _decode(public)
    return point is not None and not _neutral(point) and _neutral(_times(ORDER, point))


def _decode(public: bytes) -> _Point | None:
    """RFC 8032, 5.1.3; None for what is no point, or another spelling of one."""
    sign, y = public[31] >> 7, int.from_bytes(public, "little") & (1 << 255) - 1
    if y >= PRIME:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    if (x * x - square) % PRIME:
        x = x * _ROOT % PRIME
    if (x * x - square) % PRIME or (x == 0 and sign):
        return None
    x = PRIME - x if x & 1 != sign else x
    return x, y, 1, x * y % PRIME


def _times(factor: int, point: _Point) -> _Point:
    total = _NEUTRAL
    while factor:
        if factor & 1:
            total = _plus(total, point)
        point, factor = _plus(point, point), factor >> 1
    return total


def _plus(left: _Point, right: _Point) -> _Point:
    a = (left[1] - left[0]) * (right[1] - right[0]) % PRIME
    b = (left[1] + left[0]) * (right[1] + right[0]) % PRIME
    c = 2 * left[3] * right[3] * _D % PRIME
    d = 2 * left[2] * right[2] % PRIME
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % PRIME, g * h % PRIME, f * g % PRIME, e * h % PRIME


def _neutral(point: _Point) -> bool:
    return point[0] % PRIME == 0 and (point[1] - point[2]) % PRIME == 0
