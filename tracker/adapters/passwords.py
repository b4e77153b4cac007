"""Passwords, by argon2-cffi (argon2id, with the parameters of RFC 9106 for little memory)."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()
"""Its defaults are RFC 9106's second recommendation: 64 MiB, 3 passes, 4 lanes."""


def hashed(password: str) -> str:
    return _HASHER.hash(password)


def matches(kept: str, password: str) -> bool:
    """Whether `password` is that of the hash `kept`."""
    try:
        return _HASHER.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False
