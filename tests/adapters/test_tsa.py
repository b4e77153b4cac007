"""Time-stamps asked for over HTTP, of OpenSSL's authority; what is kept holds for others too."""

from __future__ import annotations

import subprocess
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.x509 import load_pem_x509_certificate
from rfc3161_client import VerifierBuilder, decode_timestamp_response

from sealproof.policy import Authority
from sealproof.rfc3161 import check_timestamp, read_certificates
from tests.support.ports import free_port
from tests.support.small_log import SmallLog
from tests.support.tsa import EC, RSA, Tsa, TsaRoot, stamping
from tracker.adapters.outsiders.tsa_client import TsaClient
from tracker.app.trust.attestation import Declined
from tracker.domain.errors import ServiceUnreachable, TrackerError, UsageError
from tracker.ports import Attestation

LOG = SmallLog(20)


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> TsaRoot:
    return TsaRoot(tmp_path_factory.mktemp("tsa") / "root")


@pytest.fixture(scope="session")
def tsa(root: TsaRoot) -> Tsa:
    return root.issue(EC)


def attest(url: str, certificate: Path, timeout_s: float = 20.0) -> Attestation:
    trusted = read_certificates(certificate.read_bytes())
    client = TsaClient(Authority("notary", "ca.pem", url), trusted, timeout_s=timeout_s)
    return client.attest(LOG.stored(), LOG.tree)


@pytest.mark.parametrize("kind", [RSA, EC], ids=["RSA", "ECDSA"])
def test_what_is_kept_holds_for_everybody(
    root: TsaRoot, tmp_path: Path, kind: tuple[str, ...]
) -> None:
    """For us, for OpenSSL, and for rfc3161-client."""
    with stamping(root.issue(kind).reply) as url:
        found = attest(url, root.certificate)
    assert (found.size, found.kind, found.name) == (20, "timestamp", "notary")
    assert abs(found.at - datetime.now(UTC)) < timedelta(minutes=2)
    certificate = root.certificate.read_bytes()
    assert check_timestamp(found.body, LOG.note(), read_certificates(certificate)) == found.at
    (tmp_path / "checkpoint").write_bytes(LOG.note())
    (tmp_path / "checkpoint.tsr").write_bytes(found.body)
    verify = ["openssl", "ts", "-verify", "-data", "checkpoint", "-in", "checkpoint.tsr"]
    done = subprocess.run(
        [*verify, "-CAfile", str(root.certificate)], cwd=tmp_path, capture_output=True, check=True
    )
    assert b"Verification: OK" in done.stdout
    verifier = VerifierBuilder().add_root_certificate(load_pem_x509_certificate(certificate))
    response = decode_timestamp_response(found.body)
    assert verifier.build().verify_message(response, LOG.note())
    assert response.tst_info.gen_time == found.at


def test_the_nonce_is_checked(root: TsaRoot, tsa: Tsa) -> None:
    """A true time-stamp of the very same checkpoint, given out to somebody else before."""
    earlier = tsa.stamp(LOG.note())
    with stamping(lambda _: earlier) as url, pytest.raises(Declined, match="another request"):
        attest(url, root.certificate)
    without = tsa.stamp(LOG.note(), "sha256", "-cert", "-no_nonce")
    with stamping(lambda _: without) as url, pytest.raises(Declined):
        attest(url, root.certificate)


def test_an_authority_that_is_not_the_one_agreed(root: TsaRoot, tsa: Tsa, tmp_path: Path) -> None:
    other = TsaRoot(tmp_path / "other", "another root")
    with stamping(tsa.reply) as url, pytest.raises(Declined, match="neither trusted") as refused:
        attest(url, other.certificate)
    assert "certificate" in refused.value.mend


def test_a_response_that_was_changed_on_its_way(root: TsaRoot, tsa: Tsa) -> None:
    def changed(query: bytes) -> bytes:
        response = bytearray(tsa.reply(query))
        response[-1] ^= 1
        return bytes(response)

    with stamping(changed) as url, pytest.raises(Declined, match="not valid"):
        attest(url, root.certificate)


@pytest.mark.parametrize("answer", [b"", b"\x30\x03\x02\x01\x00", b"<html>", bytes(3_000)])
def test_a_response_that_is_none(root: TsaRoot, answer: bytes) -> None:
    with stamping(lambda _: answer) as url, pytest.raises(TrackerError):
        attest(url, root.certificate)


def test_a_refusal(root: TsaRoot, tsa: Tsa) -> None:
    """What OpenSSL says to a digest that it does not take."""
    refusal = tsa.reply(tsa.query(b"x", "sha1"))
    with stamping(lambda _: refusal) as url, pytest.raises(ServiceUnreachable, match="not granted"):
        attest(url, root.certificate)


@pytest.mark.parametrize(("kind", "status"), [("text/html", 200), ("text/plain", 503)])
def test_another_kind_of_answer(root: TsaRoot, tsa: Tsa, kind: str, status: int) -> None:
    with stamping(tsa.reply, kind, status) as url, pytest.raises(ServiceUnreachable, match=kind):
        attest(url, root.certificate)


def test_no_answer_in_time(root: TsaRoot) -> None:
    ended = threading.Event()

    def silent(_: bytes) -> bytes:
        ended.wait()
        return b""

    with stamping(silent) as url:
        try:
            with pytest.raises(ServiceUnreachable, match="no answer"):
                attest(url, root.certificate, timeout_s=0.3)
        finally:
            ended.set()


def test_nobody_there(root: TsaRoot) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(ServiceUnreachable):
        attest(url, root.certificate)


def test_an_address_that_is_none() -> None:
    with pytest.raises(UsageError):
        TsaClient(Authority("notary", "ca.pem", "notary.example"), [])
