"""Secrets that machines carry: random, and kept as their SHA-256 alone."""

from __future__ import annotations

import hashlib
import secrets

BYTES = 32


def new_secret() -> str:
    """Of 256 bits, in letters, digits, '-' and '_'."""
    return secrets.token_urlsafe(BYTES)


def new_id() -> str:
    """No secret: to name something by."""
    return secrets.token_hex(6)


def digest_of(secret: str) -> bytes:
    """A plain hash suffices: nobody can try 2**256 of them."""
    return hashlib.sha256(secret.encode()).digest()
