"""Checkpoints and cosignatures, against another implementation too."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from proofbundle import checkpoint as theirs

from sealproof.checkpoint import Checkpoint, cosign, cosigned_at, parse_checkpoint, parse_text
from sealproof.errors import ProofError
from sealproof.note import COSIGNATURE, Signature, SignedNote, new_signer
from tests.sealproof.test_note import HEADS, SOFA

LOG, WITNESS = new_signer("log.example"), new_signer("witness.example", COSIGNATURE)
HEAD = Checkpoint("log.example", 7, bytes(range(32)))
AT = datetime(2026, 3, 2, 12, 0, 1, tzinfo=UTC)
ROOT = base64.b64encode(bytes(32)).decode()


def test_the_specifications_example() -> None:
    found, note = parse_checkpoint(SOFA.encode())
    assert (found.origin, found.size) == ("example.com/behind-the-sofa", 20852163)
    assert found.text == note.text
    assert int.from_bytes(note.signatures[1].body[:8], "big") == 1679315147


def test_gos_tree_heads_are_checkpoints() -> None:
    for size, (root, _) in HEADS.items():
        found = parse_text(f"go.sum database tree\n{size}\n{root}\n")
        assert (found.size, base64.b64encode(found.root).decode()) == (size, root)


def test_extension_lines_are_passed_over() -> None:
    assert parse_text(HEAD.text + "more\nand more\n") == HEAD


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n\n",
        f"a\n7\n{ROOT}",
        f"\n7\n{ROOT}\n",
        f"a\n07\n{ROOT}\n",
        f"a\n-7\n{ROOT}\n",
        f"a\n7\n{ROOT[:-4]}\n",
        f"a\n7\n{ROOT}\n\n",
        f"a\n7\n\n{ROOT}\n",
        "a\n7\nAAAA\n",
        f"a\n{10**20}\n{ROOT}\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(ProofError):
        parse_text(text)


def test_a_cosignature_tells_its_time() -> None:
    note = HEAD.signed(LOG).plus([cosign(HEAD.text, WITNESS, AT)])
    assert cosigned_at(note, WITNESS.verifier) == AT
    assert cosigned_at(note, new_signer("witness.example", COSIGNATURE).verifier) is None
    assert cosigned_at(note, LOG.verifier) is None, "a log's key is no witness's"


def test_cosignatures_of_both_implementations_agree() -> None:
    note = HEAD.signed(LOG)
    ours = str(note.plus([cosign(HEAD.text, WITNESS, AT)]))
    seconds = int(AT.timestamp())
    assert theirs.cosign_checkpoint(str(note), WITNESS.private, WITNESS.name, seconds) == ours
    assert theirs.verify_cosignature(ours, WITNESS.verifier.vkey)["ok"] is True
    assert theirs.cosign_vkey(WITNESS.name, WITNESS.verifier.public) == WITNESS.verifier.vkey
    assert theirs.verify_checkpoint(ours, LOG.verifier.vkey)["tree_size"] == HEAD.size


def forged(body: bytes) -> SignedNote:
    return HEAD.signed(LOG).plus([Signature(WITNESS.name, WITNESS.verifier.id, body)])


@pytest.mark.parametrize(
    "body",
    [
        b"x",
        bytes(72),
        b"\xff" * 72,
        cosign(HEAD.text, WITNESS, AT).body + b"\0",
        (int(AT.timestamp()) + 1).to_bytes(8, "big") + cosign(HEAD.text, WITNESS, AT).body[8:],
        cosign(HEAD.text.replace("7", "8"), WITNESS, AT).body,
        bytes(8) + WITNESS.private.sign(HEAD.text.encode()),
    ],
    ids=["short", "zero", "beyond all years", "long", "another time", "another size", "plain"],
)
def test_a_false_cosignature_spoils_the_note(body: bytes) -> None:
    with pytest.raises(ProofError, match=r"cosignature of witness\.example"):
        cosigned_at(forged(body), WITNESS.verifier)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_a_checkpoint_or_refused(raw: bytes) -> None:
    with pytest.raises(ProofError):
        parse_checkpoint(raw)
