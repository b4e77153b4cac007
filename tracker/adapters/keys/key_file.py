"""Private keys in files of their own, readable by their owner alone."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

from sealproof.errors import ProofError
from sealproof.note import SignerKey, parse_skey
from tracker.domain.errors import UsageError


def read_private(path: Path, *, whose: str, mend: str, exposed: str) -> str:
    """The text of a file that its owner alone may read. whose: what messages call it; `mend`: what
    to do where there is none, `exposed`: where others may have read it.

    Raises UsageError: no such file, readable by others, or not text.
    """
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        what = f"{whose} cannot be read: {reason}"
        raise UsageError(what, where=str(path), mend=mend) from error
    if sys.platform != "win32" and mode & 0o077:
        raise UsageError(
            f"{whose} is open to others (mode {mode:04o})",
            where=str(path),
            mend=f"chmod 600 {path}; if somebody may have read it, {exposed}",
        )
    return text


def read_key(path: Path, kind: int, *, mend: str) -> SignerKey:
    """The key of this kind (`sealproof.note`). `mend`: what to do where there is none.

    Raises UsageError: no such file, readable by others, or not such a key.
    """
    text = read_private(path, whose="the key", mend=mend, exposed="make another")
    try:
        key = parse_skey(text)
    except ProofError as error:
        put_back = "put back the key file that you keep"
        raise UsageError(str(error), where=str(path), mend=put_back) from error
    if key.kind != kind:
        what = f"this key is of type {key.kind}, and one of type {kind} is needed"
        raise UsageError(what, where=str(path), mend=mend)
    return key


def write_key(path: Path, key: SignerKey) -> None:
    """Durable when it returns, and never open to others. Replaces what is there."""
    replace_file(path, key.skey + "\n", 0o600)


def replace_file(path: Path, text: str, mode: int) -> None:
    """Write a file of this mode whole or not at all; what is there stays until it is durable."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = Path(f"{path}.new")
    made.unlink(missing_ok=True)
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    made.replace(path)
