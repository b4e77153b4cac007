"""What a file's name says of its format."""

from __future__ import annotations

import re
from pathlib import Path

from tracker.domain.errors import UsageError

_SUFFIX = re.compile(r"\.[A-Za-z][\w-]*")


def named_as(file: Path, *suffixes: str, what: str) -> None:
    """A file of this format is called so, or has no suffix. Raises UsageError for another suffix:
    whoever is sent a .pdf that is none cannot open it.
    """
    found = file.suffix
    if found.lower() not in suffixes and _SUFFIX.fullmatch(found):
        raise UsageError(
            f"this is written as {what}, and its name says {found}",
            where=str(file),
            mend=f"name it {file.with_suffix(suffixes[0]).name}",
        )
