"""RFC 3161 time-stamps over HTTP, by an authority of the policy's `tsa` lines.

What is stamped is the SHA-256 of the checkpoint's note, whole, as it was released: text and the
log's own signatures. What is kept is the authority's response as it came (a .tsr file).
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Literal

from cryptography.x509 import Certificate

from sealproof.errors import ProofError
from sealproof.policy import Authority
from sealproof.rfc3161 import check_timestamp
from tracker.adapters.outsiders.http_post import parts, post
from tracker.app.trust.attestation import Declined
from tracker.domain.errors import ServiceUnreachable
from tracker.log.tree import Tree
from tracker.ports import Attestation, StoredCheckpoint

TIMEOUT_S = 20.0
QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"


class TsaClient:
    """Asks one authority. trusted: its certificate, or its issuer's."""

    kind: Literal["timestamp"] = "timestamp"

    def __init__(
        self, authority: Authority, trusted: Sequence[Certificate], *, timeout_s: float = TIMEOUT_S
    ) -> None:
        """Raises UsageError for an address that is none."""
        parts(authority.url)
        self.url, self._name = authority.url, authority.name
        self._trusted, self._timeout_s = trusted, timeout_s

    @property
    def name(self) -> str:
        return self._name

    def attest(self, checkpoint: StoredCheckpoint, tree: Tree) -> Attestation:
        """Raises Declined for a response that does not hold, ServiceUnreachable."""
        token = self._stamp(checkpoint.note)
        try:
            at = check_timestamp(token, checkpoint.note, self._trusted)
        except ProofError as error:
            raise self._declined(str(error)) from error
        return Attestation(size=checkpoint.size, kind=self.kind, name=self.name, body=token, at=at)

    def _stamp(self, message: bytes) -> bytes:
        """The response to a fresh request, whose nonce it repeats."""
        from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, decode_timestamp_response

        request = (
            TimestampRequestBuilder()
            .data(message)
            .hash_algorithm(HashAlgorithm.SHA256)
            .nonce(nonce=True)
            .cert_request(cert_request=True)
            .build()
        )
        answer = post(self.url, request.as_bytes(), QUERY, timeout_s=self._timeout_s)
        if answer.status != HTTPStatus.OK or answer.kind != REPLY:
            raise ServiceUnreachable(f"answered {answer.status} {answer.kind}", where=self.url)
        try:
            response = decode_timestamp_response(answer.body)
            if response.status:
                raise ServiceUnreachable(f"not granted: {response.status_string}", where=self.url)
            repeated = response.tst_info.nonce == request.nonce
        except ValueError as error:
            raise self._declined(f"its response is none: {error}") from error
        if not repeated:
            raise self._declined("its time-stamp answers another request (nonce)")
        return answer.body

    def _declined(self, what: str) -> Declined:
        return Declined(what, where=self.url, mend="check the certificate in the policy's tsa line")
