"""Real receivers of messages, each in a thread on a free port: HTTP, SMTP, and worse ones."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.ports import HOST, free_port

SLOW_S = 30.0
"""So long a slow one takes: far longer than a channel may."""


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Hook:
    """An HTTP receiver. status, headers, answer: what it says; wait_s: after so long; drip: a byte
    now and then, for ever.
    """

    url: str = ""
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    answer: bytes = b""
    wait_s: float = 0.0
    drip: bool = False
    taken: list[Request] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)


@contextmanager
def hook(context: ssl.SSLContext | None = None, **said: Any) -> Iterator[Hook]:
    told = Hook(**said)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            told.taken.append(Request(self.path, dict(self.headers), body))
            told.ended.wait(told.wait_s)
            if told.drip:
                while not told.ended.wait(0.05):
                    self.wfile.write(b"H")
                return
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(told.answer)))
            self.end_headers()
            self.wfile.write(told.answer)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass  # who was told goes away before it is answered

    with Server((HOST, 0), Handler) as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        told.url = f"{'https' if context else 'http'}://{HOST}:{server.server_address[1]}/alerts"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield told
        finally:
            told.ended.set()
            server.shutdown()
            thread.join()


@contextmanager
def silent() -> Iterator[int]:
    """The port of one that takes connections and says nothing."""
    with socket.create_server((HOST, 0), backlog=16) as server:
        yield server.getsockname()[1]


@dataclass
class Mailbox:
    """An SMTP server. refuses: recipients it does not know. busy: it wants nothing now. wait_s: so
    long it takes to accept. password: of the user "tracker".
    """

    port: int = 0
    refuses: tuple[str, ...] = ()
    busy: bool = False
    wait_s: float = 0.0
    password: str = "right"
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if address in self.refuses:
            return f"550 5.1.1 <{address}>: nobody here"
        if self.busy:
            return f"450 4.2.1 <{address}>: later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        await asyncio.sleep(self.wait_s)
        content = envelope.content
        assert isinstance(content, bytes)
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 OK"

    def authenticate(
        self, _server: Any, _session: Any, _envelope: Any, _mechanism: Any, said: Any
    ) -> AuthResult:
        assert isinstance(said, LoginPassword)
        right = (said.login, said.password) == (b"tracker", self.password.encode())
        return AuthResult(success=right, handled=right)


@contextmanager
def mailbox(
    context: ssl.SSLContext | None = None, *, starttls: bool = False, **said: Any
) -> Iterator[Mailbox]:
    """context: of its certificate. starttls: not from the first byte, but when asked to."""
    box = Mailbox(port=free_port(), **said)
    controller = Controller(
        box,
        hostname=HOST,
        port=box.port,
        ssl_context=None if starttls else context,
        tls_context=context if starttls else None,
        authenticator=box.authenticate,
        auth_require_tls=starttls,
    )
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


@dataclass(frozen=True)
class Certificate:
    """Of 127.0.0.1 and localhost, which is its own authority."""

    file: Path

    @property
    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file)
        return context


def certificate(folder: Path, *, expired: bool = False) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    end = datetime.now(UTC) + timedelta(days=-1 if expired else 1)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address(HOST))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=2))
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, none = serialization.Encoding.PEM, serialization.NoEncryption()
    file = folder / f"{'expired' if expired else 'good'}.pem"
    file.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, none) + made.public_bytes(pem)
    )
    return Certificate(file)
