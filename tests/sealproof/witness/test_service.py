"""What a witness answers, in the specification's order, and what it never does."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sealproof.checkpoint import Checkpoint, cosigned_at, parse_text
from sealproof.merkle import EMPTY_ROOT, check_consistency
from sealproof.note import (
    COSIGNATURE,
    Signature,
    SignedNote,
    new_signer,
    parse_note,
    parse_signature,
)
from sealproof.policy import Party, TrustPolicy
from sealproof.witness.request import write_request
from sealproof.witness.service import SIZE, Witness, WitnessAnswer
from tests.support.small_log import ORIGIN, SmallLog
from tracker.adapters.outsiders.witness_memory import FileWitnessMemory

NOW = datetime(2026, 3, 2, 12, 0, 0, tzinfo=UTC)
KEY = new_signer("witness.example/w1", COSIGNATURE)
LOG = SmallLog(300)
ROTATED = new_signer(ORIGIN)
POLICY = TrustPolicy(logs=tuple(Party(ORIGIN, key.verifier) for key in (LOG.key, ROTATED)))


@pytest.fixture
def memory(tmp_path: Path) -> FileWitnessMemory:
    return FileWitnessMemory(tmp_path / "state")


@pytest.fixture
def witness(memory: FileWitnessMemory) -> Witness:
    return Witness(KEY, POLICY, memory, lambda: NOW)


def ask(
    witness: Witness,
    old: int,
    size: int,
    *,
    log: SmallLog = LOG,
    proof: list[bytes] | None = None,
    note: bytes | None = None,
) -> WitnessAnswer:
    proof = log.proof(old, size) if proof is None and old <= size else proof or []
    return witness.add_checkpoint(write_request(old, proof, note or log.note(size)))


def cosigned(answer: WitnessAnswer, log: SmallLog, size: int) -> datetime | None:
    """When the answer's one line says that it was cosigned, if it holds."""
    assert answer.body.endswith(b"\n")
    line = parse_signature(answer.body.decode()[:-1])
    return cosigned_at(SignedNote(log.head(size).text, (line,)), KEY.verifier)


def test_it_cosigns_what_continues(witness: Witness) -> None:
    for old, size in [(0, 1), (1, 1), (1, 2), (2, 7), (7, 300), (300, 300)]:
        answer = ask(witness, old, size)
        assert answer.status == HTTPStatus.OK, answer
        assert cosigned(answer, LOG, size) == NOW


def test_the_empty_log_can_be_cosigned_if_its_root_is_the_empty_one(witness: Witness) -> None:
    wrong = str(Checkpoint(ORIGIN, 0, bytes(32)).signed(LOG.key)).encode()
    assert ask(witness, 0, 0, note=wrong).status == HTTPStatus.CONFLICT
    assert LOG.head(0).root == EMPTY_ROOT
    assert cosigned(ask(witness, 0, 0), LOG, 0) == NOW
    assert ask(witness, 0, 0, proof=[bytes(32)]).status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert ask(witness, 0, 5).status == HTTPStatus.OK


def test_an_unknown_origin(witness: Witness) -> None:
    other = SmallLog(3, key=new_signer("log.example/other"))
    assert ask(witness, 0, 3, log=other).status == HTTPStatus.NOT_FOUND


def test_without_a_trusted_signature(witness: Witness) -> None:
    forged = LOG.fork(0, 3)
    forged.key = new_signer(ORIGIN)
    assert ask(witness, 0, 3, log=forged).status == HTTPStatus.FORBIDDEN
    note = parse_note(LOG.note(3))
    (line,) = note.signatures
    broken = SignedNote(note.text, (Signature(line.name, line.key_id, bytes(64)),))
    assert ask(witness, 0, 3, note=str(broken).encode()).status == HTTPStatus.FORBIDDEN


def test_signatures_of_others_do_not_matter(witness: Witness) -> None:
    note = parse_note(LOG.note(3)).plus([new_signer("somebody").sign("else\n")])
    assert ask(witness, 0, 3, note=str(note).encode()).status == HTTPStatus.OK


def test_any_of_a_log_s_keys_will_do(witness: Witness) -> None:
    after = SmallLog(key=ROTATED, entries=LOG.entries)
    assert ask(witness, 0, 3).status == HTTPStatus.OK
    assert ask(witness, 3, 8, log=after).status == HTTPStatus.OK


def test_the_signature_is_looked_at_before_the_sizes(witness: Witness) -> None:
    forged = SmallLog(3)
    assert ask(witness, 5, 3, log=forged).status == HTTPStatus.FORBIDDEN
    assert ask(witness, 5, 3).status == HTTPStatus.BAD_REQUEST


def test_malformed(witness: Witness) -> None:
    assert witness.add_checkpoint(b"old 1\n").status == HTTPStatus.BAD_REQUEST


def test_another_old_size_is_told_the_right_one(witness: Witness) -> None:
    answer = ask(witness, 3, 8)
    assert (answer.status, answer.body, answer.kind) == (HTTPStatus.CONFLICT, b"0\n", SIZE)
    ask(witness, 0, 20)
    for old, size in [(0, 8), (0, 20), (19, 30), (21, 30), (3, 8)]:
        answer = ask(witness, old, size)
        assert (answer.status, answer.body, answer.kind) == (HTTPStatus.CONFLICT, b"20\n", SIZE)


def test_another_root_for_one_size_is_kept_as_evidence(
    witness: Witness, memory: FileWitnessMemory, tmp_path: Path
) -> None:
    ask(witness, 0, 20)
    fork = LOG.fork(19, 20)
    for _ in range(3):
        answer = ask(witness, 20, 20, log=fork)
        assert answer.status == HTTPStatus.CONFLICT
        assert answer.kind != SIZE
    (line,) = (tmp_path / "state.evidence").read_text().splitlines()
    for note in (LOG.note(20), fork.note(20)):
        assert note.decode().splitlines()[2] in line
    assert cosigned(ask(witness, 20, 21), LOG, 21) == NOW


def test_a_fork_is_kept_as_evidence(witness: Witness, tmp_path: Path) -> None:
    ask(witness, 0, 20)
    for fork in (LOG.fork(19, 25), LOG.fork(0, 25)):
        assert ask(witness, 20, 25, log=fork).status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert len((tmp_path / "state.evidence").read_text().splitlines()) == 2
    assert ask(witness, 20, 25).status == HTTPStatus.OK


@pytest.mark.parametrize("change", ["none", "less", "more", "other", "swapped"])
def test_a_proof_that_is_not_right(witness: Witness, change: str) -> None:
    ask(witness, 0, 21)
    proof = LOG.proof(21, 100)
    proof = {
        "none": [],
        "less": proof[:-1],
        "more": [*proof, bytes(32)],
        "other": [*proof[:-1], bytes(32)],
        "swapped": proof[::-1],
    }[change]
    assert ask(witness, 21, 100, proof=proof).status == HTTPStatus.UNPROCESSABLE_ENTITY


def test_nothing_is_proved_from_nothing(witness: Witness) -> None:
    assert ask(witness, 0, 5, proof=[bytes(32)]).status == HTTPStatus.UNPROCESSABLE_ENTITY
    ask(witness, 0, 5)
    assert ask(witness, 5, 5, proof=[bytes(32)]).status == HTTPStatus.UNPROCESSABLE_ENTITY


class Failing(FileWitnessMemory):
    """Keeps or does not keep, and then fails."""

    fail: str = ""

    def keep(self, note: SignedNote) -> None:
        if self.fail != "before":
            super().keep(note)
        if self.fail:
            raise OSError(28, "No space left on device")


@pytest.mark.parametrize("fail", ["before", "after"])
def test_a_checkpoint_that_could_not_be_kept_is_not_cosigned(tmp_path: Path, fail: str) -> None:
    memory = Failing(tmp_path / "state")
    witness = Witness(KEY, POLICY, memory, lambda: NOW)
    ask(witness, 0, 20)
    memory.fail = fail
    with pytest.raises(OSError, match="No space"):
        ask(witness, 20, 30)
    memory.fail = ""
    again = Witness(KEY, POLICY, FileWitnessMemory(tmp_path / "state"), lambda: NOW)
    for each in (witness, again):
        kept = 30 if fail == "after" else 20
        assert ask(each, 10, 30).body == b"%d\n" % kept
        fork = ask(each, kept, 30, log=LOG.fork(15, 30), proof=LOG.proof(kept, 30))
        assert fork.status in (HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)
        assert ask(each, kept, 30).status == HTTPStatus.OK


class Course(RuleBasedStateMachine):
    """A log with the true key that tries any course: what is cosigned is one course."""

    def __init__(self) -> None:
        super().__init__()
        self.logs = [SmallLog(40), SmallLog(40).fork(17, 40)]
        for log in self.logs:
            log.key = LOG.key
        self.notes: dict[str, SignedNote] = {}
        self.witness = Witness(KEY, POLICY, self, lambda: NOW)
        self.cosigned: list[Checkpoint] = []

    # The memory, which is restarted from what it kept at any time

    def known(self, origin: str) -> SignedNote | None:
        return self.notes.get(origin)

    def keep(self, note: SignedNote) -> None:
        self.notes[ORIGIN] = note

    def accuse(self, *_: object) -> None:
        assert self.cosigned

    @rule(old=st.integers(0, 40), size=st.integers(0, 40), which=st.integers(0, 1))
    def ask(self, old: int, size: int, which: int) -> None:
        self._ask(old, size, self.logs[which])

    @rule(size=st.integers(0, 40), which=st.integers(0, 1))
    @precondition(lambda self: self.cosigned)
    def go_on(self, size: int, which: int) -> None:
        self._ask(self.cosigned[-1].size, size, self.logs[which])

    @rule(size=st.integers(1, 40), proof=st.lists(st.sampled_from([bytes(32), b"x" * 32])))
    @precondition(lambda self: self.cosigned)
    def make_up(self, size: int, proof: list[bytes]) -> None:
        self._ask(self.cosigned[-1].size, size, self.logs[1], proof)

    def _ask(self, old: int, size: int, log: SmallLog, proof: list[bytes] | None = None) -> None:
        answer = ask(self.witness, old, size, log=log, proof=proof)
        if answer.status == HTTPStatus.OK:
            self.cosigned.append(log.head(size))

    @invariant()
    def what_is_cosigned_is_kept(self) -> None:
        if self.cosigned:
            assert parse_text(self.notes[ORIGIN].text) == self.cosigned[-1]

    def teardown(self) -> None:
        roots = {one.size: one.root for one in self.cosigned}
        assert all(roots[one.size] == one.root for one in self.cosigned)
        assert [one.size for one in self.cosigned] == sorted(one.size for one in self.cosigned)
        for log in self.logs:
            if self.cosigned and log.head(self.cosigned[-1].size) == self.cosigned[-1]:
                sizes = [one.size for one in self.cosigned if one.size]
                for old, new in itertools.pairwise(sizes):
                    check_consistency(old, new, roots[old], roots[new], log.proof(old, new))
                return
        assert not self.cosigned, "what is cosigned is no log's one course"


TestCourse = Course.TestCase
TestCourse.settings = settings(max_examples=60, stateful_step_count=12)


@given(st.binary(max_size=200))
@settings(max_examples=50)
def test_arbitrary_bytes_are_answered(raw: bytes) -> None:
    witness = Witness(KEY, POLICY, Course(), lambda: NOW)
    assert witness.add_checkpoint(raw).status == HTTPStatus.BAD_REQUEST
