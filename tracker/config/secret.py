"""Secrets: held, handed over on request, never shown by accident."""

from __future__ import annotations

from pathlib import Path

from tracker.domain.errors import UsageError


class Secret:
    """A password. `str`, `repr` and formatting show `***`; only `reveal` gives it away."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__


def from_file(path: Path, where: str) -> Secret:
    """The first line of `path`. Raises UsageError, naming `where`, if there is none to read."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise UsageError(
            f"cannot read the password file {path}: {reason}",
            where=where,
            mend="create it with the password on its first line, readable by you alone (mode 0600)",
        ) from error
    value = text.splitlines()[0].strip() if text.strip() else ""
    if not value:
        raise UsageError(
            f"the password file {path} is empty", where=where, mend="write the password into it"
        )
    return Secret(value)
