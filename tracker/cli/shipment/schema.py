"""`tracker shipment schema`: print the JSON Schema of a shipment's file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.cli.shared import render

if TYPE_CHECKING:
    pass


def schema() -> None:
    """Print the JSON Schema of a shipment's file."""
    from tracker.cli.shipment.file import schema as document

    render.json_line(document())
