"""What the embedded broker's own log says of clients that it throws out.

It tells nobody else: an MQTT 3.1.1 client learns no reason, and tries again for ever.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

_LINE = re.compile(
    r"\[\d+\] (?P<at>\d{4}/\d\d/\d\d \d\d:\d\d:\d\d)\S* \[(?P<level>ERR|FTL)\] (?P<text>.*)"
)
_CLIENT = re.compile(r"\S+ - mid:\d+ - (?:\"(?P<name>[^\"]*)\" - )?(?P<what>.*)")
_BLANK = "character not supported for MQTT topics"
BLANK_MEND = (
    "take the blanks out of its topic (the name of its user or device), or use another broker"
)
AGAIN_S = 3600.0
"""The same complaint is told once in so long: a client that is thrown out comes back at once."""
TAIL_BYTES = 256 * 1024


class Complaint(NamedTuple):
    """One error that the server logged; `client` is "" where it is about no client."""

    at: datetime
    client: str
    what: str

    @property
    def blank(self) -> bool:
        """The client publishes, or subscribes, to a topic with a blank, which NATS knows not."""
        return self.what == _BLANK

    def __str__(self) -> str:
        if self.blank:
            return (
                f"the embedded broker throws the client {self.client!r} out, again and again: "
                f"there is a blank in a topic of its, and nothing of it gets through\n"
                f"  -> {BLANK_MEND}"
            )
        whose = f" of the client {self.client!r}" if self.client else ""
        return f"the embedded broker complains{whose}: {self.what}"


def complaints(text: str) -> list[Complaint]:
    """Those in a piece of the log, in its order."""
    found = []
    for line in text.splitlines():
        if (match := _LINE.fullmatch(line)) is None:
            continue
        at = datetime.strptime(match["at"], "%Y/%m/%d %H:%M:%S").replace(tzinfo=UTC)
        client = _CLIENT.fullmatch(match["text"])
        name, what = (client["name"] or "", client["what"]) if client else ("", match["text"])
        found.append(Complaint(at, name, what))
    return found


def newest(path: Path, within: timedelta, now: datetime) -> list[Complaint]:
    """The complaints at the end of the log file, no older than `within`; none without a file."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL_BYTES))
            text = file.read().decode(errors="replace")
    except OSError:
        return []
    return [one for one in complaints(text) if now - one.at <= within]


class Listener:
    """Follows the log file from where it ends now. One object, one thread."""

    def __init__(self, path: Path, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._path, self._monotonic = path, monotonic
        self._read = path.stat().st_size if path.exists() else 0
        self._told: dict[tuple[str, str], float] = {}

    def news(self) -> list[Complaint]:
        """What was not told lately."""
        now = self._monotonic()
        self._told = {key: at for key, at in self._told.items() if now - at < AGAIN_S}
        found = []
        for one in complaints(self._more()):
            if (one.client, one.what) not in self._told:
                self._told[one.client, one.what] = now
                found.append(one)
        return found

    def _more(self) -> str:
        """Whole lines since the last call. The server begins another file when one has grown."""
        try:
            with self._path.open("rb") as file:
                if file.seek(0, 2) < self._read:
                    self._read = 0
                file.seek(self._read)
                text = file.read(TAIL_BYTES)
        except OSError:
            return ""
        whole = text[: text.rfind(b"\n") + 1]
        self._read += len(whole)
        return whole.decode(errors="replace")
