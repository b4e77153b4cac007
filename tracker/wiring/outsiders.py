"""Wiring of what concerns outsiders: witnesses, time-stamping authorities, our own witness.

As in `tracker.wiring`, each function imports what it needs when it is called.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.config import Config
from tracker.domain.errors import UsageError
from tracker.wiring.database import journal

if TYPE_CHECKING:
    from sealproof.policy import Authority, TrustPolicy
    from tracker.adapters.outsiders.witness_server import WitnessServer
    from tracker.app.trust.attestation import Attester, Attestor
    from tracker.ports import Clock


def trust_policy(file: str | Path) -> TrustPolicy:
    """A policy file (sealproof.policy). Raises UsageError that names file, line and mend."""
    from sealproof.errors import ProofError
    from sealproof.policy import parse_policy

    try:
        return parse_policy(Path(file).read_text(encoding="utf-8"))
    except (OSError, ProofError, UnicodeDecodeError) as error:
        reason = f"cannot be read: {error.strerror}" if isinstance(error, OSError) else str(error)
        raise UsageError(
            reason, where=str(file), mend="docs/witness.md shows such a file"
        ) from error


def attestors(config: Config) -> list[tuple[Attestor, float]]:
    """The witnesses and time-stamping authorities to ask, and how often at most (s).

    Raises UsageError for a policy that names none or two by one name, or whose certificates cannot
    be read.
    """
    from tracker.adapters.outsiders.witness_client import WitnessClient

    found: list[tuple[Attestor, float]] = []
    if file := config.witness.policy:
        witnesses = [party for party in trust_policy(file).witnesses.values() if party.url]
        _some(witnesses, file, "witness", "witness <name> <vkey> <url>")
        for party in witnesses:
            client = WitnessClient(party, timeout_s=config.witness.timeout_s)
            found.append((client, config.witness.interval_s))
    if file := config.timestamp.policy:
        authorities = [authority for authority in trust_policy(file).authorities if authority.url]
        _some(authorities, file, "time-stamping authority", "tsa <name> <certificate> <url>")
        for authority in authorities:
            found.append((_tsa(authority, config), config.timestamp.interval_s))
    _distinct(found)
    return found


def _distinct(found: Sequence[tuple[Attestor, float]]) -> None:
    seen = set()
    for one, _ in found:
        if (one.kind, one.name) in seen:
            raise UsageError(
                f"two who give a {one.kind} are called {one.name}, and could not be told apart",
                where="[witness] policy" if one.kind == "cosignature" else "[timestamp] policy",
                mend="leave one out, or have one make a key of another name",
            )
        seen.add((one.kind, one.name))


def _tsa(authority: Authority, config: Config) -> Attestor:
    import importlib.util

    from sealproof.errors import ProofError
    from sealproof.rfc3161 import read_certificates
    from tracker.adapters.outsiders.tsa_client import TsaClient

    if importlib.util.find_spec("rfc3161_client") is None:
        raise UsageError(
            "time-stamps need the package rfc3161-client",
            where="[timestamp] policy",
            mend="pip install 'rfc3161-client>=1.0'",
        )
    certificate = Path(str(config.timestamp.policy)).parent / authority.certificate
    try:
        trusted = read_certificates(certificate.read_bytes())
    except (OSError, ProofError) as error:
        raise UsageError(
            f"cannot be read: {error}",
            where=str(certificate),
            mend=f"correct the line 'tsa {authority.name}' in {config.timestamp.policy}",
        ) from error
    return TsaClient(authority, trusted, timeout_s=config.timestamp.timeout_s)


def _some(found: Sequence[object], file: str, what: str, line: str) -> None:
    if not found:
        raise UsageError(f"names no {what} with a URL", where=file, mend=f"write '{line}'")


def attester(config: Config, *, clock: Clock | None = None) -> AbstractContextManager[None]:
    """Asks for attestations, in threads of its own, while the context is entered; nobody if none
    is configured. Raises UsageError, as `attestors` does.
    """
    import random
    import time

    from tracker.adapters.clock import SystemClock
    from tracker.app.trust.attestation import Attester, beside

    @contextmanager
    def opened(attestor: Attestor, interval_s: float) -> Iterator[Attester]:
        with journal(config) as kept:
            yield Attester(
                kept,
                attestor,
                interval_s,
                clock or SystemClock(),
                monotonic=time.monotonic,
                chance=random.random,
            )

    return beside([partial(opened, *asked) for asked in attestors(config)])


def new_witness_key(file: Path, name: str) -> str:
    """Make a key and write it; its vkey. Raises UsageError."""
    from tracker.adapters.keys import witness_key

    return witness_key.make(file, name).verifier.vkey


@contextmanager
def witness(
    key: Path, policy: TrustPolicy, state: Path, host: str, port: int
) -> Iterator[WitnessServer]:
    """A witness that serves while the context is entered. Raises UsageError, ServiceUnreachable."""
    from datetime import UTC

    from sealproof.witness.service import Witness
    from tracker.adapters.keys import witness_key
    from tracker.adapters.outsiders.witness_memory import opened
    from tracker.adapters.outsiders.witness_server import serving

    signer = witness_key.read(key)
    with opened(state) as memory:
        serves = Witness(signer, policy, memory, lambda: datetime.now(UTC))
        with serving(serves, host, port) as server:
            yield server
