"""The witness over HTTP: POST /add-checkpoint, keep-alive, everything bounded.

TLS, and limits for each address, are a reverse proxy's business.
"""

from __future__ import annotations

import io
import logging
import re
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sealproof.witness.request import MAX_BYTES
from sealproof.witness.service import TEXT, Witness, WitnessAnswer
from tracker.domain.errors import ServiceUnreachable

log = logging.getLogger(__name__)
PATH = "/add-checkpoint"
CONNECTIONS = 64
"""Open at once; each has a thread. One more is told 503."""
REQUEST_S = 10.0
"""From one answer to the whole of the next request, idle time included."""


class _Timed(io.RawIOBase):
    """A socket's bytes until `until` (monotonic s): a client that drips them gains no time."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self.until = connection, 0.0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "tracker-witness", ""
    error_message_format, error_content_type = "%(message)s\n", TEXT
    disable_nagle_algorithm, wbufsize = True, -1  # an answer is one packet, sent at once
    server: WitnessServer

    def setup(self) -> None:
        super().setup()
        self.rfile.close()
        self._timed = _Timed(self.connection)
        self.rfile = io.BufferedReader(self._timed)

    def handle_one_request(self) -> None:
        self._timed.until = time.monotonic() + REQUEST_S
        try:
            super().handle_one_request()
        except ConnectionError:  # the client has gone
            self.close_connection = True

    def do_POST(self) -> None:
        length = self._length()
        if length is None:
            return
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            return
        if self.path != PATH:
            self._answer(WitnessAnswer(HTTPStatus.NOT_FOUND, f"only {PATH} is here\n".encode()))
            return
        try:
            answer = self.server.witness.add_checkpoint(body)
        except OSError:
            log.exception("a checkpoint could not be kept, so it is not cosigned")
            answer = WitnessAnswer(HTTPStatus.INTERNAL_SERVER_ERROR, b"the witness cannot write\n")
        self._answer(answer)

    def _length(self) -> int | None:
        """The body's length; None if it was refused, and the connection ends."""
        given = self.headers.get_all("Content-Length", [])
        refused = None
        if "Transfer-Encoding" in self.headers or len(given) != 1:
            refused = HTTPStatus.LENGTH_REQUIRED
        elif not re.fullmatch(r"[0-9]{1,9}", given[0]):
            refused = HTTPStatus.BAD_REQUEST
        elif int(given[0]) > MAX_BYTES:
            refused = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        if refused is None:
            return int(given[0])
        self.close_connection = True
        self.send_error(refused)
        return None

    def _answer(self, answer: WitnessAnswer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as http.server has it
        log.debug("%s: %s", self.address_string(), format % args)


class WitnessServer(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, witness: Witness, host: str, port: int) -> None:
        self.witness = witness
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._slots = threading.BoundedSemaphore(CONNECTIONS)
        self._open: set[socket.socket] = set()
        super().__init__((host, port), _Handler)

    @property
    def url(self) -> str:
        host, port = self.server_address[:2]
        shown = f"[{host!s}]" if self.address_family == socket.AF_INET6 else str(host)
        return f"http://{shown}:{port}"

    def server_bind(self) -> None:
        # HTTPServer's own asks the DNS for this computer's name, which may take its time.
        socketserver.TCPServer.server_bind(self)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._slots.acquire(blocking=False):
            request.sendall(b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n")
            self.shutdown_request(request)
            return
        self._open.add(request)
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._done(request)
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._done(request)

    def _done(self, request: socket.socket) -> None:
        self._open.discard(request)
        self._slots.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        log.exception("a request of %s failed", client_address)

    def stop(self) -> None:
        """Answer what has arrived whole, and end."""
        self.shutdown()
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RD)
            except OSError:
                continue  # it has ended by itself
        self.server_close()


@contextmanager
def serving(witness: Witness, host: str, port: int) -> Iterator[WitnessServer]:
    """The server, running in threads of its own while the context is entered. Port 0: a free one.

    Raises ServiceUnreachable if it cannot listen there.
    """
    try:
        server = WitnessServer(witness, host, port)
    except OSError as error:
        raise ServiceUnreachable(
            f"cannot listen: {error.strerror or error}",
            where=f"{host}:{port}",
            mend="name another --listen HOST:PORT",
        ) from error
    thread = threading.Thread(target=server.serve_forever, name="witness", args=(0.1,))
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join()
