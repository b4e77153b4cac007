"""The verifier, on whatever a stranger may hand in."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sealproof.archive import Archive
from sealproof.bundle import check_bundle
from sealproof.bundle_files import MANIFEST, NOTE
from sealproof.checkpoint import parse_checkpoint
from sealproof.errors import ProofError
from sealproof.grades import Grade
from sealproof.leaves import canonical, parse_leaf
from sealproof.note import parse_note
from sealproof.policy import parse_policy
from sealproof.receipt import check_receipt
from sealproof.rfc3161 import check_timestamp, read_certificates
from sealproof.tlogproof import parse_proof
from tests.fuzz.target import Target
from tests.support.bundles import forged, unpacked
from tests.support.chest import POLICY, TRUST, Chest, handed_out
from tests.support.tsa import TsaRoot
from tracker.app.trust.receipts import receipt
from tracker.log import document
from tracker.log.leaf import LeafError

STAMPED = b"log.example/custody\n9\n...\n"
UNBOUND = {"report.html", "certification.html"}
"""Files that only the signature over the whole bundle binds."""


def targets() -> Iterator[Target]:
    yield Target("verify.note", _notes, _note)
    yield Target("verify.proof", lambda: [_chest()[1]], _proof)
    yield Target("verify.receipt", lambda: [_chest()[1]], _receipt)
    yield Target("verify.policy", lambda: [POLICY.encode()], _policy)
    yield Target("verify.leaf", _leaves, _leaf)
    yield Target("verify.leaves", lambda: [b"\n".join(_leaves())], _same_as_one_by_one)
    yield Target("verify.timestamp", lambda: [_stamp()[0]], _timestamp)
    yield Target("verify.bundle", lambda: [_chest()[0]], _bundle)
    yield Target("verify.files", _files, _file)


@cache
def _chest() -> tuple[bytes, bytes]:
    """A bundle with every kind of file, and a receipt, of one log."""
    with tempfile.TemporaryDirectory() as folder:
        chest = Chest(Path(folder))
        chest.open("X", "X1")
        chest.release()
        chest.open()
        chest.hear(1)
        handed_out(chest)
        chest.cosign(chest.release(), 1, 2)
        found = chest.bundle(disclose=True), str(receipt(chest.journal, 1)).encode()
        chest.close()
    return found


def _notes() -> list[bytes]:
    files = unpacked(_chest()[0])
    return [files[name] for name in files if name.endswith(".note")]


def _leaves() -> list[bytes]:
    entries: bytes = unpacked(_chest()[0])["entries.jsonl"]
    return entries.splitlines()


def _refuses(read: Callable[[Any], Any], raw: object) -> Any:
    """What it reads; None where it is refused in the one way that there is."""
    try:
        return read(raw)
    except ProofError:
        return None


def _note(raw: bytes) -> None:
    note = _refuses(parse_note, raw)
    assert note is None or str(note).encode() == raw, "a note has a second form"
    _refuses(parse_checkpoint, raw)


def _proof(raw: bytes) -> None:
    proof = _refuses(parse_proof, raw)
    assert proof is None or str(proof).encode() == raw, "a proof has a second form"


def _receipt(raw: bytes) -> None:
    grade = check_receipt(raw, TRUST).verdict.grade
    assert (grade is Grade.BROKEN) or raw == _chest()[1] or grade < Grade.WITNESSED


def _policy(raw: bytes) -> None:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return
    policy = _refuses(parse_policy, text)
    if policy is not None:
        policy.reached(policy.witnesses)


def _leaf(raw: bytes) -> None:
    """The quick reader and the definitive one agree."""
    members = _refuses(parse_leaf, raw)
    assert members is None or canonical(members) == raw
    assert members is not None or isinstance(_read(raw), LeafError), "only the quick one takes it"


def _same_as_one_by_one(raw: bytes) -> None:
    leaves = raw.split(b"\n")
    for parts in (leaves, [raw], [*leaves, b""]):
        assert [_told(one) for one in document.read_all(parts)] == [
            _told(_read(part)) for part in parts
        ]


def _read(leaf: bytes) -> document.LeafDocument | LeafError:
    try:
        return document.read(leaf)
    except LeafError as error:
        return error


def _told(said: document.LeafDocument | LeafError) -> object:
    return said.what if isinstance(said, LeafError) else said


@cache
def _stamp() -> tuple[bytes, Sequence[Any]]:
    with tempfile.TemporaryDirectory() as folder:
        root = TsaRoot(Path(folder) / "root")
        return root.issue().stamp(STAMPED), read_certificates(root.certificate.read_bytes())


def _timestamp(raw: bytes) -> None:
    token, trusted = _stamp()
    found = _refuses(lambda one: check_timestamp(one, STAMPED, trusted), raw)
    assert found is None or found == check_timestamp(token, STAMPED, trusted), "another time"


def _bundle(raw: bytes) -> None:
    """A bit may stay unread only inside compressed data, and then every file is the same."""
    if check_bundle(io.BytesIO(raw), TRUST).verdict.grade is Grade.BROKEN:
        return
    archive = Archive(io.BytesIO(raw))
    found = {name: archive.read(name) for name in archive.members}
    assert found == unpacked(_chest()[0]), "a changed bundle is accepted"


def _names() -> list[str]:
    return sorted(unpacked(_chest()[0]).keys() - {MANIFEST})


def _files() -> list[bytes]:
    contents = unpacked(_chest()[0])
    return [bytes([place]) + contents[name] for place, name in enumerate(_names())]


def _file(raw: bytes) -> None:
    """One file replaced (its number comes first), the manifest made to fit, as a forger would:
    with the log's signature, which then is of another manifest, and without it.
    """
    whole, names = _chest()[0], _names()
    if not raw:
        return
    name, content = names[raw[0] % len(names)], raw[1:]
    same = unpacked(whole)[name] == content
    grade = check_bundle(io.BytesIO(forged(whole, {name: content})), TRUST).verdict.grade
    assert same or grade is Grade.BROKEN, f"another {name} is accepted"
    if name != NOTE:
        bare = forged(whole, {NOTE: None, name: content})
        grade = check_bundle(io.BytesIO(bare), TRUST).verdict.grade
        free = same or name in UNBOUND or name.startswith("checkpoints/")
        assert free or grade is Grade.BROKEN, f"another {name} is accepted without the signature"
