"""A log and its witness over real HTTP: what is learnt, what is kept, and what is an alarm."""

from __future__ import annotations

import base64
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sealproof.checkpoint import cosign, cosigned_at
from sealproof.note import COSIGNATURE, new_signer, parse_note, parse_signature
from sealproof.policy import Party
from tests.support.certificates import Authority
from tests.support.ports import free_port
from tests.support.small_log import SmallLog
from tests.support.witnesses import Serving, witnessing
from tracker.adapters.outsiders.http_post import MAX_ANSWER_BYTES, post
from tracker.adapters.outsiders.witness_client import WitnessClient
from tracker.app.trust.attestation import Declined, Disputed
from tracker.domain.errors import ServiceUnreachable, TrackerError, UsageError
from tracker.ports import Attestation

KEY = new_signer("witness.example/w1", COSIGNATURE)


@pytest.fixture
def log() -> SmallLog:
    return SmallLog(20)


def attest(client: WitnessClient, log: SmallLog, size: int | None = None) -> Attestation:
    return client.attest(log.stored(size), log.tree)


def assert_holds(found: Attestation, log: SmallLog, witness: Serving) -> None:
    note = parse_note(log.note(found.size))
    line = parse_signature(found.body.decode().removesuffix("\n"))
    assert cosigned_at(note.plus([line]), witness.key.verifier) == found.at
    assert (found.kind, found.name) == ("cosignature", "witness.example/w1")
    assert abs(found.at - datetime.now(UTC)) < timedelta(seconds=30)


def test_it_shows_how_the_log_grew(tmp_path: Path, log: SmallLog) -> None:
    with witnessing(tmp_path, log) as witness:
        client = WitnessClient(witness.party)
        for size in (20, 20, 21, 64, 300):
            assert_holds(attest(client, log.grow_to(size)), log, witness)


def test_a_client_that_knows_nothing_is_told(tmp_path: Path, log: SmallLog) -> None:
    with witnessing(tmp_path, log) as witness:
        attest(WitnessClient(witness.party), log, 7)
        assert_holds(attest(WitnessClient(witness.party), log, 20), log, witness)
        attest(WitnessClient(witness.party), log, 20)


def test_an_empty_log(tmp_path: Path) -> None:
    empty = SmallLog(0)
    with witnessing(tmp_path, empty) as witness:
        client = WitnessClient(witness.party)
        assert_holds(attest(client, empty), empty, witness)
        assert_holds(attest(client, empty.grow_to(1)), empty, witness)


def test_a_witness_that_has_forgotten_goes_on(tmp_path: Path, log: SmallLog) -> None:
    client: WitnessClient | None = None
    for folder, size in (("one", 20), ("two", 40)):
        (tmp_path / folder).mkdir()
        with witnessing(tmp_path / folder, log, key=KEY) as witness:
            client = client or WitnessClient(witness.party)
            client.url = f"{witness.server.url}/add-checkpoint"
            assert_holds(attest(client, log.grow_to(size)), log, witness)


@pytest.mark.parametrize(("start", "size"), [(0, 20), (19, 20), (19, 30), (0, 33), (3, 12)])
def test_another_course_is_an_alarm(tmp_path: Path, log: SmallLog, start: int, size: int) -> None:
    """A rewritten log, a longer fork, an older copy that went on: signed with the true key."""
    with witnessing(tmp_path, log) as witness:
        remembers = WitnessClient(witness.party)
        attest(remembers, log)
        for client in (remembers, WitnessClient(witness.party)):
            for _ in range(2):
                with pytest.raises(Disputed) as refused:
                    attest(client, log.fork(start, size))
                assert "backup" in refused.value.mend
        assert_holds(attest(remembers, log.grow_to(21)), log, witness)


def test_a_log_that_the_witness_does_not_know(tmp_path: Path, log: SmallLog) -> None:
    with witnessing(tmp_path, SmallLog(1, key=new_signer("log.example/other"))) as witness:
        with pytest.raises(Declined, match="404") as refused:
            attest(WitnessClient(witness.party), log)
        assert "operator" in refused.value.mend
    (tmp_path / "two").mkdir()
    namesake = SmallLog(1)
    with witnessing(tmp_path / "two", namesake) as witness, pytest.raises(Declined, match="403"):
        attest(WitnessClient(witness.party), log)


def test_a_witness_with_another_key_than_agreed(tmp_path: Path, log: SmallLog) -> None:
    with witnessing(tmp_path, log) as witness:
        party = Party("w1", KEY.verifier, witness.server.url)
        with pytest.raises(Declined, match="did not sign with the key"):
            attest(WitnessClient(party), log)


def test_nobody_there(log: SmallLog) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(ServiceUnreachable, match="no answer"):
        attest(WitnessClient(Party("w1", KEY.verifier, url)), log)


@pytest.mark.parametrize("url", ["", "w1", "ftp://h/", "http://", "http://h:x/", "http://h:99999"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(UsageError):
        WitnessClient(Party("w1", KEY.verifier, url))


# Witnesses that answer anything


@contextmanager
def answering(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that reads a request and lets `answer` write what it likes; its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(10)
                    try:
                        connection.recv(65_536)
                        answer(connection)
                        connection.shutdown(socket.SHUT_WR)
                        while connection.recv(65_536):
                            pass  # closed with some of it unread, the answer would be lost
                    except OSError:
                        continue

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def said(status: str, body: bytes, kind: str = "text/plain") -> Callable[[socket.socket], None]:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return lambda connection: connection.sendall(head.encode() + body)


def line(text: str, at: datetime | None = None) -> bytes:
    return cosign(text, KEY, at or datetime.now(UTC)).line.encode()


LOG = SmallLog(20)
TEXT = LOG.head().text
FORGED = line(TEXT)[:-20] + b"AAAAAAAAAAAAAAAAAAA=\n"
UNSIGNED = "— " + KEY.name + " " + base64.b64encode(KEY.verifier.id + bytes(72)).decode() + "\n"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (said("200 OK", b""), Declined),
        (said("200 OK", b"\xff\n"), Declined),
        (said("200 OK", FORGED), Declined),
        (said("200 OK", UNSIGNED.encode()), Declined),
        (said("200 OK", line(LOG.head(19).text)), Declined),
        (said("200 OK", b"x\n" + line(TEXT)), Declined),
        (said("200 OK", line(TEXT) + b"\n"), Declined),
        (said("409 Conflict", b"7\n", "text/x.tlog.size"), ServiceUnreachable),
        (said("409 Conflict", b"07\n", "text/x.tlog.size"), ServiceUnreachable),
        (said("409 Conflict", b"\xff\n", "text/x.tlog.size"), ServiceUnreachable),
        (said("409 Conflict", b"", "text/x.tlog.size"), ServiceUnreachable),
        (said("409 Conflict", b"9" * 300, "text/x.tlog.size"), ServiceUnreachable),
        (said("409 Conflict", b"0\n", "text/x.tlog.size"), ServiceUnreachable),
        (said("409 Conflict", b"21\n", "text/x.tlog.size"), Disputed),
        (said("409 Conflict", b"9223372036854775807\n", "text/x.tlog.size"), Disputed),
        (said("409 Conflict", b"so"), ServiceUnreachable),
        (said("422 Unprocessable Entity", b"\x1b[2J"), Disputed),
        (said("302 Found", b""), ServiceUnreachable),
        (said("500 Oops", b"no"), ServiceUnreachable),
        (said("429 Slowly", b"no"), ServiceUnreachable),
        (said("200 OK", b"x" * (MAX_ANSWER_BYTES + 1)), ServiceUnreachable),
        (lambda connection: connection.sendall(b"no http\r\n\r\n"), ServiceUnreachable),
        (lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\n" * 3_000), ServiceUnreachable),
        (lambda connection: connection.sendall(b"\0" * 100_000), ServiceUnreachable),
        (lambda connection: connection.close(), ServiceUnreachable),
        (
            lambda connection: connection.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + line(TEXT)
            ),
            ServiceUnreachable,
        ),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_an_answer_that_is_none(
    answer: Callable[[socket.socket], None], error: type[TrackerError]
) -> None:
    with answering(answer) as url:
        with pytest.raises(error) as refused:
            attest(WitnessClient(Party("w1", KEY.verifier, url)), LOG)
        assert type(refused.value) is error
        assert len(str(refused.value)) < 1_000


def test_a_witness_that_named_a_size_beyond_ours_is_asked_again() -> None:
    answers = [said("409 Conflict", b"9223372036854775807\n", "text/x.tlog.size")]

    def answer(connection: socket.socket) -> None:
        (answers.pop() if answers else said("200 OK", line(TEXT)))(connection)

    with answering(answer) as url:
        client = WitnessClient(Party("w1", KEY.verifier, url))
        with pytest.raises(Disputed, match="9223372036854775807"):
            attest(client, LOG)
        assert attest(client, LOG).size == 20


def test_other_keys_lines_are_passed_over() -> None:
    other = cosign(TEXT, new_signer("witness.example/w2", COSIGNATURE), datetime.now(UTC)).line
    second = cosign(TEXT, new_signer(KEY.name, COSIGNATURE), datetime.now(UTC)).line
    body = other.encode() + second.encode() + line(TEXT)
    with answering(said("200 OK", body)) as url:
        found = attest(WitnessClient(Party("w1", KEY.verifier, url)), LOG)
    assert found.body == line(TEXT, found.at)


@pytest.mark.parametrize("begin", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_who_drips_takes_no_longer_than_was_allowed(begin: bytes) -> None:
    """It would go on for ever: what ends it is the time that was allowed for the whole."""

    def drip(connection: socket.socket) -> None:
        connection.sendall(begin)
        while True:
            time.sleep(0.1)
            connection.sendall(b"x")

    with answering(drip) as url:
        client = WitnessClient(Party("w1", KEY.verifier, url), timeout_s=0.7)
        with pytest.raises((ServiceUnreachable, Declined)):
            attest(client, LOG)


# TLS


@contextmanager
def over_tls(authority: Authority, name: str) -> Iterator[str]:
    pair = authority.issue(name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.cert_file, pair.key_file)

    def answer(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        wrapped = context.wrap_socket(listener, server_side=True)

        def serve() -> None:
            try:
                connection, _ = wrapped.accept()
            except OSError:
                return
            with connection:
                connection.recv(65_536)
                answer(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"https://127.0.0.1:{wrapped.getsockname()[1]}/x"
        thread.join(10)
        wrapped.close()


def test_tls_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = Authority(tmp_path / "ca")
    with over_tls(authority, "127.0.0.1") as url, pytest.raises(ServiceUnreachable, match="verify"):
        post(url, b"", "text/plain", timeout_s=5)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.cert_file))  # the system's, for OpenSSL
    with over_tls(authority, "127.0.0.1") as url:
        assert post(url, b"", "text/plain", timeout_s=5).body == b"hi"
    with over_tls(authority, "other.example") as url, pytest.raises(ServiceUnreachable):
        post(url, b"", "text/plain", timeout_s=5)


def test_a_tls_handshake_that_never_ends() -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(b"\x16\x03\x03\x40\x00")
        while True:
            time.sleep(0.1)
            connection.sendall(b"\0")

    with answering(drip) as url, pytest.raises(ServiceUnreachable):
        post(url.replace("http", "https"), b"", "text/plain", timeout_s=0.7)
