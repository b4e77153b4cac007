"""A log's side of c2sp.org/tlog-witness: show a witness the newest checkpoint, get it cosigned."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Literal

from sealproof.checkpoint import cosigned_at, parse_checkpoint
from sealproof.errors import ProofError
from sealproof.note import SignedNote, decimal, parse_signature
from sealproof.policy import Party
from sealproof.witness.request import write_request
from sealproof.witness.service import SIZE
from tracker.adapters.outsiders.http_post import HttpAnswer, parts, post
from tracker.app.trust.attestation import Declined, Disputed
from tracker.domain.errors import ServiceUnreachable
from tracker.log.tree import Tree
from tracker.ports import Attestation, StoredCheckpoint

TIMEOUT_S = 10.0
ASKED = 3
"""Times in a row: a witness says what it knows, and may learn more from somebody else meanwhile."""
ALARM = (
    "if this database was restored from a backup, bring back the newest state; if not, somebody"
    " else signs as this log: keep database, checkpoints and this message, and look into it"
)


class WitnessClient:
    """Asks one witness. Remembers what it last knew; without that, the witness says it."""

    kind: Literal["cosignature"] = "cosignature"

    def __init__(self, party: Party, *, timeout_s: float = TIMEOUT_S) -> None:
        """party: with its submission prefix. Raises UsageError for an address that is none."""
        parts(party.url)
        self._key, self._timeout_s = party.key, timeout_s
        self.url = party.url.rstrip("/") + "/add-checkpoint"
        self._known = 0

    @property
    def name(self) -> str:
        return self._key.name

    def attest(self, checkpoint: StoredCheckpoint, tree: Tree) -> Attestation:
        """Raises Disputed if the witness knows of another course of this log, Declined if it does
        not cosign for it, ServiceUnreachable.
        """
        for _ in range(ASKED):
            if self._known > checkpoint.size:
                known, self._known = self._known, 0  # so that it is asked again
                raise self._disputed(
                    f"it has cosigned {known} entries, the newest checkpoint here {checkpoint.size}"
                )
            proof = tree.consistency(self._known, checkpoint.size) if self._known else []
            body = write_request(self._known, proof, checkpoint.note)
            answer = post(self.url, body, "text/plain", timeout_s=self._timeout_s)
            if answer.status == HTTPStatus.OK:
                attestation = self._cosignature(checkpoint, answer)
                self._known = checkpoint.size
                return attestation
            self._known = self._refused(answer, checkpoint.size)
        raise ServiceUnreachable(f"it named another size {ASKED} times", where=self.url)

    def _refused(self, answer: HttpAnswer, size: int) -> int:
        """The size that the witness says it knows. Raises for any other refusal."""
        said = answer.words
        if answer.status == HTTPStatus.CONFLICT:
            if self._known == size:
                raise self._disputed(f"it knows another root for {size} entries: {said}")
            return self._size(answer)
        if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            raise self._disputed(f"what is here does not continue what it cosigned: {said}")
        if answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN, HTTPStatus.BAD_REQUEST):
            raise Declined(
                f"it does not cosign: {answer.status} {said}",
                where=self.url,
                mend="give its operator this log's key (`tracker key show`), check its address",
            )
        raise ServiceUnreachable(f"answered {answer.status} {said}", where=self.url)

    def _size(self, answer: HttpAnswer) -> int:
        try:
            if answer.kind == SIZE:
                return decimal(answer.body.decode("ascii").removesuffix("\n"))
        except (ProofError, UnicodeDecodeError):
            pass
        raise ServiceUnreachable("it named no size", where=self.url)

    def _cosignature(self, checkpoint: StoredCheckpoint, answer: HttpAnswer) -> Attestation:
        """The one line of its answer that is by the key we trust, if it holds."""
        head, note = parse_checkpoint(checkpoint.note)
        try:
            lines = answer.body.decode().removesuffix("\n").split("\n")
            given = [parse_signature(line) for line in lines]
            ours = [one for one in given if one.by(self._key)][:1]
            at: datetime | None = cosigned_at(SignedNote(note.text, tuple(ours)), self._key)
        except (ProofError, UnicodeDecodeError) as error:
            raise Declined(f"its cosignature is none: {error}", where=self.url) from error
        if at is None:
            raise Declined(
                f"it did not sign with the key {self._key.vkey}",
                where=self.url,
                mend="ask its operator for the key, and correct the witness's line in the policy",
            )
        return Attestation(
            size=head.size, kind=self.kind, name=self.name, body=ours[0].line.encode(), at=at
        )

    def _disputed(self, what: str) -> Disputed:
        return Disputed(what, where=self.url, mend=ALARM)
