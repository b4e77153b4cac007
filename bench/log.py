"""The custody log: append, prove, verify, sign, beside bare hashing and parsing of the same."""

from __future__ import annotations

import itertools
import json
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from statistics import median

import msgspec

from bench.entries import ORIGIN, T0, Author, filled
from bench.turns import Ask, rate, seconds, speed, turns
from sealproof.checkpoint import Checkpoint, cosign
from sealproof.grades import Grade
from sealproof.merkle import check_inclusion, leaf_hash
from sealproof.note import COSIGNATURE, new_signer
from sealproof.tlogproof import TlogProof
from tracker.adapters.journal import SqlJournal
from tracker.app.trust.log_check.log import check
from tracker.log.tree import WIDTH, Grown, Tile, Tree, grow
from tracker.ports import NewEntry, Work

SMALL, LARGE = 10_000, 1_000_000
BATCHES = (1, 10, 100, 1_000)
APPENDED, ROUNDS = 4_000, 15
"""Entries appended to a tree in each round, and how many rounds."""
COMMITTED, COMMITS = 100, 40
PROOFS = 500
TURN = 20_000
SIGNED = 500


class Log:
    """A journal of `size` entries, and its tree in memory."""

    def __init__(self, folder: Path, size: int) -> None:
        begun = time.perf_counter()
        self.size = size
        self.journal, self.author, self.hashes = filled(folder, size)
        self.seconds = time.perf_counter() - begun
        self.grown = grow(0, (), self.hashes)
        levels = {run.level: run.hashes for run in self.grown.runs}
        self.tiles = {
            (level, index): b"".join(hashes[index * WIDTH : (index + 1) * WIDTH])
            for level, hashes in levels.items()
            for index in range(-(-len(hashes) // WIDTH))
        }

    def tile(self, level: int, index: int) -> bytes:
        return self.tiles[level, index]

    def commit(self, entries: Sequence[NewEntry]) -> None:
        self.journal.commit(Work(entries=entries), {})


def report(large: int = LARGE) -> None:
    """Prints rates and ratios for a log of SMALL and one of `large` entries; what is compared takes
    turns.
    """
    with tempfile.TemporaryDirectory() as folder:
        logs = [Log(Path(folder), size) for size in sorted({SMALL, large})]
        for log in logs:
            print(f"a journal of {log.size:,} entries, filled in {log.seconds:.0f} s")
        _append(logs)
        for log in logs:
            _prove(log)
        for log in logs:
            _verify(log)
        _sign(logs[-1])
        _store(logs)
        _commit(logs)  # last: the journals grow
        for log in logs:
            log.journal.close()


def _append(logs: list[Log]) -> None:
    leaves = [one.leaf for one in Author().write(APPENDED)]
    long = sum(map(len, leaves)) / len(leaves)
    print(
        f"append to the tree, leaves of {long:.0f} bytes; bare: one leaf and one node hashed each"
    )
    for batch in BATCHES:
        parts = [leaves[at : at + batch] for at in range(0, APPENDED, batch)]
        bare, *ours = turns(
            ROUNDS,
            lambda: _bare_append(leaves),
            *(_appending(log.grown, parts) for log in logs),
        )
        told = "  ".join(
            f"{log.size:>10,} {rate(taken, APPENDED):>9,.0f}/s ({speed(taken, bare):.2f} of bare)"
            for log, taken in zip(logs, ours, strict=True)
        )
        print(f"  batch {batch:>5}: {told}  costs {1 / speed(ours[-1], ours[0]):.2f} of the small")


def _bare_append(leaves: list[bytes]) -> None:
    left = bytes(32)
    for leaf in leaves:
        right = sha256(b"\x00" + leaf).digest()
        sha256(b"\x01" + left + right).digest()
        left = right


def _appending(grown: Grown, parts: list[list[bytes]]) -> Ask:
    def append() -> None:
        size, frontier = grown.size, grown.frontier
        for part in parts:
            more = grow(size, frontier, [leaf_hash(leaf) for leaf in part])
            size, frontier = more.size, more.frontier

    return append


def _prove(log: Log) -> None:
    draw = random.Random(1)  # noqa: S311
    anywhere = [draw.randrange(log.size) for _ in range(PROOFS)]
    start = anywhere[0] // 2
    neighbours = list(range(start, start + PROOFS))
    root = Tree(log.size, log.tile).root()
    path = Tree(log.size, log.tile).inclusion(anywhere[0])
    print(f"inclusion in {log.size:,} entries; bare: the {len(path)} hashes of a path")
    for name, indices in (("random", anywhere), ("neighbours", neighbours)):
        proofs = [Tree(log.size, log.tile).inclusion(index) for index in indices]
        bare, memory, journal, checked = turns(
            ROUNDS // 3,
            lambda: _bare_paths(log.hashes, path),
            _proving(log.size, log.tile, indices),
            _proving(log.size, log.journal.tile, indices),
            partial(_check, log, indices, proofs, root),
        )
        print(
            f"  {name:<10} prove {_told(memory, bare)} of bare  from the journal "
            f"{_told(journal, bare)}  check {_told(checked, bare)}"
        )
    _receipt(log, anywhere[0], path, root)


def _bare_paths(leaves: list[bytes], path: list[bytes]) -> None:
    for leaf in leaves[:PROOFS]:
        found = leaf
        for sibling in path:
            found = sha256(b"\x01" + found + sibling).digest()


def _proving(size: int, tile: Tile, indices: list[int]) -> Ask:
    def prove() -> None:
        tree = Tree(size, tile)
        for index in indices:
            tree.inclusion(index)

    return prove


def _check(log: Log, indices: list[int], proofs: list[list[bytes]], root: bytes) -> None:
    for index, proof in zip(indices, proofs, strict=True):
        check_inclusion(index, log.size, log.hashes[index], proof, root)


def _told(taken: list[float], bare: list[float]) -> str:
    return f"{rate(taken, PROOFS):>7,.0f}/s {speed(taken, bare):.3f}"


def _receipt(log: Log, index: int, path: list[bytes], root: bytes) -> None:
    note = Checkpoint(ORIGIN, log.size, root).signed(new_signer(ORIGIN))
    seen = note.plus(
        cosign(note.text, new_signer(f"witness.example/{n}", COSIGNATURE), T0) for n in (1, 2)
    )
    alone, witnessed = (
        len(str(TlogProof(index, tuple(path), one)).encode()) for one in (note, seen)
    )
    print(f"  a proof without its leaf: {alone} bytes, with two witnesses {witnessed}")


class _Bare:
    """Hashes and parses what the check has just done, outside its time: TURN entries in turn, for
    shorter turns would leave neither the processor's caches.
    """

    def __init__(self, journal: SqlJournal) -> None:
        self._rows = journal.stored_entries()
        self._done = 0
        self.away = self.stdlib = self.quick = 0.0

    def take_turn(self, done: int, whole: int) -> None:
        if done - self._done < TURN and done < whole:
            return
        begun = time.perf_counter()
        leaves = [row.leaf for row in itertools.islice(self._rows, done - self._done)]
        self._done = done
        self.stdlib += seconds(lambda: _hash_and_parse(leaves, json.loads))
        self.quick += seconds(lambda: _hash_and_parse(leaves, msgspec.json.decode))
        self.away += time.perf_counter() - begun


def _hash_and_parse(leaves: list[bytes], parse: Callable[[bytes], object]) -> None:
    for leaf in leaves:
        sha256(b"\x00" + leaf).digest()
        parse(leaf)


def _verify(log: Log) -> None:
    bare = _Bare(log.journal)
    begun = time.perf_counter()
    verdict = check(log.journal, origin=ORIGIN, own=(), heads={}, progress=bare.take_turn)
    spent = time.perf_counter() - begun - bare.away
    if verdict.grade is not Grade.CONSISTENT or verdict.checked["entries"] != log.size:
        raise SystemExit(f"the log of the measurement is not whole: {verdict}")
    print(
        f"log verify of {log.size:,} entries: {log.size / spent:,.0f}/s, "
        f"{bare.stdlib / spent:.2f} of bare hashing and json.loads, "
        f"{bare.quick / spent:.2f} of hashing and msgspec"
    )


def _sign(log: Log) -> None:
    key, head = new_signer(ORIGIN), Checkpoint(ORIGIN, log.size, bytes(32))
    text = head.text.encode()
    bare, ours = turns(
        5,
        lambda: [key.private.sign(text) for _ in range(SIGNED)],
        lambda: [str(head.signed(key)) for _ in range(SIGNED)],
    )
    print(
        f"checkpoints signed {rate(ours, SIGNED):,.0f}/s ({speed(ours, bare):.2f} of bare Ed25519)"
    )


def _store(logs: list[Log]) -> None:
    for log in logs:
        stored = sum(len(log.journal.tile(level, index)) for level, index in log.tiles)
        print(f"tiles of {log.size:,} entries: {stored / log.size:.2f} bytes an entry")


def _commit(logs: list[Log]) -> None:
    """Every part its own entries: what is committed cannot be committed again."""
    taken: list[list[float]] = [[] for _ in logs]
    for turn in range(COMMITS):
        pairs = list(zip(logs, taken, strict=True))
        for log, found in reversed(pairs) if turn % 2 else pairs:
            entries = log.author.write(COMMITTED)
            found.append(seconds(partial(log.commit, entries)))
    told = "  ".join(
        f"{log.size:>10,} {median(found) * 1000:.1f} ms"
        for log, found in zip(logs, taken, strict=True)
    )
    print(
        f"a commit of {COMMITTED} entries, SQLite FULL: {told}  "
        f"costs {1 / speed(taken[-1], taken[0]):.2f} of the small"
    )
