"""A time-stamping authority, OpenSSL's: certificates made when a test needs them, and HTTP."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

RSA = ("-newkey", "rsa:2048")
EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
PURPOSE = "extendedKeyUsage=critical,timeStamping"
CONFIG = """\
[tsa]
default_tsa = it
[it]
serial = {folder}/serial
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
signer_digest = {digest}
ess_cert_id_alg = {ess}
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
clock_precision_digits = {digits}
"""


@dataclass(frozen=True)
class Tsa:
    """A certificate and key of an authority in `folder`, and how it writes time-stamps."""

    folder: Path
    certificate: Path
    key: Path
    config: Path

    def query(self, message: bytes, digest: str = "sha256", *options: str) -> bytes:
        """A request that names a nonce, and asks for the certificate unless told otherwise."""
        (self.folder / "message").write_bytes(message)
        options = options or ("-cert",)
        ask = ["ts", "-query", "-data", str(self.folder / "message"), f"-{digest}", *options]
        return openssl(*ask)

    def reply(self, query: bytes, *options: str) -> bytes:
        """OpenSSL's response."""
        (self.folder / "query").write_bytes(query)
        return openssl(
            *["ts", "-reply", "-config", str(self.config), "-section", "it"],
            *["-queryfile", str(self.folder / "query"), "-signer", str(self.certificate)],
            *["-inkey", str(self.key), *options],
        )

    def stamp(self, message: bytes, digest: str = "sha256", *options: str) -> bytes:
        return self.reply(self.query(message, digest, *options))


@dataclass
class TsaRoot:
    """A certificate authority that issues time-stamping certificates."""

    folder: Path
    name: str = "test root"
    kind: Sequence[str] = RSA
    extensions: Sequence[str] = ("keyUsage=critical,keyCertSign,cRLSign",)
    made: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        self.certificate, self.key = self.folder / "root.pem", self.folder / "root.key"
        added = [part for one in self.extensions for part in ("-addext", one)]
        openssl(
            *["req", "-x509", *self.kind, "-nodes", "-days", "2", "-subj", f"/CN={self.name}"],
            *[*added, "-keyout", str(self.key), "-out", str(self.certificate)],
        )

    def issue(
        self,
        kind: Sequence[str] = RSA,
        *,
        purpose: str = PURPOSE,
        digest: str = "sha256",
        ess: str = "sha256",
        digits: int = 0,
        sign: str = "sha256",
    ) -> Tsa:
        """digest: of the signature; ess: of the attribute that names the certificate ("sha1" is
        version 1 of it); digits: of the seconds' fraction; sign: of the certificate's signature.
        """
        self.made += 1
        folder = self.folder / f"tsa-{self.made}"
        folder.mkdir()
        certificate, key, request = folder / "tsa.pem", folder / "tsa.key", folder / "tsa.csr"
        openssl(
            *["req", *kind, "-nodes", "-subj", f"/O=Tests/CN=TSA {self.made}"],
            *["-keyout", str(key), "-out", str(request)],
        )
        extensions = folder / "extensions"
        extensions.write_text(
            f"basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n{purpose}\n"
        )
        openssl(
            *["x509", "-req", "-in", str(request), "-days", "2", "-extfile", str(extensions)],
            *["-CA", str(self.certificate), "-CAkey", str(self.key), "-CAcreateserial"],
            *[f"-{sign}", "-out", str(certificate)],
        )
        config = folder / "tsa.cnf"
        config.write_text(CONFIG.format(folder=folder, digest=digest, ess=ess, digits=digits))
        (folder / "serial").write_text("01\n")
        return Tsa(folder, certificate, key, config)


def openssl(*arguments: str) -> bytes:
    """What it writes to standard output. Asserts that it ends well."""
    done = subprocess.run(["openssl", *arguments], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@contextmanager
def stamping(answer: Callable[[bytes], bytes], kind: str = "application/timestamp-reply",
             status: int = 200) -> Iterator[str]:  # fmt: skip
    """An authority over HTTP whose responses `answer` makes of requests; its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/timestamp-query"
            body = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/tsa"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
