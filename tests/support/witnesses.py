"""A witness that serves on a free loopback port, in threads of this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sealproof.note import COSIGNATURE, SignerKey, new_signer
from sealproof.policy import Party, TrustPolicy
from sealproof.witness.service import Witness
from tests.support.small_log import SmallLog
from tracker.adapters.outsiders.witness_memory import opened
from tracker.adapters.outsiders.witness_server import WitnessServer, serving


@dataclass
class Serving:
    """`party`: as it stands in a log's policy."""

    server: WitnessServer
    key: SignerKey
    state: Path

    @property
    def party(self) -> Party:
        return Party("w1", self.key.verifier, self.server.url)


@contextmanager
def witnessing(
    folder: Path, *logs: SmallLog, key: SignerKey | None = None, port: int = 0
) -> Iterator[Serving]:
    """A witness of these logs whose state is in `folder`."""
    key = key or new_signer("witness.example/w1", COSIGNATURE)
    policy = TrustPolicy(logs=tuple(Party(log.key.name, log.key.verifier) for log in logs))
    with opened(folder / "witness.state") as memory:
        witness = Witness(key, policy, memory, lambda: datetime.now(UTC))
        with serving(witness, "127.0.0.1", port) as server:
            yield Serving(server, key, folder / "witness.state")
