"""What one checkpoint is proved to be: whose it is, who saw it, and by when.

The log's own signature makes a checkpoint the log's. Only what others hold of it (a witness's
cosignature, a time-stamp) anchors it outside: whoever has stolen the log's key lacks those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sealproof.checkpoint import Checkpoint, cosigned_at, parse_text
from sealproof.errors import ProofError
from sealproof.note import SignedNote
from sealproof.policy import TrustPolicy


@dataclass(frozen=True)
class Seen:
    """Somebody outside has seen the checkpoint: `at` by that party's clock."""

    by: str
    at: datetime
    kind: str
    """"cosignature" or "timestamp"."""

    def __str__(self) -> str:
        how = "cosigned" if self.kind == "cosignature" else "time-stamped"
        return f"{how} by {self.by} at {self.at.isoformat()}"


@dataclass(frozen=True)
class Anchor:
    """`signed_by`: the policy's keys that signed it (vkeys), none without a policy.

    quorum: enough of the policy's witnesses cosigned it. seen: earliest first. idle: names of
    stamps by nobody that the policy names.
    """

    checkpoint: Checkpoint
    signed_by: tuple[str, ...]
    seen: tuple[Seen, ...]
    quorum: bool
    idle: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        return self.checkpoint.size

    @property
    def at(self) -> datetime | None:
        """The earliest time at which somebody outside had it; None if nobody is known to."""
        return self.seen[0].at if self.seen else None


Stamps = Mapping[str, bytes]
"""By the name that the operator gives the authority: a time-stamp token (DER)."""
CheckStamp = Callable[[bytes, bytes], tuple[str, datetime]]
"""(token, message) -> (the authority's name in the policy, when); raises ProofError."""


def released(note: SignedNote) -> bytes:
    """The note as the log released it, which is what an authority stamps: its text and the log's
    own signature lines (those under the origin's name), without what witnesses added.
    """
    origin = parse_text(note.text).origin
    own = tuple(line for line in note.signatures if line.name == origin)
    return str(SignedNote(note.text, own)).encode()


def judge(
    note: SignedNote,
    policy: TrustPolicy | None,
    *,
    stamps: Stamps | None = None,
    check_stamp: CheckStamp | None = None,
) -> Anchor:
    """What this checkpoint is proved to be. Raises ProofError if no key of the policy signed it,
    or if anything claims to be of a party that the policy names and is not.

    Without a policy nobody is trusted, and so nothing is proved. A stamp by an authority that the
    policy does not name is passed over, like the signature of an unknown witness.
    """
    checkpoint = parse_text(note.text)
    if policy is None:
        return Anchor(checkpoint, (), (), quorum=False)
    if not policy.keys(checkpoint.origin):
        raise ProofError(f"the policy names no log {checkpoint.origin!r}")
    signed = note.check(policy.keys(checkpoint.origin, checkpoint.size))
    seen, idle = list(_cosigned(note, policy)), []
    cosigners = [sighting.by for sighting in seen]
    for name, token in (stamps or {}).items():
        stamp = _stamped(note, policy, name, token, check_stamp)
        if stamp is None:
            idle.append(name)
        else:
            seen.append(stamp)
    return Anchor(
        checkpoint,
        tuple(key.vkey for key in signed),
        tuple(sorted(seen, key=lambda sighting: sighting.at)),
        policy.reached(cosigners),
        tuple(idle),
    )


def _cosigned(note: SignedNote, policy: TrustPolicy) -> Iterable[Seen]:
    for name, witness in policy.witnesses.items():
        at = cosigned_at(note, witness.key)
        if at is not None:
            yield Seen(name, at, "cosignature")


def _stamped(
    note: SignedNote, policy: TrustPolicy, name: str, token: bytes, check: CheckStamp | None
) -> Seen | None:
    try:
        if check is None:
            raise ProofError("nobody checks time-stamps here")
        by, at = check(token, released(note))
    except ProofError as error:
        if any(authority.name == name for authority in policy.authorities):
            raise ProofError(f"the time-stamp of {name}: {error}") from error
        return None
    return Seen(by, at, "timestamp")
