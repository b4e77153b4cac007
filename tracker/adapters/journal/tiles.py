"""The log's tree in the database: tiles, written in the transaction of the entries."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from sealproof.merkle import HASH_BYTES
from tracker.adapters.journal.engine import upsert
from tracker.adapters.journal.tables import TILES
from tracker.log.tree import WIDTH, Run, grow, split

_UPSERT_TILE = upsert(TILES)
_TILE = f'SELECT hashes FROM {TILES.name} WHERE level = ? AND "index" = ?'  # noqa: S608


def planted(connection: Connection, size: int, frontier: bytes, hashes: Sequence[bytes]) -> bytes:
    """Append leaf hashes to the tree of `size` with this frontier; the new frontier."""
    if not hashes:
        return frontier
    grown = grow(size, split(frontier), hashes)
    rows = [
        {"level": run.level, "index": index, "hashes": tile}
        for run in grown.runs
        for index, tile in _tiles(connection, run)
    ]
    connection.execute(_UPSERT_TILE, rows)
    return b"".join(grown.frontier)


def tile(connection: Connection, level: int, index: int) -> bytes:
    """A tile's hashes, b"" where there is none, or something else than bytes."""
    # Straight to the driver: a proof asks for three, a check of the log for each.
    found = connection.exec_driver_sql(_TILE, (level, index)).fetchone()
    return found[0] if found and isinstance(found[0], bytes) else b""


def _tiles(connection: Connection, run: Run) -> list[tuple[int, bytes]]:
    """The tiles that the run's hashes fall into, whole."""
    index, begun = divmod(run.first, WIDTH)
    kept = tile(connection, run.level, index) if begun else b""
    if len(kept) != begun * HASH_BYTES:
        raise ValueError(f"tile {index} of level {run.level} holds {len(kept)} bytes")
    joined = kept + b"".join(run.hashes)
    whole = WIDTH * HASH_BYTES
    return [
        (index + number, joined[at : at + whole])
        for number, at in enumerate(range(0, len(joined), whole))
    ]
