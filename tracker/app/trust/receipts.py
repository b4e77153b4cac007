"""Receipts: whoever takes over cargo is given the proof that the handover is in the log.

If the entry is left out of a later bundle, or the log is rewritten, the receipt shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sealproof.tlogproof import TlogProof
from tracker.domain.errors import NotFound
from tracker.domain.finding import Finding, FindingType
from tracker.evidence.checkpoints import newest_of, witnessed
from tracker.log.tree import Tree
from tracker.ports import EntryRow, Records

WITH_RECEIPT = {FindingType.CUSTODY_ACCEPTED, FindingType.SHIPMENT_CLOSED}


def due(records: Records, findings: Iterable[Finding]) -> Iterator[tuple[str, str]]:
    """Of each handover and delivery among these findings, a receipt for the parties to keep: the
    name of its file and its text. It proves the entry to whoever doubts it later.
    """
    told = {(one.scope, one.type.value) for one in findings if one.type in WITH_RECEIPT}
    for scope, type_ in sorted(told):
        row = [one for one in records.entries(scope=scope) if one.type == type_][-1]
        yield file_name(row), str(receipt(records, row.index))


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
