"""A witness's private key in a file of its own, readable by its owner alone. It is never replaced:
a witness with another key is another witness.
"""

from __future__ import annotations

import os
from pathlib import Path

from sealproof.errors import ProofError
from sealproof.note import COSIGNATURE, SignerKey, new_signer, parse_skey
from tracker.adapters.keys.key_file import read_private
from tracker.domain.errors import UsageError

MEND = "`tracker witness key NAME` makes one; --key names it"


def make(path: Path, name: str) -> SignerKey:
    """A new key in a new file, mode 0600. Raises UsageError: the file is there, a bad name."""
    try:
        key = new_signer(name, COSIGNATURE)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except ProofError as error:
        raise UsageError(str(error), mend="such as witness.example/customs") from error
    except OSError as error:
        raise UsageError(
            f"cannot be made: {error.strerror}",
            where=str(path),
            mend="name another file with --out; keys are never overwritten",
        ) from error
    with os.fdopen(descriptor, "w") as file:
        file.write(key.skey + "\n")
        file.flush()
        os.fsync(file.fileno())
    return key


def read(path: Path) -> SignerKey:
    """Raises UsageError: no such file, readable by others, or no witness's key."""
    text = read_private(
        path, whose="the witness's key", mend=MEND, exposed="make a new key and state"
    )
    try:
        key = parse_skey(text)
    except ProofError as error:
        raise UsageError(str(error), where=str(path), mend=MEND) from error
    if key.kind != COSIGNATURE:
        raise UsageError("this is a log's key, not a witness's", where=str(path), mend=MEND)
    return key
