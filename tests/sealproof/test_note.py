"""Signed notes and their keys: published ones, other implementations' readings, malformed ones."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from proofbundle import checkpoint as theirs

from sealproof.errors import ProofError
from sealproof.note import (
    COSIGNATURE,
    ED25519,
    MAX_BYTES,
    MAX_SIGNATURES,
    Signature,
    SignedNote,
    decimal,
    new_signer,
    parse_note,
    parse_skey,
    parse_vkey,
    unb64,
)

SUMDB = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
HEADS = {
    6476701: (
        "mb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk=",
        "Az3grsLX85Gz+s1SiTbgkuqxgItqFq7gsMUEyVnrsa9LM7Us9S+1xbFIGu95949rj4nPRYfvimWEPWL+"
        "o3GeoWwOoAw=",
    ),
    65209736: (
        "5+uGFjx6xBZG8ip1+wi77v+grwbhhukIrxEUS8PXvRo=",
        "Az3grnbssgK7ubgFX36gVETtNv0U23qxyAhAMai2QUfeGa3nB/akvkMdlUErfcZz7l/R3cVtYspg3dxX"
        "ABkGZZKdsQ8=",
    ),
}
"""Tree heads that Go's checksum database signed: size -> root, signature."""

# From the documentation of Go's package golang.org/x/mod/sumdb/note.
SKEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
LINE = (
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngo"
    "tpRZb6KE6RyyBwJnAM=\n"
)
SIGNED = f"{TEXT}\n{LINE}".encode()

# From c2sp.org/signed-note and c2sp.org/tlog-cosignature: their keys are not published.
QUASIMODO = """\
Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

\u2014 quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
"""  # noqa: E501 - as it is published
SOFA = """\
example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
\u2014 witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""  # noqa: E501


@pytest.mark.parametrize("size", HEADS)
def test_gos_checksum_database(size: int) -> None:
    root, signature = HEADS[size]
    text = f"go.sum database tree\n{size}\n{root}\n"
    raw = f"{text}\n\u2014 sum.golang.org {signature}\n"
    note = parse_note(raw.encode())
    key = parse_vkey(SUMDB)
    assert note.check([key]) == [key]
    assert (note.text, str(note), key.vkey) == (text, raw, SUMDB)
    with pytest.raises(ProofError, match="not valid"):
        parse_note(raw.replace(str(size), str(size + 1)).encode()).check([key])


def test_gos_example() -> None:
    key = parse_skey(SKEY)
    assert (key.skey, key.verifier.vkey) == (SKEY, VKEY)
    assert key.sign(TEXT).line == LINE
    assert parse_note(SIGNED).check([parse_vkey(VKEY)])
    assert SKEY.rpartition("+")[2] not in repr(key)


@pytest.mark.parametrize("raw", [QUASIMODO, SOFA])
def test_the_specifications_examples_are_read(raw: str) -> None:
    note = parse_note(raw.encode())
    assert str(note) == raw
    assert note.text == raw.rpartition("\n\n")[0] + "\n"


# What another implementation makes of ours, and ours of its


def test_ours_is_verified_by_another() -> None:
    key = new_signer("log.example/seals")
    root = base64.b64encode(bytes(32)).decode()
    text = f"{key.name}\n7\n{root}\n"
    note = SignedNote(text, (key.sign(text),))
    assert theirs.verify_checkpoint(str(note), key.verifier.vkey)["ok"] is True
    other = new_signer(key.name).verifier.vkey
    assert theirs.verify_checkpoint(str(note), other)["ok"] is False


def test_anothers_is_verified_by_ours() -> None:
    key = new_signer("log.example")
    written = theirs.sign_checkpoint("log.example", 7, bytes(range(32)), key.private, "log.example")
    assert parse_note(written.encode()).check([key.verifier])
    assert theirs.vkey(key.name, key.verifier.public) == key.verifier.vkey


# Rules of the specification


def test_a_note_may_hold_empty_lines_and_unknown_signatures() -> None:
    key, stranger = new_signer("a"), new_signer("b")
    text = "one\n\n\ntwo\n"
    note = parse_note(str(SignedNote(text, (stranger.sign(text), key.sign(text)))).encode())
    assert note.text == text
    assert note.check([key.verifier]) == [key.verifier]
    with pytest.raises(ProofError, match="no key"):
        note.check([new_signer("a").verifier])


def test_one_name_or_one_id_alone_is_another_key() -> None:
    key, text = new_signer("a"), "x\n"
    mine = key.sign(text)
    for line in (
        Signature("b", mine.key_id, mine.body),
        Signature("a", bytes(4), mine.body),
    ):
        note = parse_note(str(SignedNote(text, (line, mine))).encode())
        assert note.check([key.verifier]) == [key.verifier]


def test_a_false_signature_by_a_known_key_spoils_the_note() -> None:
    key, other, text = new_signer("a"), new_signer("b"), "x\n"
    false = Signature("a", key.verifier.id, bytes(64))
    note = SignedNote(text, (other.sign(text), false))
    with pytest.raises(ProofError, match="signature of a"):
        note.check([other.verifier, key.verifier])


def test_a_cosignature_is_no_signature_of_the_log() -> None:
    """One key may serve for both: the type tells them apart."""
    key = new_signer("a", COSIGNATURE)
    text = "x\n"
    with pytest.raises(ProofError, match="no key"):
        SignedNote(text, (key.sign(text),)).check([key.verifier])


def test_lines_are_added_once() -> None:
    key, text = new_signer("a"), "x\n"
    note = SignedNote(text, (key.sign(text),))
    more = new_signer("b").sign(text)
    assert note.plus([more, more, *note.signatures]).signatures == (*note.signatures, more)


BODY = base64.b64encode(bytes(68)).decode()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n",
        b"text\n",
        b"text\n\n",
        f"text\n\n\u2014 a {BODY}".encode(),
        f"text\n\n\u2014 a {BODY}\n\n".encode(),
        f"text\n\n- a {BODY}\n".encode(),
        f"text\n\n\u2014  {BODY}\n".encode(),
        f"text\n\n\u2014 a\u00a0b {BODY}\n".encode(),
        f"text\n\n\u2014 a+b {BODY}\n".encode(),
        f"text\n\n\u2014 a {BODY} \n".encode(),
        f"text\n\n\u2014 a {BODY}\r\n".encode(),
        f"text\n\n\u2014 a {BODY[:-4]}==\n".encode(),
        "text\n\n\u2014 a AAAAAA==\n".encode(),
        f"te\0xt\n\n\u2014 a {BODY}\n".encode(),
        f"te\txt\n\n\u2014 a {BODY}\n".encode(),
        f"text\n\n\u2014 a {BODY}\nmore\n".encode(),
        b"te\xffxt\n\n" + f"\u2014 a {BODY}\n".encode(),
        b"text\n\n" + f"\u2014 a {BODY}\n".encode() * (MAX_SIGNATURES + 1),
        b"x" * (MAX_BYTES + 1),
    ],
)
def test_what_is_no_note_is_refused(raw: bytes) -> None:
    with pytest.raises(ProofError):
        parse_note(raw)


def test_so_many_signatures_are_read() -> None:
    raw = b"text\n\n" + f"\u2014 a {BODY}\n".encode() * MAX_SIGNATURES
    assert len(parse_note(raw).signatures) == MAX_SIGNATURES >= 16


def key_text(name: str, kind: int, public: bytes) -> str:
    made = new_signer("a", kind).verifier
    raw = base64.b64encode(bytes([kind]) + public).decode()
    return f"{name}+{made.id.hex()}+{raw}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a+b",
        VKEY[:-1],
        VKEY.replace("c74f20a3", "c74f20a4"),
        VKEY.replace("c74f20a3", "C74F20A3"),
        VKEY.replace("Peter", "peter"),
        VKEY.replace("PeterNeumann", "Peter Neumann"),
        VKEY.replace("PeterNeumann", ""),
        VKEY + "AAAA",
        key_text("a", ED25519, bytes(31)),
        "a+00000000+" + base64.b64encode(b"\x02" + bytes(32)).decode(),
        "\ud800+00000000+AA==",
    ],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ProofError):
        parse_vkey(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        VKEY,
        SKEY[:-4],
        SKEY.replace("c74f20a3", "c74f20a4"),
        SKEY.replace("PRIVATE", "PUBLIC"),
        SKEY.replace("PeterNeumann", "Peter Neumann"),
    ],
)
def test_a_damaged_key_file_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(ProofError) as refused:
        parse_skey(text)
    assert "YEKFALVFGyNhPJEMzD1QIDr" not in str(refused.value)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u2003b", "a\nb"])
def test_a_key_has_a_name_without_spaces_or_plus(name: str) -> None:
    with pytest.raises(ProofError):
        new_signer(name)


@pytest.mark.parametrize("text", ["", "=", "A", "AA", "AB==", "AA==\n", "A A=", "_-==", "AA=", "é"])
def test_base64_has_one_form(text: str) -> None:
    if text == "":
        assert unb64(text) == b""
        return
    with pytest.raises(ProofError):
        unb64(text)


@pytest.mark.parametrize("text", ["", "-1", "+1", "00", "01", "1 ", "1_0", "٣", "1" * 20, "0x1"])
def test_decimals_have_one_form(text: str) -> None:
    with pytest.raises(ProofError):
        decimal(text)
    assert (decimal("0"), decimal("9" * 19)) == (0, 10**19 - 1)


@given(
    st.binary(max_size=300) | st.text(max_size=200).map(lambda one: one.encode("utf-8", "ignore"))
)
def test_arbitrary_bytes_are_a_note_or_refused(raw: bytes) -> None:
    for parse in (
        parse_note,
        lambda raw: parse_vkey(raw.decode("latin-1")),
        lambda raw: parse_skey(raw.decode("latin-1")),
    ):
        try:
            parse(raw)
        except ProofError:
            continue


@given(st.integers(0, len(SIGNED) - 1), st.integers(1, 255))
def test_a_changed_byte_is_never_signed(place: int, flip: int) -> None:
    raw = SIGNED[:place] + bytes([SIGNED[place] ^ flip]) + SIGNED[place + 1 :]
    with pytest.raises(ProofError):
        parse_note(raw).check([parse_vkey(VKEY)])
