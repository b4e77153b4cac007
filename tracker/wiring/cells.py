"""The cells of the mobile networks, from the configured file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tracker.config import Config

if TYPE_CHECKING:
    from tracker.app.cells import Cells


def cells(config: Config) -> Cells | None:
    """None where no file is configured: then nothing is looked up. Raises UsageError."""
    if config.cells.file is None:
        return None
    from tracker.adapters.cell_file import read_cells

    return read_cells(Path(config.cells.file))
