"""Entries of a bundle that were changed, left out, moved or made up; and what they bind."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from sealproof.grades import Grade
from sealproof.leaves import canonical
from sealproof.trust import KeptCheckpoint
from tests.support.bundles import broken, check, forged, head_of, unpacked
from tests.support.chest import LOG, Chest, eventful

Make = Callable[[], Chest]


def entries_of(raw: bytes) -> list[bytes]:
    return unpacked(raw)["entries.jsonl"].splitlines()


def with_entries(raw: bytes, order: list[int], **more: bytes | None) -> bytes:
    """Only these entries, in this order, each with its own proof."""
    lines, proofs = entries_of(raw), json.loads(unpacked(raw)["proofs.json"])
    proofs["inclusion"] = [proofs["inclusion"][n] for n in order]
    changes: dict[str, bytes | None] = {
        "entries.jsonl": b"".join(lines[n] + b"\n" for n in order),
        "proofs.json": canonical(proofs),
    }
    return forged(raw, changes | more, key=LOG)


def test_the_forger_has_the_logs_key_so_only_the_entries_tell(raw: bytes) -> None:
    order = list(range(len(entries_of(raw))))
    assert check(with_entries(raw, order)).verdict.grade is Grade.WITNESSED


def test_each_entry_is_missed(raw: bytes) -> None:
    count = len(entries_of(raw))
    for gone in range(count - 1):
        order = [n for n in range(count) if n != gone]
        assert f"S1#{gone} is missing" in broken(with_entries(raw, order))


def test_every_pair_swapped_is_noticed(raw: bytes) -> None:
    count = len(entries_of(raw))
    for first in range(count):
        for second in range(first + 1, count):
            order = list(range(count))
            order[first], order[second] = second, first
            assert "missing before it" in broken(with_entries(raw, order))


def test_an_entry_twice_is_noticed(raw: bytes) -> None:
    count = len(entries_of(raw))
    assert broken(with_entries(raw, [*range(count), count - 1]))
    assert broken(with_entries(raw, [0, *range(count)]))


def test_every_tail_cut_off_is_open_and_a_receipt_shows_it(raw: bytes, chest: Chest) -> None:
    """What is left is true; that it ends there is not stated by any entry. Who was given a receipt
    for one that was cut off can prove the omission."""
    rows = list(chest.journal.entries(scope="S1"))
    _, _, note = head_of(raw)
    for length in range(1, len(rows)):
        left: dict[str, Any] = {"readings.jsonl": None, "disclosed.json": None}
        short = with_entries(raw, list(range(length)), **left)
        found = check(short)
        assert found.verdict.grade is Grade.WITNESSED
        assert found.completeness is not None
        assert found.completeness.stated is None
        assert "may have been left out" in str(found.completeness)
        gone = check(raw).entries[length]
        assert f"leaves out {gone.id}" in broken(short, kept=KeptCheckpoint(note, gone))
        assert check(raw, kept=KeptCheckpoint(note, gone)).verdict.grade is Grade.WITNESSED


def test_a_receipt_of_another_shipment_says_nothing_of_this_one(raw: bytes, chest: Chest) -> None:
    _, _, note = head_of(raw)
    other = next(iter(chest.journal.entries(scope="OTHER")))
    entry = check(raw).entries[0]
    entry = type(entry)(**{**vars(entry), "scope": other.scope})
    assert check(raw, kept=KeptCheckpoint(note, entry)).verdict.grade is Grade.WITNESSED


def test_entries_of_another_shipment_are_refused(raw: bytes, chest: Chest) -> None:
    leaf = next(iter(chest.journal.entries(scope="OTHER"))).leaf
    proofs = json.loads(unpacked(raw)["proofs.json"])
    proofs["inclusion"] = [{"index": 0, "path": _path(chest, 0)}]
    changes: dict[str, bytes | None] = {
        "entries.jsonl": leaf + b"\n",
        "proofs.json": canonical(proofs),
        "shipment.json": None,
    }
    assert "it is of OTHER" in broken(forged(raw, changes, key=LOG))


def _path(chest: Chest, index: int) -> list[str]:
    path = chest.tree().inclusion(index)
    return [base64.b64encode(one).decode() for one in path]


def test_a_leaf_that_says_something_else_is_not_in_the_tree(raw: bytes) -> None:
    lines = entries_of(raw)
    lines[-1] = lines[-1].replace(b'"rosa"', b'"ruth"').replace(b"delivered", b"all is well")
    said = broken(forged(raw, {"entries.jsonl": b"\n".join(lines) + b"\n"}, key=LOG))
    assert "S1#17: the inclusion proof leads to another root" in said


def test_a_count_that_is_wrong_is_noticed(new_chest: Make) -> None:
    """Even one that the log itself holds."""
    chest = new_chest()
    eventful(chest)
    lines = entries_of(chest.bundle())
    wrong = lines[-1].replace(b'"entries":18', b'"entries":17')
    assert wrong != lines[-1]
    said = broken(forged(chest.bundle(), {"entries.jsonl": b"\n".join([*lines[:-1], wrong, b""])}))
    assert "states 17 entries, and is number 18" in said


@pytest.mark.parametrize("line", [b"", b"{}", b"\xff", b"[" * 50_000, b'{"a":1,"a":1}'])
def test_what_is_no_leaf_ends_it(raw: bytes, line: bytes) -> None:
    lines = entries_of(raw)
    said = broken(forged(raw, {"entries.jsonl": b"\n".join([line, *lines[1:], b""])}, key=LOG))
    assert "line 1 of entries.jsonl" in said


# What the entries bind


READINGS = "readings.jsonl"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda lines: lines.pop(), "the entries bind 7"),
        (lambda lines: lines.pop(0), "not those"),
        (lambda lines: lines.append(lines[-1]), "more readings"),
        (lambda lines: lines.reverse(), "not those"),
        (lambda lines: lines.insert(0, lines.pop()), "not those"),
        (lambda lines: lines.__setitem__(0, lines[0].replace(b"26.0", b"27.0")), "not those"),
        (lambda lines: lines.__setitem__(0, lines[0].replace(b"false", b"true ")), "a reading"),
        (
            lambda lines: lines.__setitem__(0, lines[0].replace(b"native", b"nat\\u0000")),
            "zero byte",
        ),
        (lambda lines: lines.__setitem__(0, b'{"body":1}'), "members"),
        (lambda lines: lines.__setitem__(0, b"[" * 100_000), "a reading"),
    ],
)
def test_readings_are_those_that_were_stored(
    raw: bytes, change: Callable[[list[bytes]], object], what: str
) -> None:
    lines = unpacked(raw)[READINGS].splitlines()
    change(lines)
    content = b"".join(line + b"\n" for line in lines)
    assert what in broken(forged(raw, {READINGS: content}, key=LOG))


def test_readings_may_be_left_out_and_that_is_said(chest: Chest) -> None:
    verdict = check(chest.bundle(readings=False)).verdict
    assert verdict.grade is Grade.WITNESSED
    assert any("7 readings" in note for note in verdict.warnings)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"value": "luz robles"}, "not what was recorded"),
        ({"salt": "00" * 31 + "01"}, "not what was recorded"),
        ({"salt": "00"}, "32 bytes"),
        ({"place": "payload.detail"}, "not what was recorded"),
        ({"entry": "S1#99"}, "not what was recorded"),
        ({"value": 1}, "type str"),
        ({"more": 1}, "members"),
    ],
)
def test_disclosed_values_are_those_committed_to(
    raw: bytes, change: dict[str, Any], what: str
) -> None:
    disclosed = json.loads(unpacked(raw)["disclosed.json"])
    disclosed[0].update(change)
    assert what in broken(forged(raw, {"disclosed.json": canonical(disclosed)}, key=LOG))


def test_nothing_personal_is_in_a_bundle_that_does_not_disclose(chest: Chest) -> None:
    contents = unpacked(chest.bundle())
    for name, content in contents.items():
        for person in (b"Luz", b"Robles", b"rosa", b"jose", b"tester", b"Acme", b"+52 81"):
            assert person not in content, name
    assert "disclosed.json" not in contents


def test_the_declaration_is_the_one_it_was_opened_with(raw: bytes) -> None:
    content = unpacked(raw)["shipment.json"].replace(b"TX-1234", b"TX-9999")
    assert "shipment.json is not" in broken(forged(raw, {"shipment.json": content}, key=LOG))
