"""The verifier's own side: its policy with the authorities' certificates, the checkpoint it kept.

Nothing of this is ever taken from what is verified.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography import x509

from sealproof.anchors import Anchor, Stamps, judge
from sealproof.checkpoint import parse_checkpoint
from sealproof.errors import ProofError
from sealproof.history import HistoryEntry, read_entry
from sealproof.note import SignedNote
from sealproof.policy import TrustPolicy, parse_policy
from sealproof.rfc3161 import check_timestamp, read_certificates
from sealproof.tlogproof import HEADER, parse_proof


@dataclass(frozen=True)
class Trust:
    """`policy` None: nobody is trusted. `certificates`: by the authority's name in the policy."""

    policy: TrustPolicy | None = None
    certificates: Mapping[str, Sequence[x509.Certificate]] = field(default_factory=dict)

    def judge(self, note: SignedNote, stamps: Stamps | None = None) -> Anchor:
        """See `anchors.judge`. Raises ProofError."""
        return judge(note, self.policy, stamps=stamps, check_stamp=self._check_stamp)

    def _check_stamp(self, token: bytes, message: bytes) -> tuple[str, datetime]:
        """By whichever of the policy's authorities it is: the operator's names are its own."""
        reason = ProofError("the policy names no time-stamping authority")
        for name, certificates in self.certificates.items():
            try:
                return name, check_timestamp(token, message, certificates)
            except ProofError as error:
                reason = error
        raise reason


def read_trust(file: Path) -> Trust:
    """From a policy file; certificates are named relative to its folder.

    Raises ProofError, or OSError for a file that cannot be read.
    """
    policy = parse_policy(_text(file))
    certificates = {
        authority.name: read_certificates((file.parent / authority.certificate).read_bytes())
        for authority in policy.authorities
    }
    return Trust(policy, certificates)


@dataclass(frozen=True)
class KeptCheckpoint:
    """A checkpoint that the verifier kept, and, if it is a receipt's, the entry that it proves."""

    note: SignedNote
    entry: HistoryEntry | None = None


def read_kept(file: Path) -> KeptCheckpoint:
    """A checkpoint's note, or a receipt, which is checked but for its signatures.

    Raises ProofError, or OSError for a file that cannot be read.
    """
    raw = file.read_bytes()
    if not raw.startswith(HEADER.encode()):
        return KeptCheckpoint(parse_checkpoint(raw)[1])
    proof = parse_proof(raw)
    entry = read_entry(proof.index, proof.extra)
    proof.check(proof.extra)
    return KeptCheckpoint(proof.note, entry)


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise ProofError(f"{file} is not UTF-8: {error}") from error
