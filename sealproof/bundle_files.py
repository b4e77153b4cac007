"""An evidence bundle's files: which there may be, and that each is the one that was packed.

manifest.json           {format, origin, shipment, files: {name: hex of SHA-256}}
bundle.note             a note over the manifest's digest, signed by the log's key (optional)
entries.jsonl           the leaves, one a line
proofs.json             where each entry is in the log's tree, and that checkpoints continue
checkpoints/<size>.note the greatest covers all entries; the others say when, and who saw it
timestamps/<size>.<authority>.tsr   RFC 3161
readings.jsonl          raw telemetry (optional)
shipment.json           the shipment as it was declared (optional)
disclosed.json          personal values with their salts (optional)
report.html, certification.html     for people (optional)
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from sealproof.archive import Archive
from sealproof.checkpoint import Checkpoint, parse_checkpoint
from sealproof.errors import ProofError
from sealproof.note import SignedNote, unb64
from sealproof.strict import count, members, read_json, typed

FORMAT = "tracker-bundle/1"
MANIFEST, NOTE = "manifest.json", "bundle.note"
ENTRIES, PROOFS, READINGS = "entries.jsonl", "proofs.json", "readings.jsonl"
SHIPMENT, DISCLOSED = "shipment.json", "disclosed.json"
REPORT, CERTIFICATION = "report.html", "certification.html"
NEEDED = {MANIFEST, ENTRIES, PROOFS}
POSSIBLE = NEEDED | {NOTE, READINGS, SHIPMENT, DISCLOSED, REPORT, CERTIFICATION}
_SIZE = r"(0|[1-9][0-9]{0,18})"
_CHECKPOINT = re.compile(rf"checkpoints/{_SIZE}\.note")
_STAMP = re.compile(rf"timestamps/{_SIZE}\.([A-Za-z0-9._-]{{1,64}})\.tsr")
MAX_PATH = 64
"""Hashes of one proof: a tree of 2^63 entries has paths of 63."""


@dataclass(frozen=True)
class Manifest:
    """`files`: the digest (hex) of every file but manifest.json and bundle.note."""

    origin: str
    shipment: str
    files: Mapping[str, str]
    digest: str


def statement(origin: str, shipment: str, digest: str) -> str:
    """The text of bundle.note, over the manifest's digest (hex). No checkpoint reads so: where that
    has its size, this has the origin, which is not a number's.
    """
    return f"{FORMAT}\n{origin}\n{shipment}\n{digest}\n"


def read_manifest(archive: Archive) -> Manifest:
    """Raises ProofError unless exactly the files it lists are there, each as it was packed."""
    raw = archive.read(MANIFEST)
    document = members(
        read_json(raw, MANIFEST), {"format", "origin", "shipment", "files"}, MANIFEST
    )
    if document["format"] != FORMAT:
        raise ProofError(f"the bundle's format is not {FORMAT}")
    files = {
        name: typed(digest, str, f"the digest of {name}")
        for name, digest in typed(document["files"], dict, "files").items()
    }
    _check_names(archive, files)
    for name, digest in files.items():
        if archive.digest(name) != digest:
            raise ProofError(f"{name} is not the file that the manifest lists")
    return Manifest(
        origin=_line(document["origin"], "origin"),
        shipment=_line(document["shipment"], "shipment"),
        files=files,
        digest=sha256(raw).hexdigest(),
    )


def _check_names(archive: Archive, listed: Mapping[str, str]) -> None:
    present = set(archive.members)
    for name in sorted(present):
        if not (name in POSSIBLE or _CHECKPOINT.fullmatch(name) or _STAMP.fullmatch(name)):
            raise ProofError(f"{name} is no file of a bundle")
    for name in sorted(NEEDED - present):
        raise ProofError(f"{name} is missing")
    for name in sorted(listed.keys() ^ (present - {MANIFEST, NOTE})):
        missing = "is listed in the manifest, and missing"
        raise ProofError(f"{name} {missing if name in listed else 'is not in the manifest'}")


def _line(value: object, what: str) -> str:
    text = typed(value, str, what)
    if not text or any(character < " " for character in text):
        raise ProofError(f"{what} is not one line of text")
    return text


@dataclass(frozen=True)
class Proofs:
    """All against the tree of `size`. inclusion: of each entry its index and path, in their order.
    consistency: by the size of a smaller checkpoint.
    """

    size: int
    inclusion: tuple[tuple[int, tuple[bytes, ...]], ...]
    consistency: Mapping[int, tuple[bytes, ...]]


def read_proofs(archive: Archive) -> Proofs:
    """Raises ProofError."""
    document = members(
        read_json(archive.read(PROOFS), PROOFS), {"size", "inclusion", "consistency"}, PROOFS
    )
    inclusion, consistency = [], {}
    for item in typed(document["inclusion"], list, "inclusion"):
        proof = members(item, {"index", "path"}, "an inclusion proof")
        inclusion.append((count(proof["index"], "index"), _path(proof["path"])))
    for item in typed(document["consistency"], list, "consistency"):
        proof = members(item, {"size", "path"}, "a consistency proof")
        size = count(proof["size"], "size")
        if size in consistency:
            raise ProofError(f"the consistency from {size} entries is proved twice")
        consistency[size] = _path(proof["path"])
    return Proofs(count(document["size"], "size"), tuple(inclusion), consistency)


def _path(value: object) -> tuple[bytes, ...]:
    hashes = typed(value, list, "path")
    if len(hashes) > MAX_PATH:
        raise ProofError(f"a path of {len(hashes)} hashes, and at most {MAX_PATH} are read")
    return tuple(unb64(typed(text, str, "a hash")) for text in hashes)


def written(path: Iterable[bytes]) -> list[str]:
    """A path as proofs.json has it."""
    return [base64.b64encode(digest).decode() for digest in path]


def read_checkpoints(archive: Archive) -> dict[int, tuple[Checkpoint, SignedNote]]:
    """By size. Raises ProofError for one whose name says another size, or if there is none."""
    checkpoints = {}
    for name in archive.members:
        named = _CHECKPOINT.fullmatch(name)
        if named:
            checkpoint, note = parse_checkpoint(archive.read(name))
            if checkpoint.size != int(named[1]):
                raise ProofError(f"{name} is a checkpoint of {checkpoint.size} entries")
            checkpoints[checkpoint.size] = checkpoint, note
    if not checkpoints:
        raise ProofError("the bundle has no checkpoint")
    return checkpoints


def read_stamps(archive: Archive) -> Iterator[tuple[int, str, bytes]]:
    """(the checkpoint's size, the authority's name, the token)."""
    for name in archive.members:
        named = _STAMP.fullmatch(name)
        if named:
            yield int(named[1]), named[2], archive.read(name)
