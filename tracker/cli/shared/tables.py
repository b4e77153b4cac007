"""Tables and lists of pairs for people. Words are never cut: an id that lacks its end is none.

Where a table does not fit, its cells are broken between words; where not even its longest words
fit side by side, each row is a block of lines of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sealproof.plain import plain
from tracker.cli.shared.output import console, say

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

_GAP = 2
"""Blanks between two columns."""


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, empty: str) -> None:
    """Rows under headings; `empty` if there is none. None is shown as "-"."""
    cells = [[text(cell) for cell in row] for row in rows]
    if not cells:
        say(empty)
        return
    widths = _widths(columns, cells, console().width)
    if widths is None:
        _blocks(columns, cells)
    else:
        _grid(columns, cells, widths)


def pairs(items: Iterable[tuple[str, Any]]) -> None:
    """Names and values below each other; what is None is left out."""
    from rich.text import Text

    _pairs((Text(name, style="bold"), text(value)) for name, value in items if value is not None)


def cell(value: Any) -> str:
    if value is None or value == "":
        return "-"
    return f"{value:g}" if isinstance(value, float) else plain(str(value))


def text(value: Any) -> Text:
    from rich.text import Text

    return value if isinstance(value, Text) else Text(cell(value))


def _widths(columns: Sequence[str], rows: Sequence[Sequence[Text]], room: int) -> list[int] | None:
    """How wide each column is to be in `room`; None if their longest words do not fit."""
    from rich.cells import cell_len

    told = [[column, *(row[at].plain for row in rows)] for at, column in enumerate(columns)]
    least = [max(cell_len(word) for one in cells for word in one.split() or [""]) for cells in told]
    whole = [max(cell_len(line) for one in cells for line in one.split("\n")) for cells in told]
    spare = room - _GAP * (len(columns) - 1) - sum(least)
    if spare < 0:
        return None
    widths = least
    while spare and (wanting := [at for at, full in enumerate(whole) if widths[at] < full]):
        share = max(1, spare // len(wanting))
        for at in wanting[:spare]:
            more = min(share, whole[at] - widths[at])
            widths[at] += more
            spare -= more
    return widths


def _grid(columns: Sequence[str], rows: Sequence[Sequence[Text]], widths: Sequence[int]) -> None:
    from rich.table import Column, Table

    heads = [
        Column(name, width=width, overflow="fold")
        for name, width in zip(columns, widths, strict=True)
    ]
    grid = Table(*heads, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        grid.add_row(*row)
    _print(grid)


def _blocks(columns: Sequence[str], rows: Sequence[Sequence[Text]]) -> None:
    from rich.text import Text

    for number, row in enumerate(rows):
        if number:
            say("")
        _pairs((Text(name, style="bold"), one) for name, one in zip(columns, row, strict=True))


def _pairs(items: Iterable[tuple[Text, Text]]) -> None:
    from rich.table import Column, Table

    grid = Table.grid(Column(no_wrap=True), Column(overflow="fold"), padding=(0, _GAP))
    for name, value in items:
        grid.add_row(name, value)
    _print(grid)


def _print(grid: Table) -> None:
    """Rich fills every line up with blanks; where no terminal shows them, they go."""
    out = console()
    if out.is_terminal:
        out.print(grid)
        return
    with out.capture() as captured:
        out.print(grid)
    for line in captured.get().splitlines():
        sys.stdout.write(line.rstrip() + "\n")
