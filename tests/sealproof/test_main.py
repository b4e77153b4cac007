"""`tracker-verify`: what it prints, how it ends, and what it refuses to believe."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sealproof.checkpoint import Checkpoint
from sealproof.grades import Grade, Verdict
from sealproof.main import main
from sealproof.note import new_signer
from tests.conftest import ROOT
from tests.support.bundles import forged, unpacked
from tests.support.chest import LOG, POLICY, TRUST, Chest
from tests.support.tsa import EC, TsaRoot
from tracker.app.trust.receipts import receipt


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raw: bytes) -> Path:
    """The current one, with the bundle and a policy in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bundle.zip").write_bytes(raw)
    (tmp_path / "policy.txt").write_text(POLICY)
    return tmp_path


Out = pytest.CaptureFixture[str]


def test_a_good_bundle(folder: Path, capsys: Out) -> None:
    assert main(["bundle.zip", "--policy", "policy.txt"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("WITNESSED: ")
    assert "shipment S1 of the log test/log" in out
    assert "SEALED -> OPEN_UNAUTHORISED, number MXL1: opened while moving" in out
    assert "accepted: acme -> transfer, seal MX9" in out
    assert "critical seal_opened, closed" in out
    assert "nothing heard for 3060 s" in out
    assert "states 18 entries, and all of them are here" in out
    assert "what was never recorded cannot be shown missing" in out


def test_as_json(folder: Path, capsys: Out) -> None:
    assert main(["bundle.zip", "--policy", "policy.txt", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["grade"], found["shipment"], found["closed"]) == ("WITNESSED", "S1", True)
    assert found["faults"] == []
    assert found["checked"]["entries"] == 18


def test_what_is_broken_is_not_retold(folder: Path, capsys: Out, raw: bytes) -> None:
    (folder / "bundle.zip").write_bytes(forged(raw, {"report.html": b""}))
    assert main(["bundle.zip", "--policy", "policy.txt"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("BROKEN: ")
    assert "fault: bundle.note is of another bundle" in out
    assert "SEALED" not in out
    assert main(["bundle.zip", "--policy", "policy.txt", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert "shipment" not in found
    assert found["faults"][0]["index"] is None


def test_without_a_policy(folder: Path, capsys: Out) -> None:
    assert main(["bundle.zip"]) == 3
    out = capsys.readouterr().out
    assert out.startswith("CONSISTENT: ")
    assert "no policy was given" in out
    assert out.endswith("not proved: ANCHORED is required, and it is CONSISTENT\n")
    assert main(["bundle.zip", "--json"]) == 3
    assert main(["bundle.zip", "--require", "CONSISTENT"]) == 0


@pytest.mark.parametrize(
    ("quorum", "required", "code"),
    [
        ("any w1 w2 w3", "WITNESSED", 0),
        ("any w1 w2 w3", "CONSISTENT", 0),
        (None, "WITNESSED", 3),
        (None, "ANCHORED", 0),
    ],
)
def test_what_is_required(
    folder: Path, capsys: Out, quorum: str | None, required: str, code: int
) -> None:
    parties = [line for line in POLICY.splitlines() if line.startswith(("log ", "witness "))]
    last = ["quorum none"] if quorum is None else [f"group g {quorum}", "quorum g"]
    (folder / "policy.txt").write_text("\n".join([*parties, *last]))
    assert main(["bundle.zip", "--policy", "policy.txt", "--require", required]) == code
    assert ("not proved" in capsys.readouterr().out) == (code != 0)


def test_a_doubt_is_not_proof() -> None:
    doubted = Verdict(Grade.WITNESSED, warnings=("back-dated",), doubts=("back-dated",))
    assert doubted.exit_code_for(Grade.CONSISTENT) == 3
    assert Verdict(Grade.WITNESSED, warnings=("unsigned",)).exit_code_for(Grade.WITNESSED) == 0
    assert Verdict(Grade.BROKEN, doubts=("back-dated",)).exit_code_for(Grade.CONSISTENT) == 1


def test_a_strangers_text_does_not_steer_the_terminal(
    folder: Path, capsys: Out, raw: bytes
) -> None:
    name = "\x1b[2J\u202egood"
    manifest = json.loads(unpacked(raw)["manifest.json"]) | {"origin": name}
    from sealproof.leaves import canonical

    (folder / "bundle.zip").write_bytes(forged(raw, {"manifest.json": canonical(manifest)}))
    assert main(["bundle.zip"]) == 1
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out


@pytest.mark.parametrize(("sizes", "code"), [("0-", 0), ("0-26", 0), ("0-5", 1), ("27-", 1)])
def test_a_key_that_was_replaced_signs_nothing_newer(
    folder: Path, capsys: Out, chest: Chest, sizes: str, code: int
) -> None:
    """Neither a checkpoint, nor the bundle, nor a receipt."""
    vkey = LOG.verifier.vkey
    valid = f"\nvalid {vkey} {sizes}\n"
    (folder / "policy.txt").write_text(POLICY + valid)
    (folder / "r.tlog-proof").write_text(str(receipt(chest.journal, 5)))
    for file in ("bundle.zip", "r.tlog-proof"):
        assert main([file, "--policy", "policy.txt"]) == code
        assert ("no key that is trusted" in capsys.readouterr().out) == (code != 0)


# Receipts


def test_a_receipt(folder: Path, capsys: Out, chest: Chest) -> None:
    row = next(one for one in chest.journal.entries(scope="S1") if one.type == "custody_accepted")
    (folder / "r.tlog-proof").write_text(str(receipt(chest.journal, row.index)))
    assert main(["r.tlog-proof", "--policy", "policy.txt"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("WITNESSED: ")
    assert "custody_accepted: transfer takes custody from acme, read seal MX9" in out
    assert main(["r.tlog-proof", "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert (found["grade"], found["index"]) == ("CONSISTENT", row.index)
    assert found["entry"]["id"] == row.id
    # And as that which its holder kept.
    assert main(["bundle.zip", "--policy", "policy.txt", "--since", "r.tlog-proof"]) == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("index ", "index 1"),
        ("extra ", "extra AAAA"),
        ("test/log\n26", "test/log\n27"),
        ("tlog-proof@v1\n", "tlog-proof@v1\n\n"),
    ],
)
def test_a_changed_receipt_is_broken(
    folder: Path, capsys: Out, chest: Chest, old: str, new: str
) -> None:
    written = str(receipt(chest.journal, 5))
    assert old in written
    (folder / "r.tlog-proof").write_text(written.replace(old, new, 1))
    assert main(["r.tlog-proof", "--policy", "policy.txt"]) == 1
    assert "BROKEN" in capsys.readouterr().out


def test_a_receipt_of_a_fork_is_told_from_what_was_kept(
    folder: Path, capsys: Out, chest: Chest
) -> None:
    (folder / "r.tlog-proof").write_text(str(receipt(chest.journal, 5)))
    for size, what in ((26, "forked"), (25, "only a bundle")):
        other = Checkpoint("test/log", size, bytes(32)).signed(LOG)
        (folder / "kept.note").write_text(str(other))
        call = ["r.tlog-proof", "--policy", "policy.txt", "--since", "kept.note"]
        assert main(call) == 1
        assert what in capsys.readouterr().out


# Time-stamps


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> TsaRoot:
    return TsaRoot(tmp_path_factory.mktemp("tsa") / "root", kind=EC)


def test_a_time_stamp_anchors(folder: Path, capsys: Out, root: TsaRoot, chest: Chest) -> None:
    """OpenSSL's, over the note as it was released; the authority has a name of ours."""
    released = chest.journal.checkpoints()[-1]
    token = root.issue(EC).stamp(released.note)
    (folder / "tsa.pem").write_bytes(root.certificate.read_bytes())
    (folder / "policy.txt").write_text(f"log {LOG.verifier.vkey}\ntsa mine tsa.pem\nquorum none\n")
    raw = (folder / "bundle.zip").read_bytes()
    stamped = forged(raw, {f"timestamps/{released.size}.theirs.tsr": token}, key=LOG)
    (folder / "bundle.zip").write_bytes(stamped)
    assert main(["bundle.zip", "--policy", "policy.txt"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("ANCHORED: ")
    assert "time-stamped by mine at" in out
    assert "1 time-stamps" in out

    spoiled = token[:-1] + bytes([token[-1] ^ 1])
    for name, code, what in (
        ("theirs", 0, "counts for nothing"),
        ("mine", 1, "the time-stamp of mine"),
    ):
        changes: dict[str, bytes | None] = {f"timestamps/{released.size}.{name}.tsr": spoiled}
        (folder / "bundle.zip").write_bytes(forged(raw, changes, key=LOG))
        assert main(["bundle.zip", "--policy", "policy.txt"]) == code
        out = capsys.readouterr().out
        assert what in out
        assert "ANCHORED:" not in out


# Usage


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ([], "file"),
        (["none.zip"], "none.zip: No such file"),
        (["bundle.zip", "--policy", "none"], "none: No such file"),
        (["bundle.zip", "--policy", "bundle.zip"], "not UTF-8"),
        (["bundle.zip", "--policy", "bad.txt"], "line 1 of the policy"),
        (["bundle.zip", "--policy", "tsa.txt"], "gone.pem: No such file"),
        (["bundle.zip", "--policy", "pem.txt"], "PEM"),
        (["bundle.zip", "--since", "bundle.zip"], "note"),
        (["bundle.zip", "--policy", "policy.txt", "--since", "stranger.note"], "no key"),
    ],
)
def test_wrong_usage_ends_with_2(
    folder: Path, capsys: Out, arguments: list[str], what: str
) -> None:
    (folder / "bad.txt").write_text("lag x\n")
    (folder / "tsa.txt").write_text("tsa x gone.pem\nquorum none\n")
    (folder / "pem.txt").write_text("tsa x bad.txt\nquorum none\n")
    note = Checkpoint("test/log", 26, bytes(32)).signed(new_signer("test/log"))
    (folder / "stranger.note").write_text(str(note))
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert what in capsys.readouterr().err


def test_the_policy_of_these_tests_is_the_file_s() -> None:
    assert TRUST.policy is not None
    assert set(TRUST.policy.witnesses) == {"w1", "w2", "w3"}


def test_a_reader_that_has_read_enough_is_no_fault(folder: Path) -> None:
    """`tracker-verify bundle.zip | head -n 0`: the pipe is closed before anything is written."""
    reading, writing = os.pipe()
    os.close(reading)
    program = [sys.executable, "-m", "sealproof", "bundle.zip", "--policy", "policy.txt"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        program, check=False, stdout=writing, stderr=subprocess.PIPE, env=environment
    )
    os.close(writing)
    assert ran.stderr == b""
    assert ran.returncode == 0
