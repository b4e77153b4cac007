"""`tracker witness`, and the attester that `tracker run` starts, from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from sealproof.note import COSIGNATURE, new_signer, parse_skey, parse_vkey
from tests.cli.conftest import Run, opened, run, started
from tests.support.small_log import SmallLog
from tests.support.tsa import EC, TsaRoot, stamping
from tests.support.waiting import wait_for
from tests.support.witnesses import witnessing
from tracker import wiring
from tracker.config import load

__all__ = ["opened", "run", "started"]
LOG = SmallLog(3)
VKEY = LOG.key.verifier.vkey


def test_a_key_is_made_once(run: Run, tmp_path: Path) -> None:
    out = run("witness", "key", "witness.example/w1").out
    assert parse_vkey(out).name == "witness.example/w1"
    assert "PRIVATE" not in out
    assert "never overwritten" in run("witness", "key", "other", code=2).err
    other = run("witness", "key", "other", "--out", "other.key").out
    assert parse_vkey(other).public != parse_vkey(out).public
    assert "name" in run("witness", "key", "two words", "--out", "third.key", code=2).err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "no log to cosign"),
        (["--log", "nonsense"], "a key is written"),
        (["--policy", "absent.txt"], "cannot be read"),
        (["--policy", "policy.txt"], "line 2 of the policy"),
        (["--policy", "policy.txt", "--log", VKEY], "exclude each other"),
        (["--log", VKEY, "--listen", "nowhere"], "no HOST:PORT"),
        (["--log", VKEY, "--key", "absent.key"], "tracker witness key"),
    ],
)
def test_what_cannot_be_served(run: Run, tmp_path: Path, arguments: list[str], told: str) -> None:
    run("witness", "key", "witness.example/w1")
    (tmp_path / "policy.txt").write_text("# logs\nlog nonsense\nquorum none\n")
    err = run("witness", "serve", *arguments, code=2).err
    assert told in err
    assert "->" in err


def test_nobody_is_asked_unless_configured(opened: Run) -> None:
    assert "nobody is asked" in opened("witness", "status").out
    assert opened("witness", "status", "--json").documents == []


def test_what_is_asked_for_is_kept_and_shown(
    opened: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way: a log that is signed, its attester, real outsiders, status."""
    root = TsaRoot(tmp_path / "root")
    log = SmallLog(key=parse_skey((tmp_path / "log.key").read_text()))
    with witnessing(tmp_path, log) as witness, stamping(root.issue(EC).reply) as url:
        (tmp_path / "policy.txt").write_text(
            f"witness broker {witness.key.verifier.vkey} {witness.server.url}/\n"
            f"witness silent {new_signer('silent/w', COSIGNATURE).verifier.vkey}\n"
            f"tsa notary root/root.pem {url}\n"
            "quorum broker\n"
        )
        for section in ("WITNESS", "TIMESTAMP"):
            monkeypatch.setenv(f"TRACKER_{section}__POLICY", "policy.txt")
        config = load(tmp_path / "tracker.toml")
        with wiring.journal(config) as journal:
            size = journal.head().size
            assert [one.size for one in journal.checkpoints()] == [size] != [0]
            before = opened("witness", "status", "--json").documents
            with wiring.attester(config):
                wait_for(lambda: len(journal.attestations()) == 2)
        after = opened("witness", "status", "--json").documents
    assert [list(one) for one in after] == [["kind", "name", "url", "size", "at", "behind"]] * 2
    assert [(one["size"], one["at"], one["behind"]) for one in before] == [(None, None, size)] * 2
    assert [(one["kind"], one["name"], one["size"], one["behind"]) for one in after] == [
        ("cosignature", "witness.example/w1", size, 0),
        ("timestamp", "notary", size, 0),
    ]
    shown = opened("witness", "status").out
    assert "notary" in shown
    assert "UTC" in shown


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ("quorum none\n", "names no witness with a URL"),
        ("witness w nonsense http://w\nquorum none\n", "line 1 of the policy"),
        (f"witness w {VKEY} http://w\nquorum none\n", "of type 4"),
        (None, "cannot be read"),
    ],
)
def test_a_policy_that_cannot_serve_is_told_before_anything_starts(
    opened: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, policy: str | None, told: str
) -> None:
    file = tmp_path / "policy.txt"
    if policy is not None:
        file.write_text(policy)
    monkeypatch.setenv("TRACKER_WITNESS__POLICY", str(file))
    for command in (["witness", "status"], ["run"]):
        err = opened(*command, code=2).err
        assert told in err
        assert "policy.txt" in err


@pytest.mark.parametrize(("pem", "told"), [(None, "root.pem"), ("nonsense", "PEM")])
def test_a_certificate_that_cannot_be_read(
    opened: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pem: str | None, told: str
) -> None:
    (tmp_path / "policy.txt").write_text("tsa notary root.pem http://notary\nquorum none\n")
    if pem is not None:
        (tmp_path / "root.pem").write_text(pem)
    monkeypatch.setenv("TRACKER_TIMESTAMP__POLICY", "policy.txt")
    err = opened("witness", "status", code=2).err
    assert told in err
    assert "tsa notary" in err


def test_two_of_one_name_cannot_be_told_apart(
    opened: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [opened("witness", "key", "same/w", "--out", f"{n}.key").out.strip() for n in range(2)]
    lines = [f"witness w{n} {key} http://w{n}\n" for n, key in enumerate(keys)]
    (tmp_path / "policy.txt").write_text("".join(lines) + "quorum none\n")
    monkeypatch.setenv("TRACKER_WITNESS__POLICY", "policy.txt")
    assert "told apart" in opened("witness", "status", code=2).err
