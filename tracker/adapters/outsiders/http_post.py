"""One POST to somebody who is not trusted: bounded in time and size, no redirects, no proxy."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tracker.domain.errors import ServiceUnreachable, UsageError

MAX_ANSWER_BYTES = 262_144
"""Cosignatures take some hundred bytes, time-stamps some thousand."""


@dataclass(frozen=True)
class HttpAnswer:
    """`kind`: the media type, without parameters, in lower case. headers: by lower-case names."""

    status: int
    kind: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """The body's beginning, for a message: whoever sent it does not control our terminal."""
        said = self.body[:200].decode(errors="replace").strip()
        return "".join(one if one.isprintable() else "?" for one in said)


def get(url: str, *, timeout_s: float) -> HttpAnswer:
    """As `post`, but asks."""
    return _asked("GET", url, None, {}, timeout_s=timeout_s)


def post(
    url: str,
    body: bytes,
    kind: str,
    *,
    timeout_s: float,
    headers: Mapping[str, str] | None = None,
    ca_file: Path | None = None,
    most_bytes: int | None = None,
) -> HttpAnswer:
    """The answer, whatever its status. timeout_s: to connect, and then for all of the rest.

    https is checked against the system's certificates, or those in `ca_file`. most_bytes: so much
    of the body is wanted, and the rest left unread; None: all of it, and it must be whole.
    Raises ServiceUnreachable if no whole answer came, UsageError for an address that is none.
    """
    told = {"Content-Type": kind, **(headers or {})}
    return _asked(
        "POST", url, body, told, timeout_s=timeout_s, ca_file=ca_file, most_bytes=most_bytes
    )


def _asked(
    method: str,
    url: str,
    body: bytes | None,
    headers: Mapping[str, str],
    *,
    timeout_s: float,
    ca_file: Path | None = None,
    most_bytes: int | None = None,
) -> HttpAnswer:
    host, port, tls, path = parts(url)
    told = {"Connection": "close", "User-Agent": "seal-tracker", **headers}
    try:
        with closing(socket.create_connection((host, port), timeout_s)) as plain:
            context = ssl.create_default_context(cafile=ca_file) if tls else None
            wrapped = context.wrap_socket(
                plain, server_hostname=host, do_handshake_on_connect=False
            ) if context else plain  # fmt: skip
            with closing(wrapped), _ended_after(timeout_s, wrapped):
                if isinstance(wrapped, ssl.SSLSocket):
                    wrapped.do_handshake()
                connection = http.client.HTTPConnection(host, port)
                connection.sock = wrapped
                connection.request(method, path, body, told)
                with connection.getresponse() as response:
                    return _answer(response, most_bytes)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise ServiceUnreachable(
            f"no answer: {error or type(error).__name__}", where=url, mend="it is asked again later"
        ) from error


def parts(url: str) -> tuple[str, int, bool, str]:
    """Host, port, whether over TLS, and path. Raises UsageError."""
    try:
        split = urlsplit(url)
        port = split.port
    except ValueError as error:
        raise UsageError(f"not an address: {error}", where=url) from error
    if split.scheme not in ("http", "https") or not split.hostname:
        raise UsageError("not an address", where=url, mend="write http://HOST or https://HOST")
    tls = split.scheme == "https"
    path = f"{split.path or '/'}{'?' if split.query else ''}{split.query}"
    return split.hostname, port or (443 if tls else 80), tls, path


def _answer(response: http.client.HTTPResponse, most_bytes: int | None) -> HttpAnswer:
    headers = {name.lower(): value for name, value in response.getheaders()}
    kind = response.headers.get_content_type()
    if most_bytes is not None:
        body = response.read1(most_bytes) if most_bytes else b""
        return HttpAnswer(response.status, kind, body, headers)
    body = response.read(MAX_ANSWER_BYTES + 1)
    if len(body) > MAX_ANSWER_BYTES:
        raise ValueError(f"more than {MAX_ANSWER_BYTES:,} bytes")
    length = response.getheader("Content-Length")
    if length is not None and length != str(len(body)):
        raise ValueError("it broke off")
    return HttpAnswer(response.status, kind, body, headers)


@contextmanager
def _ended_after(seconds: float, connection: socket.socket) -> Iterator[None]:
    """Whoever sends a byte now and then keeps no time-out of a single read from starting anew."""

    def end() -> None:
        try:
            # Not SSLSocket's own, which also takes its TLS away from the thread that reads.
            socket.socket.shutdown(connection, socket.SHUT_RDWR)
        except OSError:
            return  # it has ended by itself

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
