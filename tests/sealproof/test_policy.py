"""Policies: the specification's example, its limits, and who makes a quorum."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealproof.errors import ProofError
from sealproof.note import COSIGNATURE, new_signer
from sealproof.policy import NONE, parse_policy

LOG = new_signer("log.example").verifier.vkey
STRANGER = new_signer("log.example").verifier.vkey
KEYS = [new_signer(f"witness.example/{n}", COSIGNATURE).verifier.vkey for n in range(32)]

# c2sp.org/tlog-policy, "Example policy", with keys.
EXAMPLE = f"""\
log {LOG}

witness X1 {KEYS[0]}
witness X2 {KEYS[1]} https://x2.example/
witness X3 {KEYS[2]}
group X-witnesses 2 X1 X2 X3

witness Y1 {KEYS[3]}
\twitness  Y2\t{KEYS[4]}
  # a comment
witness Y3 {KEYS[5]}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""
NAMES = ["X1", "X2", "X3", "Y1", "Y2", "Y3"]


def test_the_specifications_example() -> None:
    policy = parse_policy(EXAMPLE)
    assert list(policy.witnesses) == NAMES
    assert policy.witnesses["X2"].url == "https://x2.example/"
    assert [key.vkey for key in policy.keys("log.example")] == [LOG]
    assert policy.keys("another.example") == []


@given(st.sets(st.sampled_from([*NAMES, "stranger", "X-witnesses"])))
def test_two_of_x_and_any_of_y(cosigned: set[str]) -> None:
    wanted = len(cosigned & {"X1", "X2", "X3"}) >= 2 and bool(cosigned & {"Y1", "Y2", "Y3"})
    assert parse_policy(EXAMPLE).reached(cosigned) == wanted


def test_no_quorum_is_never_reached() -> None:
    policy = parse_policy(f"log {LOG}\nwitness w {KEYS[0]}\nquorum none\n")
    assert policy.quorum == NONE
    assert not policy.reached(["w", "none"])


def test_as_many_as_the_specification_recommends() -> None:
    lines = [f"log {new_signer(f'log.example/{n}').verifier.vkey}" for n in range(32)]
    lines += [f"witness w{n} {key}" for n, key in enumerate(KEYS)]
    lines += [f"group g{n} all w{n}" for n in range(32)]
    lines += ["group top 17 " + " ".join(f"g{n}" for n in range(32)), "quorum top"]
    policy = parse_policy("\n".join(lines))
    assert not policy.reached(f"w{n}" for n in range(16))
    assert policy.reached(f"w{n}" for n in range(17))


def test_deep_groups_end() -> None:
    lines = [f"witness w {KEYS[0]}", "group g0 all w"]
    lines += [f"group g{n} all g{n - 1}" for n in range(1, 400)]
    assert parse_policy("\n".join([*lines, "quorum g399"])).reached(["w"])


def test_an_authority_is_a_name_a_file_and_an_address() -> None:
    (found,) = parse_policy("tsa t tsa.pem https://tsa.example\nquorum none").authorities
    assert (found.name, found.certificate, found.url) == ("t", "tsa.pem", "https://tsa.example")


@pytest.mark.parametrize(
    "line",
    [
        "lag x",
        "log",
        f"log {KEYS[0]}",
        f"log {LOG} https://x more",
        f"log {LOG}",
        f"witness x {LOG}",
        f"witness w {KEYS[1]}",
        f"witness again {KEYS[0]}",
        f"witness none {KEYS[1]}",
        "group g all",
        "group g all x",
        "group g 0 w",
        "group g 2 w",
        "group g -1 w",
        "group g \u0663 w",
        "group g 1" + "0" * 5_000 + " w",
        "group w any w",
        "group g any w w",
        "group g any none",
        "quorum x",
        "quorum",
        "quorum w",
        "tsa x",
        "unseen",
        "unseen -1",
        "unseen 07",
        f"valid {LOG}",
        f"valid {LOG} 5",
        f"valid {LOG} -5",
        f"valid {LOG} 5-4",
        f"valid {LOG} 05-6",
        f"valid {LOG} 1-2-3",
        f"valid {KEYS[0]} 0-5",
        f"valid {STRANGER} 0-5",
    ],
)
def test_a_wrong_line_is_named(line: str) -> None:
    good = f"log {LOG}\nwitness w {KEYS[0]}\nquorum none\n"
    assert parse_policy(good)
    with pytest.raises(ProofError, match="line 4 of the policy"):
        parse_policy(good + line)


def test_a_policy_has_a_quorum() -> None:
    with pytest.raises(ProofError, match="quorum none"):
        parse_policy(f"log {LOG}\n")


@given(
    st.text(max_size=200) | st.lists(st.sampled_from(EXAMPLE.split()), max_size=20).map(" ".join)
)
def test_arbitrary_text_is_a_policy_or_refused(text: str) -> None:
    try:
        parse_policy(text)
    except ProofError:
        return


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_editors_write_counts_for_nothing(mark: str, end: str) -> None:
    assert parse_policy(mark + EXAMPLE.replace("\n", end)) == parse_policy(EXAMPLE)


@pytest.mark.parametrize("kind", [0, 2, 3, 5, 6, 255])
def test_a_key_of_an_unknown_type_silences_its_signer_alone(kind: int) -> None:
    raw = base64.b64encode(bytes([kind]) + bytes(1_312)).decode()
    lines = [
        f"log {LOG}",
        f"log log.example+01020304+{raw}",
        f"witness old {KEYS[0]}",
        f"witness new new.example+01020304+{raw} https://new.example",
        "group both all old new",
        "group one any both",
        "quorum one",
    ]
    policy = parse_policy("\n".join(lines))
    assert [key.vkey for key in policy.keys("log.example")] == [LOG]
    assert list(policy.witnesses) == ["old"]
    assert not policy.reached(["old"])  # as strict as it was written
    assert [text.partition(" of")[0] for text in policy.unknown] == ["line 2", "line 4"]
    either = "\n".join([*lines[:4], "group either any old new", "quorum either"])
    assert parse_policy(either).reached(["old"])
    assert not parse_policy(either).reached([])
    with pytest.raises(ProofError, match="line 5"):
        parse_policy("\n".join([*lines[:4], f"witness new {KEYS[1]}", "quorum none"]))


@pytest.mark.parametrize("log_first", [True, False])
def test_a_log_is_no_witness_of_its_own(log_first: bool) -> None:
    key = new_signer("log.example")
    same = replace(key.verifier, name="witness.example", kind=COSIGNATURE)
    lines = [f"log {key.verifier.vkey}", f"witness w {same.vkey}"]
    text = "\n".join([*(lines if log_first else reversed(lines)), "quorum w", ""])
    with pytest.raises(ProofError, match=r"line 2 .* has the key that"):
        parse_policy(text)


def test_a_key_signs_from_size_to_size() -> None:
    lines = [f"log {LOG}", f"log {STRANGER}", f"valid {LOG} 0-12", f"valid {STRANGER} 13-"]
    policy = parse_policy("\n".join([*lines, "quorum none"]))
    for size, vkeys in ((0, [LOG]), (12, [LOG]), (13, [STRANGER]), (10**9, [STRANGER])):
        assert [key.vkey for key in policy.keys("log.example", size)] == vkeys
    assert [key.vkey for key in policy.keys("log.example")] == [LOG, STRANGER]
    with pytest.raises(ProofError, match=r"line 5 .* already"):
        parse_policy("\n".join([*lines, f"valid {LOG} 0-13", "quorum none"]))
