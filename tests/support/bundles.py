"""Bundles verified, and taken apart and put together again as a forger would."""

from __future__ import annotations

import io
import json
import zipfile
from hashlib import sha256

from sealproof import bundle_files as files
from sealproof.bundle import Bundle, check_bundle
from sealproof.checkpoint import Checkpoint, parse_checkpoint
from sealproof.grades import Grade
from sealproof.leaves import canonical
from sealproof.note import SignedNote, SignerKey
from sealproof.trust import KeptCheckpoint, Trust
from tests.support.chest import TRUST
from tracker.evidence.pack import Pack


def unpacked(raw: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(raw)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def packed(contents: dict[str, bytes]) -> bytes:
    """These files in the layout of a bundle, whatever they are."""
    file = io.BytesIO()
    pack = Pack(file)
    for name, content in contents.items():
        pack.add(name, content)
    pack.close()
    return file.getvalue()


def forged(raw: bytes, changes: dict[str, bytes | None], *, key: SignerKey | None = None) -> bytes:
    """The bundle with some files changed, added or (None) left out, its manifest made to fit, and
    signed with `key`; without one the old signature stays, which then is of another manifest.
    """
    contents = {**unpacked(raw), **changes}
    kept = {name: content for name, content in contents.items() if content is not None}
    if files.MANIFEST in changes:
        return packed(kept)
    manifest = json.loads(kept[files.MANIFEST])
    manifest["files"] = {
        name: sha256(content).hexdigest()
        for name, content in kept.items()
        if name not in (files.MANIFEST, files.NOTE)
    }
    kept[files.MANIFEST] = canonical(manifest)
    if key is not None:
        digest = sha256(kept[files.MANIFEST]).hexdigest()
        text = files.statement(manifest["origin"], manifest["shipment"], digest)
        kept[files.NOTE] = str(SignedNote(text, (key.sign(text),))).encode()
    return packed(kept)


def check(raw: bytes, trust: Trust = TRUST, kept: KeptCheckpoint | None = None) -> Bundle:
    return check_bundle(io.BytesIO(raw), trust, kept)


def broken(raw: bytes, trust: Trust = TRUST, kept: KeptCheckpoint | None = None) -> str:
    """Asserts that it is, and that nothing of it is believed; the faults as one text."""
    verdict = check(raw, trust, kept).verdict
    assert verdict.grade is Grade.BROKEN
    assert verdict.exit_code == 1
    assert not verdict.rests_on
    return "\n".join(map(str, verdict.faults))


def head_of(raw: bytes) -> tuple[str, Checkpoint, SignedNote]:
    """The name of the greatest checkpoint, and what it is."""
    names = [name for name in unpacked(raw) if name.startswith("checkpoints/")]
    name = max(names, key=lambda one: int(one[12:-5]))
    return (name, *parse_checkpoint(unpacked(raw)[name]))
