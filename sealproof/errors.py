"""What is wrong with untrusted bytes."""

from __future__ import annotations


class ProofError(ValueError):
    """These bytes do not prove what they should; the message says why."""


class UnknownAlgorithm(ProofError):
    """A key of a kind that this verifier does not know; others may."""
