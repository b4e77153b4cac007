"""Commitments to personal values: provable while salt and value are kept, nothing once erased."""

from __future__ import annotations

import hmac


def commitment(salt: bytes, value: str) -> str:
    """Hex of HMAC-SHA-256(salt, value in UTF-8). With a random 32-byte salt of its own, a value
    cannot be guessed from it, however few there are.
    """
    return hmac.digest(salt, value.encode(), "sha256").hex()


def opens(salt: bytes, value: str, committed: str) -> bool:
    """Whether salt and value are what was committed to."""
    return hmac.compare_digest(commitment(salt, value), committed)
