"""A bundle's archive, written in the one layout that `sealproof.archive` reads."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from hashlib import sha256
from typing import BinaryIO

from sealproof import archive

_EPOCH = (1980, 1, 1, 0, 0, 0)


class TooGreat(Exception):
    """More than any verifier reads; the message says what and how much."""


class Pack:
    """Files are added one after the other; `digests` then holds each one's SHA-256 in hex.

    `file` can be written and sought. Raises TooGreat.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)
        self.digests: dict[str, str] = {}
        self._total = 0

    def add(self, name: str, content: bytes) -> None:
        if len(content) > archive.MAX_WHOLE:
            raise TooGreat(f"{name} has {len(content):,} bytes")
        self.stream(name, [content])

    def stream(self, name: str, parts: Iterable[bytes]) -> None:
        """A file of any length, of which no more than a part is in memory at once."""
        info = zipfile.ZipInfo(name, _EPOCH)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.create_system, info.external_attr = archive.SYSTEM >> 8, archive.ATTRIBUTES
        hashed = sha256()
        with self._zip.open(info, "w") as opened:
            for part in parts:
                self._total += len(part)
                if self._total > archive.MAX_TOTAL:
                    raise TooGreat(f"the bundle has more than {archive.MAX_TOTAL:,} bytes")
                hashed.update(part)
                opened.write(part)
        self.digests[name] = hashed.hexdigest()
        if len(self.digests) > archive.MAX_FILES:
            raise TooGreat(f"the bundle has more than {archive.MAX_FILES:,} files")

    def close(self) -> None:
        self._zip.close()
