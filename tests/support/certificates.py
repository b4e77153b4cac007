"""Certificates made with the openssl command when a test needs them."""

from __future__ import annotations

import ipaddress
import subprocess
from dataclasses import dataclass
from pathlib import Path

KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


@dataclass(frozen=True)
class Pair:
    cert_file: Path
    key_file: Path


class Authority:
    """A certificate authority in a folder, good for a day."""

    def __init__(self, folder: Path, name: str = "test CA") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.cert_file, self._key_file = folder / "ca.pem", folder / "ca.key"
        _openssl(
            *["req", "-x509", *KEY, "-days", "1", "-subj", f"/CN={name}"],
            *["-addext", "keyUsage=critical,keyCertSign,cRLSign"],
            *["-keyout", str(self._key_file), "-out", str(self.cert_file)],
        )

    def issue(self, *names: str) -> Pair:
        """A certificate for these host names and addresses, for a server or a client."""
        stem = self._folder / names[0]
        pair = Pair(stem.with_suffix(".pem"), stem.with_suffix(".key"))
        request, extensions = stem.with_suffix(".csr"), stem.with_suffix(".ext")
        extensions.write_text(
            "basicConstraints=critical,CA:FALSE\n"
            "authorityKeyIdentifier=keyid\n"
            f"subjectAltName={','.join(_alternative_name(name) for name in names)}\n"
        )
        _openssl(
            *["req", *KEY, "-subj", f"/CN={names[0]}"],
            *["-keyout", str(pair.key_file), "-out", str(request)],
        )
        _openssl(
            *["x509", "-req", "-in", str(request), "-days", "1", "-extfile", str(extensions)],
            *["-CA", str(self.cert_file), "-CAkey", str(self._key_file), "-CAcreateserial"],
            *["-out", str(pair.cert_file)],
        )
        return pair


def _alternative_name(name: str) -> str:
    try:
        return f"IP:{ipaddress.ip_address(name)}"
    except ValueError:
        return f"DNS:{name}"


def _openssl(*arguments: str) -> None:
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
