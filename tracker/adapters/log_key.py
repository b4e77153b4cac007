"""The log's own key, and the list of all keys that ever signed it (public: `<key file>.vkeys`)."""

from __future__ import annotations

from pathlib import Path

from tracker.adapters.key_file import read_key, replace_file, write_key
from tracker.domain.errors import Refused, UsageError
from tracker.verify.errors import ProofError
from tracker.verify.note import ED25519, SignerKey, VerifierKey, new_signer, parse_vkey

_MEND = "`tracker key new` makes one; [log] key_file names it"


def read(path: Path) -> SignerKey:
    """Raises UsageError: no such file, readable by others, or not a key."""
    return read_key(path, ED25519, mend=_MEND)


def known(path: Path) -> list[VerifierKey]:
    """All keys that ever signed, the newest first. Raises UsageError for a damaged list."""
    keys = [read(path).verifier]
    listed = _listed(path)
    try:
        lines = listed.read_text(encoding="utf-8").splitlines() if listed.exists() else []
        keys += [parse_vkey(line) for line in lines if line.strip()]
    except (OSError, UnicodeDecodeError, ProofError) as error:
        raise UsageError(
            f"the list of the log's keys is damaged: {error}",
            where=str(listed),
            mend="put back the copy that you keep",
        ) from error
    return list(dict.fromkeys(keys))


def make(path: Path, origin: str) -> SignerKey:
    """A new key, written to `path`. Raises Refused if a key is there already."""
    if path.exists():
        raise Refused(
            "there is a key already", where=str(path), mend="`tracker key rotate` replaces it"
        )
    try:
        key = new_signer(origin)
    except ProofError as error:
        raise UsageError(
            f"the log's name {origin!r} cannot be a key's: {error}",
            where="[log] origin",
            mend="a name without spaces and '+', such as host/name",
        ) from error
    _write(path, key, [key.verifier])
    return key


def next_of(path: Path, origin: str) -> SignerKey:
    """The key that a rotation goes over to: kept before it signs anything, so that a rotation which
    was interrupted is finished with the same one.
    """
    waiting = Path(f"{path}.next")
    if waiting.exists():
        return read(waiting)
    key = new_signer(origin)
    write_key(waiting, key)
    return key


def promote(path: Path, key: SignerKey) -> None:
    """The next key is the key."""
    _write(path, key, [key.verifier, *known(path)])
    Path(f"{path}.next").unlink(missing_ok=True)


def _write(path: Path, key: SignerKey, keys: list[VerifierKey]) -> None:
    replace_file(_listed(path), "".join(f"{one.vkey}\n" for one in keys), 0o644)
    write_key(path, key)


def _listed(path: Path) -> Path:
    return Path(f"{path}.vkeys")
