"""Which entry is meant, and how `--json` prints it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.domain.errors import NotFound

if TYPE_CHECKING:
    from tracker.ports import EntryRow, Records

_NUMBER = re.compile(r"[0-9]{1,18}")
"""What a database's integer holds."""
EntryName = Annotated[
    str, typer.Argument(metavar="ENTRY", help="Its index, or its id: SHIPMENT#NUMBER.")
]


def find_entry(records: Records, name: str) -> EntryRow:
    """Raises NotFound."""
    scope, _, seq = name.rpartition("#")
    if _NUMBER.fullmatch(name):
        found = next(records.entries(after=int(name) - 1, limit=1), None)
        if found is not None and found.index == int(name):
            return found
    elif scope and _NUMBER.fullmatch(seq):
        for one in records.entries(scope=scope):
            if one.seq == int(seq):
                return one
    raise NotFound(
        f"there is no entry {name}", mend="name its INDEX in `tracker log show`, or SCOPE#SEQ"
    )
