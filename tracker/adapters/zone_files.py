"""The configured zone files, read again when one of them, or the list of them, has changed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from tracker.app.planning import Geography
from tracker.domain.errors import TrackerError

log = logging.getLogger(__name__)

Mark = tuple[str, int, int]
"""Of a file: its name, time of change and size. A missing file counts as empty."""


class ZoneFiles:
    """Called at each look at the timers: gives a new Geography once after a change, else None.

    source: the configuration, None if there is no file. files: the zone files that it names now.
    load: reads them all. A change that cannot be used is told once, in the program's own log, and
    the zones in force stay in force.
    """

    def __init__(
        self,
        source: Path | None,
        files: Callable[[], Sequence[Path]],
        load: Callable[[], Geography],
    ) -> None:
        self._source, self._files, self._load = source, files, load
        self._source_mark = _mark(source)
        self._paths = files()
        self._marks = [_mark(path) for path in self._paths]

    def __call__(self) -> Geography | None:
        try:
            return self._load() if self._changed() else None
        except TrackerError as error:
            log.error("changed zones are not used: %s", error)
            return None

    def _changed(self) -> bool:
        changed = False
        if (mark := _mark(self._source)) != self._source_mark:
            self._source_mark = mark
            paths = self._files()
            changed = list(paths) != list(self._paths)
            self._paths = paths
        marks = [_mark(path) for path in self._paths]
        changed = changed or marks != self._marks
        self._marks = marks
        return changed


def _mark(path: Path | None) -> Mark:
    try:
        stat = path.stat() if path else None
    except OSError:
        stat = None
    return (str(path), stat.st_mtime_ns, stat.st_size) if stat else (str(path), 0, 0)
