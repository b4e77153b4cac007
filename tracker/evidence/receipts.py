"""Receipts: whoever takes over cargo is given the proof that the handover is in the log.

If the entry is left out of a later bundle, or the log is rewritten, the receipt shows it.
"""

from __future__ import annotations

from tracker.domain.errors import NotFound
from tracker.evidence.checkpoints import newest_of, witnessed
from tracker.log.tree import Tree
from tracker.ports import EntryRow, Records
from tracker.verify.tlogproof import TlogProof


def receipt(records: Records, index: int) -> TlogProof:
    """Of the log's entry number `index`, under the newest released checkpoint that holds it.

    Raises NotFound, or Refused if no released checkpoint holds it yet.
    """
    row = _entry(records, index)
    stored = newest_of(records, index)
    note = witnessed(stored, records.attestations(size=stored.size)).note
    path = Tree(stored.size, records.tile).inclusion(index)
    return TlogProof(index, tuple(path), note, row.leaf)


def file_name(row: EntryRow) -> str:
    """`<shipment>-<seq>.tlog-proof`."""
    return f"{row.scope.replace(':', '-').replace('/', '-')}-{row.seq}.tlog-proof"


def _entry(records: Records, index: int) -> EntryRow:
    for row in records.entries(after=index - 1, limit=1):
        if row.index == index:
            return row
    raise NotFound(f"the log has no entry {index}", mend="`tracker log show` lists them")
