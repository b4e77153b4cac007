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


class Withheld(Secret):
    """A password in a file that this user may not read: whoever needs it is told so, others do
    without.
    """

    __slots__ = ("_fault",)

    def __init__(self, fault: UsageError) -> None:
        super().__init__("")
        self._fault = fault

    def reveal(self) -> str:
        raise self._fault


def from_file(path: Path, where: str, what: str = "password") -> Secret:
    """The first line of `path`. Raises UsageError, naming `where`, if there is none to read. what:
    it is, in those words.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except PermissionError as error:
        return Withheld(
            UsageError(
                f"cannot read the {what} file {path}: {error.strerror}",
                where=where,
                mend="only its owner may; let them give the command, or sudo -u OWNER",
            )
        )
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise UsageError(
            f"cannot read the {what} file {path}: {reason}",
            where=where,
            mend=f"create it with the {what} on its first line, readable by you alone (mode 0600)",
        ) from error
    value = text.splitlines()[0].strip() if text.strip() else ""
    if not value:
        raise UsageError(
            f"the {what} file {path} is empty", where=where, mend=f"write the {what} into it"
        )
    return Secret(value)
