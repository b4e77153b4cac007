"""The witness's HTTP: what it takes, what it refuses, and how it ends. Real sockets."""

from __future__ import annotations

import http.client
import re
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sealproof.checkpoint import cosigned_at
from sealproof.note import SignedNote, parse_signature
from sealproof.witness.request import MAX_BYTES, write_request
from sealproof.witness.service import SIZE
from tests.support.small_log import SmallLog
from tests.support.waiting import PATIENCE_S, wait_for
from tests.support.witnesses import Serving, witnessing
from tracker.adapters.outsiders import witness_server
from tracker.domain.errors import ServiceUnreachable

LOG = SmallLog(400)


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[Serving]:
    with witnessing(tmp_path, LOG) as serving:
        yield serving


@pytest.fixture
def connection(witness: Serving) -> Iterator[http.client.HTTPConnection]:
    made = http.client.HTTPConnection(*address(witness), timeout=PATIENCE_S)
    yield made
    made.close()


def address(witness: Serving) -> tuple[str, int]:
    host, port = witness.server.server_address[:2]
    return str(host), int(port)


def body(old: int, size: int, log: SmallLog = LOG) -> bytes:
    return write_request(old, log.proof(old, size), log.note(size))


def post(
    connection: http.client.HTTPConnection, raw: bytes, path: str = "/add-checkpoint"
) -> tuple[int, str | None, bytes]:
    connection.request("POST", path, raw)
    answer = connection.getresponse()
    return answer.status, answer.getheader("Content-Type"), answer.read()


def test_many_requests_over_one_connection(
    witness: Serving, connection: http.client.HTTPConnection
) -> None:
    connection.connect()
    kept = connection.sock
    for old, size in [(0, 1), (1, 255), (255, 400)]:
        status, _, said = post(connection, body(old, size))
        assert status == 200
        line = parse_signature(said.decode()[:-1])
        note = SignedNote(LOG.head(size).text, (line,))
        assert cosigned_at(note, witness.key.verifier) is not None
        assert connection.sock is kept
    assert post(connection, body(3, 9)) == (409, SIZE, b"400\n")
    assert connection.sock is kept
    status, kind, said = post(connection, body(400, 400, LOG.fork(7, 400)))
    assert (status, kind) == (409, "text/plain; charset=utf-8")
    assert b"another root" in said
    assert post(connection, b"nonsense")[0] == 400
    assert post(connection, body(0, 1), "/elsewhere")[0] == 404
    assert connection.sock is kept


def test_an_answer_is_sent_in_one_piece(witness: Serving) -> None:
    """In two, the second would wait some 40 ms until the client's kernel confirms the first."""
    said = body(0, 1)
    request = HEAD + b"Content-Length: %d\r\n\r\n" % len(said) + said
    with socket.create_connection(address(witness), timeout=PATIENCE_S) as connection:
        for _ in range(20):
            connection.sendall(request)
            head, _, rest = connection.recv(65_536).partition(b"\r\n\r\n")
            length = re.search(rb"(?i)^content-length: (\d+)\r?$", head, re.MULTILINE)
            assert length is not None
            assert len(rest) == int(length[1]) > 0


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_other_methods(connection: http.client.HTTPConnection, method: str) -> None:
    connection.request(method, "/add-checkpoint")
    assert connection.getresponse().status == 501


def raw(witness: Serving, said: bytes) -> bytes:
    """All that comes back until the connection ends."""
    with socket.create_connection(address(witness), timeout=PATIENCE_S) as connection:
        connection.sendall(said)
        found = b""
        try:
            while more := connection.recv(65_536):
                found += more
        except ConnectionResetError:
            pass  # it was refused with some of it unread
        return found


HEAD = b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\n"


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (HEAD + b"\r\n", 411),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        (HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        (HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 411),
        (HEAD + b"Content-Length: -1\r\n\r\n", 400),
        (HEAD + b"Content-Length: +1\r\n\r\na", 400),
        (HEAD + b"Content-Length: %d\r\n\r\n" % (MAX_BYTES + 1), 413),
        (HEAD + b"Content-Length: 999999999999\r\n\r\n", 400),
        (b"POST " + b"/a" * 40_000 + b" HTTP/1.1\r\n\r\n", 414),
        (HEAD + b"X: 1\r\n" * 200 + b"\r\n", 431),
        (b"\x16\x03\x01\x02 \x00 \x01\x00 HTTP/1.1\r\n\r\n", 400),
    ],
    ids=lambda value: repr(value)[-30:],
)
def test_what_is_no_request_is_refused_and_the_connection_ends(
    witness: Serving, said: bytes, status: int
) -> None:
    found = raw(witness, said)
    assert found.startswith(b"HTTP/1.1 %d " % status)
    assert b"Traceback" not in found
    assert b"Python" not in found


def test_who_drips_or_idles_is_cut_off(witness: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(witness_server, "REQUEST_S", 0.6)
    for begin, drop in [(b"", b""), (b"POST", b"x"), (HEAD + b"Content-Length: 90\r\n\r\n", b"x")]:
        began = time.monotonic()
        with socket.create_connection(address(witness), timeout=PATIENCE_S) as connection:
            connection.sendall(begin)
            connection.settimeout(0.2)
            while True:
                try:
                    if not connection.recv(1_000):
                        break
                except TimeoutError:
                    connection.sendall(drop)
                except ConnectionResetError:
                    break
            assert time.monotonic() - began >= 0.6, "what was allowed, and not less"


def test_one_connection_too_many_is_turned_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(witness_server, "CONNECTIONS", 3)
    with witnessing(tmp_path, LOG) as witness:
        held = [socket.create_connection(address(witness), timeout=PATIENCE_S) for _ in range(3)]
        wait_for(lambda: len(witness.server._open) == 3)
        assert raw(witness, b"").startswith(b"HTTP/1.1 503 ")
        held.pop().close()
        wait_for(lambda: len(witness.server._open) == 2)
        connection = http.client.HTTPConnection(*address(witness), timeout=PATIENCE_S)
        assert post(connection, body(0, 1))[0] == 200
        connection.close()
        for each in held:
            each.close()


def test_of_two_courses_at_once_only_one_is_cosigned(tmp_path: Path) -> None:
    """Every size of two forks, at once, over many connections."""
    forks = [LOG, LOG.fork(0, 60)]
    cosigned: dict[int, set[int]] = {}
    with witnessing(tmp_path, LOG) as witness:

        def course(which: int, seed: int) -> None:
            connection = http.client.HTTPConnection(*address(witness), timeout=PATIENCE_S)
            old = 0
            for step in range(40):
                size = min(60, old + 1 + (seed + step) % 3)
                status, kind, said = post(connection, body(old, size, forks[which]))
                if status == 200:
                    cosigned.setdefault(size, set()).add(which)
                    old = size
                elif kind == SIZE:
                    old = int(said)
            connection.close()

        with ThreadPoolExecutor(8) as pool:
            for done in [pool.submit(course, n % 2, n) for n in range(8)]:
                done.result()
    assert max(cosigned) == 60
    assert len(set.union(*cosigned.values())) == 1, "two courses were cosigned"


def test_it_ends_at_once_with_connections_idle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does not wait for what they may still say, which here would be for ever."""
    monkeypatch.setattr(witness_server, "REQUEST_S", threading.TIMEOUT_MAX / 1e3)
    with witnessing(tmp_path, LOG) as witness:
        idle = [socket.create_connection(address(witness), timeout=PATIENCE_S) for _ in range(4)]
        half = socket.create_connection(address(witness), timeout=PATIENCE_S)
        half.sendall(HEAD + b"Content-Length: 90\r\n\r\nold")
        wait_for(lambda: len(witness.server._open) == 5)
    assert threading.active_count() < 20
    for each in (*idle, half):
        each.close()


def test_a_port_that_is_taken(witness: Serving, tmp_path: Path) -> None:
    (tmp_path / "two").mkdir()
    with pytest.raises(ServiceUnreachable, match="cannot listen") as refused:
        witnessing(tmp_path / "two", LOG, port=address(witness)[1]).__enter__()
    assert "--listen" in refused.value.mend
