"""The log's tree in the database: tiles, written in the transaction of the entries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sealproof.merkle import HASH_BYTES
from tracker.adapters.journal.statements import Cursor, Insert
from tracker.adapters.journal.tables import TILES
from tracker.log.tree import WIDTH, Run, grow, split

Ask = Callable[[str, tuple[int, int]], Any]
_PUT_TILE = Insert(TILES, "replaced")
_TILE = f'SELECT hashes FROM {TILES.name} WHERE level = ? AND "index" = ?'  # noqa: S608


def planted(cursor: Cursor, size: int, frontier: bytes, hashes: Sequence[bytes]) -> bytes:
    """Append leaf hashes to the tree of `size` with this frontier; the new frontier."""
    if not hashes:
        return frontier
    grown = grow(size, split(frontier), hashes)
    rows = [(run.level, index, tile) for run in grown.runs for index, tile in _tiles(cursor, run)]
    _PUT_TILE.run_raw(cursor, rows)
    return b"".join(grown.frontier)


def tile(ask: Ask, level: int, index: int) -> bytes:
    """A tile's hashes, b"" where there is none, or something else than bytes. ask: executes SQL on
    the driver, for a proof asks for three tiles, a check of the log for each.
    """
    found = ask(_TILE, (level, index)).fetchone()
    return found[0] if found and isinstance(found[0], bytes) else b""


def _tiles(cursor: Cursor, run: Run) -> list[tuple[int, bytes]]:
    """The tiles that the run's hashes fall into, whole."""
    index, begun = divmod(run.first, WIDTH)
    kept = tile(cursor.execute, run.level, index) if begun else b""
    if len(kept) != begun * HASH_BYTES:
        raise ValueError(f"tile {index} of level {run.level} holds {len(kept)} bytes")
    joined = kept + b"".join(run.hashes)
    whole = WIDTH * HASH_BYTES
    return [
        (index + number, joined[at : at + whole])
        for number, at in enumerate(range(0, len(joined), whole))
    ]
