"""The witness at work: judge, remember, and only then cosign."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Protocol

from sealproof.checkpoint import cosign, parse_text
from sealproof.errors import ProofError
from sealproof.note import SignedNote, SignerKey
from sealproof.policy import TrustPolicy
from sealproof.witness.judge import judge
from sealproof.witness.request import Request, parse_request

log = logging.getLogger(__name__)
SIZE = "text/x.tlog.size"
TEXT = "text/plain; charset=utf-8"


class WitnessMemory(Protocol):
    """What a witness must not forget."""

    def known(self, origin: str) -> SignedNote | None:
        """The newest checkpoint of this log that was kept."""
        ...

    def keep(self, note: SignedNote) -> None:
        """Put the checkpoint in the place of its log's last one. Durable once it returns (power
        loss included); after a failure the old one is still in place.
        """
        ...

    def accuse(self, why: str, known: SignedNote | None, given: SignedNote, at: datetime) -> None:
        """Keep two signed checkpoints that do not go together, for people to look at."""
        ...


@dataclass(frozen=True)
class WitnessAnswer:
    """An HTTP answer."""

    status: HTTPStatus
    body: bytes
    kind: str = TEXT


class Witness:
    """Safe to use from threads: what is checked and what is kept go together, under one lock."""

    def __init__(
        self,
        signer: SignerKey,
        policy: TrustPolicy,
        memory: WitnessMemory,
        now: Callable[[], datetime],
    ) -> None:
        """policy: its `log` lines say whose checkpoints are cosigned."""
        self._signer, self._policy, self._memory, self._now = signer, policy, memory, now
        self._lock = threading.Lock()

    def add_checkpoint(self, body: bytes) -> WitnessAnswer:
        """The answer to one request. Raises OSError if the checkpoint could not be kept: then
        nothing was cosigned.
        """
        try:
            request = parse_request(body)
        except ProofError as error:
            return WitnessAnswer(HTTPStatus.BAD_REQUEST, f"{error}\n".encode())
        with self._lock:
            return self._judged(request)

    def _judged(self, request: Request) -> WitnessAnswer:
        origin = request.head.origin
        note = self._memory.known(origin)
        known = parse_text(note.text) if note else None
        verdict = judge(request, known, self._policy.keys(origin, request.head.size))
        if verdict.evidence:
            log.error("%s: %s; size %d", origin, verdict.why, request.head.size)
            self._memory.accuse(verdict.why, note, request.note, self._now())
        if verdict.size is not None:
            return WitnessAnswer(verdict.status, f"{verdict.size}\n".encode(), SIZE)
        if verdict.status != HTTPStatus.OK:
            return WitnessAnswer(verdict.status, f"{verdict.why}\n".encode())
        if request.head != known:
            self._memory.keep(request.note)
        line = cosign(request.note.text, self._signer, self._now()).line
        return WitnessAnswer(HTTPStatus.OK, line.encode())
