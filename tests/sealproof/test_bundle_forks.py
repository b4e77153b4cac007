"""Forked logs, stolen keys, false witnesses, proofs of something else."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from sealproof.checkpoint import Checkpoint, cosign, parse_checkpoint
from sealproof.errors import ProofError
from sealproof.grades import Grade
from sealproof.leaves import canonical
from sealproof.note import COSIGNATURE, SignedNote, new_signer
from sealproof.policy import parse_policy
from sealproof.trust import KeptCheckpoint, Trust
from tests.support.bundles import broken, check, forged, head_of, unpacked
from tests.support.chest import LOG, ORIGIN, POLICY, WITNESSES, Chest, at

Make = Callable[[], Chest]


def test_a_rewritten_log_is_only_consistent_and_broken_against_what_was_kept(
    raw: bytes, new_chest: Make
) -> None:
    """Who has the log's key can rewrite everything, and sign it. Witnesses do not sign that."""
    fork = new_chest()
    fork.open("OTHER", "X1")
    fork.release()
    fork.open()
    for minute in range(1, 40):
        fork.hear(minute, north_km=minute * 0.5, seal={"state": "sealed", "number": "MXL1"})
    fork.hear(50, seal={"state": "sealed", "number": "MXL1"})
    fork.release()
    theirs = fork.bundle()
    verdict = check(theirs).verdict
    assert verdict.grade is Grade.CONSISTENT
    assert (
        "no checkpoint that holds any of these entries was seen outside the log" in verdict.warnings
    )
    _, _, note = head_of(raw)
    said = broken(theirs, kept=KeptCheckpoint(note))
    assert "before the checkpoint of 26 that you kept" in said


def test_a_fork_of_the_size_that_was_kept_is_called_one(raw: bytes) -> None:
    _, head, _ = head_of(raw)
    other = Checkpoint(ORIGIN, head.size, bytes(32)).signed(LOG)
    assert "the log was forked" in broken(raw, kept=KeptCheckpoint(other))


def test_a_bundle_that_does_not_speak_of_what_was_kept_is_refused(raw: bytes, chest: Chest) -> None:
    """Whoever hides a fork leaves out just that checkpoint."""
    kept = KeptCheckpoint(Checkpoint(ORIGIN, 5, chest.tree().root(5)).signed(LOG))
    assert "--since" in broken(raw, kept=kept)
    stranger = new_signer("another.example")
    other = Checkpoint("another.example", 5, bytes(32)).signed(stranger)
    trust = Trust(parse_policy(f"{POLICY}\nlog {stranger.verifier.vkey}"))
    assert "of the log another.example" in broken(raw, trust, KeptCheckpoint(other))


def test_what_was_kept_must_be_the_logs(raw: bytes) -> None:
    _, head, _ = head_of(raw)
    with pytest.raises(ProofError, match="no key"):
        check(raw, kept=KeptCheckpoint(head.signed(new_signer(ORIGIN))))


def resigned(raw: bytes, sign: Callable[[Checkpoint], SignedNote], **more: Any) -> bytes:
    name, head, _ = head_of(raw)
    return forged(raw, {name: str(sign(head)).encode()}, **more)


def test_its_own_keys_are_not_believed(raw: bytes) -> None:
    """A bundle brings its own log and witnesses: the names are right, the keys are not."""
    thief = new_signer(ORIGIN)
    mates = [new_signer(key.name, COSIGNATURE) for key in WITNESSES]
    changes: dict[str, bytes | None] = {}
    for name, content in unpacked(raw).items():
        if name.startswith("checkpoints/"):
            head, _ = parse_checkpoint(content)
            lines = [cosign(head.text, mate, at(60)) for mate in mates]
            changes[name] = str(head.signed(thief).plus(lines)).encode()
    said = broken(forged(raw, changes, key=thief))
    assert "the checkpoint of 26 entries: no key that is trusted" in said
    assert "bundle.note" in said


def test_witnesses_that_the_policy_does_not_name_do_not_count(raw: bytes) -> None:
    mates = [new_signer(f"mate.example/{n}", COSIGNATURE) for n in (1, 2, 3)]

    def sign(head: Checkpoint) -> SignedNote:
        return head.signed(LOG).plus([cosign(head.text, mate, at(60)) for mate in mates])

    assert check(resigned(raw, sign, key=LOG)).verdict.grade is Grade.CONSISTENT


def test_a_false_cosignature_in_a_witnesss_name_breaks_it(raw: bytes) -> None:
    def sign(head: Checkpoint) -> SignedNote:
        other = Checkpoint(head.origin, head.size, bytes(32))
        return head.signed(LOG).plus([cosign(other.text, WITNESSES[0], at(60))])

    assert "cosignature of witness.example/1" in broken(resigned(raw, sign, key=LOG))


def test_a_stolen_key_does_not_bring_the_witnesses(raw: bytes) -> None:
    """Another root of the same size, signed with the log's true key, with the true cosignatures."""

    def sign(head: Checkpoint) -> SignedNote:
        _, _, note = head_of(raw)
        fork = Checkpoint(head.origin, head.size, bytes(range(32)))
        return fork.signed(LOG).plus(note.signatures[1:])

    said = broken(resigned(raw, sign, key=LOG))
    assert "cosignature of witness.example/1 is not valid" in said
    assert "another root" in said


@pytest.mark.parametrize("size", [26, 12])
def test_each_checkpoint_is_of_this_log(raw: bytes, size: int) -> None:
    sizes = sorted(int(one[12:-5]) for one in unpacked(raw) if one.startswith("checkpoints/"))
    name = f"checkpoints/{sizes[-1] if size == 26 else sizes[1]}.note"
    head, _ = parse_checkpoint(unpacked(raw)[name])
    fork = Checkpoint(ORIGIN, head.size, bytes(32)).signed(LOG)
    said = broken(forged(raw, {name: str(fork).encode()}, key=LOG))
    assert "leads to another" in said or "does not continue its checkpoint" in said
    other = Checkpoint("another.example", head.size, head.root).signed(LOG)
    assert "of the log another.example" in broken(forged(raw, {name: str(other).encode()}, key=LOG))


def proofs_changed(raw: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    proofs = json.loads(unpacked(raw)["proofs.json"])
    change(proofs)
    return forged(raw, {"proofs.json": canonical(proofs)}, key=LOG)


HASH = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda p: p["consistency"].pop(), "is missing"),
        (lambda p: p["consistency"].append({"size": 5, "path": [HASH]}), "has no checkpoint"),
        (lambda p: p["consistency"].append(p["consistency"][0]), "proved twice"),
        (lambda p: p["consistency"][0]["path"].append(HASH), "too many"),
        (lambda p: p["inclusion"].pop(), "17 proofs"),
        (lambda p: p["inclusion"][3].update(index=2), "another root"),
        (lambda p: p["inclusion"][3].update(index=2**50), "cannot be in a tree"),
        (lambda p: p["inclusion"][3].update(index=10**40), "2^53"),
        (lambda p: p["inclusion"][3].update(index=-1), "negative"),
        (lambda p: p["inclusion"][3].update(index=True), "not of the type int"),
        (lambda p: p["inclusion"][3].update(path=[HASH] * 65), "65 hashes"),
        (lambda p: p["inclusion"][3].update(path=["AAAA"]), "3 bytes"),
        (lambda p: p["inclusion"][3].update(path=[1]), "type str"),
        (lambda p: p["inclusion"][3].update(more=1), "members"),
        (lambda p: p.update(size=25), "greatest checkpoint"),
        (lambda p: p.update(inclusion={}), "type list"),
    ],
)
def test_proofs_are_exact(
    raw: bytes, change: Callable[[dict[str, Any]], object], what: str
) -> None:
    assert what in broken(proofs_changed(raw, change))
