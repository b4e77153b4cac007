"""The log's Merkle tree, its checkpoints and what outsiders say of them; personal values apart;
the place of each reading in its scope's telemetry.

Entries that are there already are entered into the tree.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sealproof.merkle import leaf_hash
from tracker.log.tree import WIDTH, grow

revision = "0003"
down_revision = "0002"

_BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_ENTRIES = sa.table("entries", sa.column("index"), sa.column("leaf"))


def upgrade() -> None:
    op.create_table(
        "tiles",
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("index", sa.BigInteger(), nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "index"),
    )
    op.create_table(
        "checkpoints",
        sa.Column("size", _BIG_KEY, autoincrement=False, nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("released_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("size"),
    )
    op.create_table(
        "attestations",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("size", "kind", "name"),
    )
    op.create_table(
        "secrets",
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("entry", "place"),
    )
    op.add_column("readings", sa.Column("number", sa.BigInteger()))
    op.add_column(
        "head",
        sa.Column("frontier", sa.LargeBinary(), nullable=False, server_default=sa.text("(x'')")),
    )
    _plant()


def _plant() -> None:
    """Enter what the log holds, a tile at a time."""
    connection = op.get_bind()
    tiles: dict[tuple[int, int], bytes] = {}
    size = 0
    frontier: tuple[bytes, ...] = ()
    leaves = sa.select(_ENTRIES.c.leaf).order_by(_ENTRIES.c.index)
    for rows in connection.execute(leaves).partitions(WIDTH):
        grown = grow(size, frontier, [leaf_hash(row.leaf) for row in rows])
        for run in grown.runs:
            for at, hash_ in enumerate(run.hashes, run.first):
                key = (run.level, at // WIDTH)
                tiles[key] = tiles.get(key, b"") + hash_
        size, frontier = grown.size, grown.frontier
    if not tiles:
        return
    table = sa.table("tiles", sa.column("level"), sa.column("index"), sa.column("hashes"))
    op.bulk_insert(
        table,
        [{"level": level, "index": at, "hashes": kept} for (level, at), kept in tiles.items()],
    )
    head = sa.table("head", sa.column("frontier"))
    connection.execute(head.update().values(frontier=b"".join(frontier)))
