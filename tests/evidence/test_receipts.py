"""Receipts, of a real journal."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from proofbundle import tlogproof as theirs

from sealproof.grades import Grade
from sealproof.receipt import check_receipt
from tests.support.chest import LOG, TRUST, WITNESSES, Chest
from tracker.app.trust.receipts import file_name, receipt
from tracker.domain.errors import NotFound, Refused


def test_every_entry_has_one_that_is_verified_elsewhere_too(chest: Chest) -> None:
    keys = [key.verifier.vkey for key in WITNESSES]
    for row in chest.journal.entries():
        made = str(receipt(chest.journal, row.index))
        found = check_receipt(made.encode(), TRUST)
        assert found.verdict.grade is Grade.WITNESSED
        assert found.entry is not None
        assert found.entry.id == row.id
        other = theirs.verify_tlog_proof(
            made, row.leaf, LOG.verifier.vkey, keys, threshold=2, expected_origin="test/log"
        )
        assert other["ok"] is True
        assert other["witnesses_ok"] is True


def test_it_rests_on_the_newest_checkpoint(new_chest: Callable[[], Chest]) -> None:
    chest = new_chest()
    chest.open()
    with pytest.raises(Refused, match="no released checkpoint"):
        receipt(chest.journal, 0)
    with pytest.raises(NotFound, match="no entry 99"):
        receipt(chest.journal, 99)
    first = chest.release()
    assert receipt(chest.journal, 0).check(next(chest.journal.entries()).leaf).size == first.size
    chest.hear(1, seal={"state": "sealed", "number": "MXL1"})
    newest = chest.release()
    assert receipt(chest.journal, 0).check(next(chest.journal.entries()).leaf).size == newest.size


def test_its_file_is_named_after_the_entry(chest: Chest) -> None:
    row = list(chest.journal.entries(scope="S1"))[3]
    assert file_name(row) == "S1-3.tlog-proof"
