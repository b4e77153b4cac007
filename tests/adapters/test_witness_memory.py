"""What a witness remembers outlives it, and is never taken for empty when it is not whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sealproof.note import SignedNote, new_signer, parse_note, parse_vkey
from tests.support.small_log import SmallLog
from tests.support.works import at
from tracker.adapters.keys import witness_key
from tracker.adapters.outsiders.witness_memory import MAX_EVIDENCE_BYTES, opened
from tracker.domain.errors import ServiceUnreachable, UsageError

LOG = SmallLog(30)
OTHER = SmallLog(30, key=new_signer("log.example/other"))


def note(log: SmallLog, size: int) -> SignedNote:
    return parse_note(log.note(size))


def test_it_keeps_the_newest_of_each_log(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with opened(state) as memory:
        assert memory.known(LOG.key.name) is None
        for kept in (note(LOG, 3), note(OTHER, 5), note(LOG, 9)):
            memory.keep(kept)
    with opened(state) as memory:
        assert memory.known(LOG.key.name) == note(LOG, 9)
        assert memory.known(OTHER.key.name) == note(OTHER, 5)
    assert [json.loads(line) for line in state.read_text().splitlines()] == [
        str(note(LOG, 9)),
        str(note(OTHER, 5)),
    ]


def test_one_witness_at_a_time(tmp_path: Path) -> None:
    with opened(tmp_path / "state"), pytest.raises(ServiceUnreachable, match="another witness"):
        opened(tmp_path / "state").__enter__()
    with opened(tmp_path / "state"):
        pass


@pytest.mark.parametrize("damage", ["cut", "no note", "not JSON", "another type", "not ASCII"])
def test_a_damaged_state_is_not_an_empty_one(tmp_path: Path, damage: str) -> None:
    state = tmp_path / "state"
    with opened(state) as memory:
        memory.keep(note(LOG, 3))
    whole = state.read_bytes()
    state.write_bytes(
        {
            "cut": whole[:-9],
            "no note": b'"a text"\n',
            "not JSON": b"[\n",
            "another type": b"17\n",
            "not ASCII": b"\xff" + whole,
        }[damage]
    )
    with pytest.raises(UsageError, match="state") as refused, opened(state):
        pass
    assert "make a new key" in refused.value.mend


def test_a_write_cut_short_leaves_the_old_state(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with opened(state) as memory:
        memory.keep(note(LOG, 3))
    (tmp_path / "state.new").write_text('"half of a')
    with opened(state) as memory:
        assert memory.known(LOG.key.name) == note(LOG, 3)
        memory.keep(note(LOG, 4))
    with opened(state) as memory:
        assert memory.known(LOG.key.name) == note(LOG, 4)


def test_a_failed_write_is_not_remembered(tmp_path: Path) -> None:
    with opened(tmp_path / "state") as memory:
        memory.keep(note(LOG, 3))
        (tmp_path / "state.new").mkdir()
        with pytest.raises(OSError, match="directory"):
            memory.keep(note(LOG, 4))
        assert memory.known(LOG.key.name) == note(LOG, 3)


def test_evidence_is_kept_once_and_not_without_end(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "state.evidence"
    fork = note(LOG.fork(2, 9), 9)
    for _ in range(2):
        with opened(tmp_path / "state") as memory:
            memory.accuse("another root", note(LOG, 9), fork, at(0))
            memory.accuse("another root", note(LOG, 9), fork.plus(note(OTHER, 1).signatures), at(1))
    (line,) = file.read_text().splitlines()
    said = json.loads(line)
    assert (said["known_note"], said["given_note"]) == (str(note(LOG, 9)), str(fork))
    assert said["at"] == at(0).isoformat()
    with file.open("a") as more:
        more.write(line[:-1] + " " * MAX_EVIDENCE_BYTES + "}\n")
    with opened(tmp_path / "state") as memory:
        memory.accuse("a fork", None, note(LOG, 2), at(2))
    assert file.read_text().count("\n") == 2
    assert "is full" in caplog.text


def test_a_key_is_its_owners_alone_and_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "witness.key"
    made = witness_key.make(file, "witness.example/w1")
    assert file.stat().st_mode & 0o777 == 0o600
    assert witness_key.read(file).skey == made.skey
    assert parse_vkey(made.verifier.vkey) == made.verifier
    with pytest.raises(UsageError, match="exists"):
        witness_key.make(file, "witness.example/w1")
    file.chmod(0o640)
    with pytest.raises(UsageError, match="open to others"):
        witness_key.read(file)


@pytest.mark.parametrize("text", ["", "PRIVATE+KEY+a+b+c", new_signer("a/log").skey])
def test_what_is_no_witness_s_key(tmp_path: Path, text: str) -> None:
    file = tmp_path / "witness.key"
    file.touch(0o600)
    file.write_text(text)
    with pytest.raises(UsageError) as refused:
        witness_key.read(file)
    assert text == "" or text not in str(refused.value)


def test_a_name_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="name"):
        witness_key.make(tmp_path / "key", "two words")
    assert list(tmp_path.iterdir()) == []
