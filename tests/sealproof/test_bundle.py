"""What a bundle proves: its grade, when it was, and what belongs to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from sealproof.checkpoint import parse_checkpoint
from sealproof.grades import Grade
from sealproof.leaves import canonical
from sealproof.note import new_signer
from sealproof.policy import parse_policy
from sealproof.tlogproof import TlogProof
from sealproof.trust import KeptCheckpoint, Trust
from tests.support.bundles import broken, check, forged, head_of, packed, unpacked
from tests.support.chest import LOG, ORIGIN, WITNESSES, Chest, at, handed_out

ONLY_THE_LOG = Trust(parse_policy(f"log {LOG.verifier.vkey}\nquorum none\n"))
Make = Callable[[], Chest]


def test_a_good_bundle_is_witnessed_and_says_by_whom(raw: bytes, chest: Chest) -> None:
    found = check(raw)
    assert found.verdict.grade is Grade.WITNESSED
    assert (found.origin, found.shipment) == (ORIGIN, "S1")
    assert [entry.said for entry in found.entries] == [
        json.loads(row.leaf) for row in chest.journal.entries(scope="S1")
    ]
    assert "cosigned by w1" in found.verdict.rests_on[0]
    assert "cosigned by w2" in found.verdict.rests_on[0]
    held = head_of(raw)[1].size - 1 - found.entries[-1].index
    (warning,) = found.verdict.warnings  # other shipments' entries came after its last one
    assert held > 0
    assert f"the log held {held} more" in warning
    assert found.verdict.checked["cosignatures"] == 4
    assert found.readings == len(list(chest.journal.readings(shipment="S1")))
    assert {one.value for one in found.disclosed} == {"tester", "ana", "jose", "rosa", "Luz Robles"}


def test_it_is_closed_by_the_count_of_its_last_entry(raw: bytes) -> None:
    found = check(raw).completeness
    assert found is not None
    assert (found.closed, found.after) == (True, 0)


@pytest.mark.parametrize(
    ("lines", "grade"),
    [
        ("quorum none", Grade.CONSISTENT),
        (f"witness w1 {WITNESSES[0].verifier.vkey}\nquorum w1", Grade.WITNESSED),
        (f"witness w1 {WITNESSES[0].verifier.vkey}\nquorum none", Grade.ANCHORED),
        (f"witness w3 {WITNESSES[2].verifier.vkey}\nquorum w3", Grade.CONSISTENT),
        (
            "".join(f"witness w{n} {WITNESSES[n].verifier.vkey}\n" for n in range(3))
            + "group all all w0 w1 w2\nquorum all",
            Grade.ANCHORED,
        ),
    ],
)
def test_the_grade_is_as_the_verifier_trusts(raw: bytes, lines: str, grade: Grade) -> None:
    trust = Trust(parse_policy(f"log {LOG.verifier.vkey}\n{lines}"))
    assert check(raw, trust).verdict.grade is grade


def test_without_a_policy_nobody_is_trusted(raw: bytes) -> None:
    verdict = check(raw, Trust()).verdict
    assert verdict.grade is Grade.CONSISTENT
    assert "no policy" in verdict.warnings[0]
    assert verdict.rests_on == ()


def test_a_checkpoint_that_was_kept_anchors(raw: bytes, chest: Chest) -> None:
    _, _, note = head_of(raw)
    verdict = check(raw, ONLY_THE_LOG, KeptCheckpoint(note)).verdict
    assert verdict.grade is Grade.ANCHORED
    assert "you kept" in verdict.rests_on[0]
    early = parse_checkpoint(chest.journal.checkpoints()[0].note)[1]
    verdict = check(raw, ONLY_THE_LOG, KeptCheckpoint(early)).verdict
    assert verdict.grade is Grade.CONSISTENT, "it holds no entry of the shipment"
    middle = parse_checkpoint(chest.journal.checkpoints()[2].note)[1]
    verdict = check(raw, ONLY_THE_LOG, KeptCheckpoint(middle)).verdict
    assert verdict.grade is Grade.CONSISTENT
    assert "before index 20 of the log are ANCHORED" in verdict.warnings[0]


def test_what_came_after_the_last_cosignature_is_only_consistent(new_chest: Make) -> None:
    """An earlier anchor does not vouch for later entries."""
    chest = new_chest()
    chest.open()
    chest.cosign(chest.release(), 1, 2)
    chest.hear(1, seal={"state": "sealed", "number": "MXL1"})
    chest.release()
    assert check(chest.bundle()).verdict.grade is Grade.CONSISTENT


def test_one_that_was_handed_out_on_the_way_says_so(small: bytes) -> None:
    found = check(small)
    assert found.verdict.grade is Grade.WITNESSED
    assert found.completeness is not None
    assert found.completeness.closed is False
    assert "handed out" in str(found.completeness)


def test_an_end_that_was_left_out_is_never_called_complete(new_chest: Make) -> None:
    """Cut at an earlier entry that states the count, and proved against the newest checkpoint."""
    chest = new_chest()
    chest.open()
    chest.hear(1)
    handed_out(chest)
    count, size = len(list(chest.journal.entries(scope="S1"))), chest.journal.head().size
    for minute in range(2, 30):
        chest.hear(minute, north_km=minute * 0.5, seal={"state": "sealed", "number": "MXL1"})
    handed_out(chest)
    chest.cosign(chest.release(), 1, 2)
    whole = chest.bundle()
    honest = check(whole)
    assert (honest.verdict.warnings, honest.verdict.grade) == ((), Grade.WITNESSED)
    assert "more" not in str(honest.completeness)

    files = unpacked(whole)
    proofs = json.loads(files["proofs.json"])
    proofs["inclusion"] = proofs["inclusion"][:count]
    changed: dict[str, bytes | None] = {
        "entries.jsonl": b"".join(files["entries.jsonl"].splitlines(keepends=True)[:count]),
        "proofs.json": canonical(proofs),
        "readings.jsonl": None,
    }
    cut = check(forged(whole, changed, key=LOG))
    assert cut.verdict.grade is Grade.WITNESSED
    more = head_of(whole)[1].size - size
    assert more > 0
    (warning,) = [text for text in cut.verdict.warnings if text.startswith("complete as of")]
    assert warning.startswith(f"complete as of {count} entries at ")
    assert f"the log held {more} more" in warning
    assert warning in str(cut.completeness)


# Times


@pytest.mark.parametrize(("days", "what"), [(1, "post-dated"), (-1, "back-dated")])
def test_a_clock_a_day_wrong_is_flagged(new_chest: Make, days: int, what: str) -> None:
    """The tracker's clock, seen from the witnesses'."""
    chest = new_chest()
    chest.open("OTHER", "X1")
    wrong = timedelta(days=days)
    chest.cosign(chest.release(), 1, when=at(0) - wrong)
    chest.open()
    chest.hear(1)
    chest.cosign(chest.release(), 1, 2, when=at(2) - wrong)
    verdict = check(chest.bundle()).verdict
    assert verdict.grade is Grade.WITNESSED, "a wrong time is flagged, not refused"
    assert [note for note in verdict.warnings if note.startswith(what)]
    assert verdict.exit_code_for(Grade.CONSISTENT) == 3


def test_minutes_between_clocks_are_not_flagged(new_chest: Make) -> None:
    chest = new_chest()
    chest.open("OTHER", "X1")
    chest.cosign(chest.release(), 1, when=at(4))
    chest.open()
    chest.cosign(chest.release(), 1, 2, when=at(5))
    assert check(chest.bundle()).verdict.warnings == ()


# The bundle as a whole


def test_the_report_is_the_operators_by_its_signature(raw: bytes) -> None:
    changed: dict[str, bytes | None] = {"report.html": b"<p>All was well.</p>"}
    assert "bundle.note is of another bundle" in broken(forged(raw, changed))
    stripped = check(forged(raw, {**changed, "bundle.note": None})).verdict
    assert stripped.grade is Grade.WITNESSED
    assert any("report.html may be anybody's" in note for note in stripped.warnings)
    assert "bundle.note: no key" in broken(forged(raw, changed, key=new_signer(ORIGIN)))


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"extra.txt": b"x"}, "no file of a bundle"),
        ({"checkpoints/026.note": b"x"}, "no file of a bundle"),
        ({"checkpoints/99.note": b"x"}, "not a signed note"),
        ({"timestamps/99.tsa.tsr": b"x"}, "has no checkpoint"),
        ({"entries.jsonl": None}, "entries.jsonl is missing"),
        ({"proofs.json": None}, "proofs.json is missing"),
        ({"entries.jsonl": b""}, "0 entries"),
        ({"manifest.json": b"{}"}, "members"),
        ({"manifest.json": b""}, "manifest.json"),
        ({"manifest.json": b"[" * 100_000}, "manifest.json"),
        ({"proofs.json": b'{"size":1e999}'}, "not an integer"),
        ({"bundle.note": b"x"}, "not a signed note"),
        ({"disclosed.json": b"{}"}, "type list"),
    ],
)
def test_what_is_no_bundle_is_refused(
    raw: bytes, changes: dict[str, bytes | None], what: str
) -> None:
    assert what in broken(forged(raw, changes))


def test_the_manifest_lists_what_is_there(raw: bytes) -> None:
    contents = unpacked(raw)
    manifest = json.loads(contents["manifest.json"])
    for change, what in (
        ({"files": {**manifest["files"], "readings.jsonl": "00" * 32}}, "is not the file"),
        ({"files": {**manifest["files"], "gone.txt": "00" * 32}}, "and missing"),
        ({"files": {k: v for k, v in manifest["files"].items() if k != "report.html"}}, "not in"),
        ({"format": "tracker-bundle/2"}, "format"),
        ({"origin": "another.example"}, "it is of the log test/log"),
        ({"shipment": "S2"}, "it is of S1"),
        ({"shipment": "a\nb"}, "one line"),
        ({"more": 1}, "members"),
    ):
        changed = {**contents, "manifest.json": canonical({**manifest, **change})}
        assert what in broken(packed(changed))


def test_a_receipt_of_ours_is_read(chest: Chest) -> None:
    """`TlogProof` and `KeptCheckpoint` agree about what a receipt is."""
    from tracker.app.trust.receipts import receipt

    row = list(chest.journal.entries(scope="S1"))[3]
    made = receipt(chest.journal, row.index)
    assert isinstance(made, TlogProof)
    assert made.check(row.leaf).size == 26
