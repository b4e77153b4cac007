"""The key that signs codes and links by which alerts are acknowledged, in a file of its own.

Made once (`tracker init`, or whoever first needs it) and never replaced: with it go the codes of
all messages that were sent.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from tracker.adapters.keys.key_file import read_private
from tracker.domain.errors import UsageError

KEY_BYTES = 32
"""As long as what HMAC-SHA256 gives. Source: RFC 2104, 3."""


def made_code_key(path: Path) -> bytes:
    """The key; made now if there is none. Raises UsageError as `read_code_key` does, and where it
    cannot be written.
    """
    if not path.exists():
        try:
            _make(path)
        except OSError as error:
            raise UsageError(
                f"the key of codes cannot be written: {error.strerror}",
                where=str(path),
                mend="let it be in a folder where you may write: [notify] code_key_file",
            ) from error
    return read_code_key(path)


def read_code_key(path: Path) -> bytes:
    """Raises UsageError: no such file, readable by others, or not such a key."""
    text = read_private(
        path,
        whose="the key of codes",
        mend="[notify] code_key_file names it; the worker that sends messages makes it",
        exposed="remove it: another is made, and codes that were sent are void",
    )
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise UsageError(
            f"not a key of codes: {2 * KEY_BYTES} hexadecimal digits",
            where=str(path),
            mend="put it back, or remove it: another is made, and codes that were sent are void",
        )
    return key


def _make(path: Path) -> None:
    """Whole from its first moment, and only if there is none: of two that make one at the same
    time, the first one's stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(new, path)
    except FileExistsError:
        pass
    finally:
        new.unlink()
