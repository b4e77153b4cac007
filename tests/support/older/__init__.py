"""A journal as an older program left it, as SQL: what was written then must be read for good.

`log-v2.sql`: leaves of version 2, with words in them; S1 sealed, handed over and cut, its alert
acknowledged and open; S2 closed with the reason "Delivered at dock 4", never sealed; S3 with an
alert that was closed. Written by the program at its schema 0003.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

ORIGIN = "test/log"


def journal(folder: Path) -> Path:
    """The file, as it was left, where `tests.support.office.Office` has its own."""
    file = folder / "tracker.db"
    script = (Path(__file__).parent / "log-v2.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(file)) as raw:
        raw.executescript(script)
    return file
