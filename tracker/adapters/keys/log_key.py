"""The log's own key, and the list of all keys that ever signed it (public: `<key file>.vkeys`)."""

from __future__ import annotations

import os
from pathlib import Path

from sealproof.errors import ProofError
from sealproof.note import ED25519, SignerKey, VerifierKey, new_signer, parse_vkey
from tracker.adapters.keys.key_file import read_key, replace_file, write_key
from tracker.domain.errors import Refused, UsageError
from tracker.ports import LogKeys

_MEND = "`tracker key new` makes one; [log] key_file names it"


class FileKeyRing:
    """The keys of the log `origin`, as a `tracker.ports.KeyRing`: the key in `path`, the list of
    all beside it, and during a rotation the next one too.
    """

    def __init__(self, path: Path, origin: str) -> None:
        self.path, self.origin = path, origin
        self._list, self._waiting = Path(f"{path}.vkeys"), Path(f"{path}.next")

    def exists(self) -> bool:
        return self.path.exists()

    def keys(self) -> LogKeys:
        """Raises UsageError, as `current` and `known` do."""
        return LogKeys((self.current(),), self.known())

    def current(self) -> SignerKey:
        """Raises UsageError: no such file, readable by others, or not a key."""
        return read_key(self.path, ED25519, mend=_MEND)

    def known(self) -> list[VerifierKey]:
        """All keys that ever signed, the newest first. Raises UsageError for a damaged list."""
        # Who may not read the key (an auditor) can check all the same: the list is for everybody.
        alone = self._list.exists() and not os.access(self.path, os.R_OK)
        keys = [] if alone else [self.current().verifier]
        try:
            text = self._list.read_text(encoding="utf-8") if self._list.exists() else ""
            keys += [parse_vkey(line) for line in text.splitlines() if line.strip()]
        except (OSError, UnicodeDecodeError, ProofError) as error:
            raise UsageError(
                f"the list of the log's keys is damaged: {error}",
                where=str(self._list),
                mend="put back the copy that you keep",
            ) from error
        return list(dict.fromkeys(keys))

    def make(self) -> SignerKey:
        """A new key, written to its file. Raises Refused if a key is there already."""
        if self.path.exists():
            raise Refused(
                "there is a key already",
                where=str(self.path),
                mend="`tracker key rotate` replaces it",
            )
        try:
            key = new_signer(self.origin)
        except ProofError as error:
            raise UsageError(
                f"the log's name {self.origin!r} cannot be a key's: {error}",
                where="[log] origin",
                mend="a name without spaces and '+', such as host/name",
            ) from error
        self._write(key, [key.verifier])
        return key

    def next(self) -> SignerKey:
        """The key that a rotation goes over to: kept before it signs anything, so that a rotation
        which was interrupted is finished with the same one.
        """
        if self._waiting.exists():
            return read_key(self._waiting, ED25519, mend=_MEND)
        key = new_signer(self.origin)
        write_key(self._waiting, key)
        return key

    def promote(self, key: SignerKey) -> None:
        """The next key is the key."""
        self._write(key, [key.verifier, *self.known()])
        self._waiting.unlink(missing_ok=True)

    def _write(self, key: SignerKey, keys: list[VerifierKey]) -> None:
        replace_file(self._list, "".join(f"{one.vkey}\n" for one in keys), 0o644)
        write_key(self.path, key)
