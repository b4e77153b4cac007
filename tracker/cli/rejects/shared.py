"""What the commands of `tracker rejects` share."""

from __future__ import annotations

import base64
from typing import Any

import msgspec

from tracker.ports import RejectRow


def document(row: RejectRow) -> dict[str, Any]:
    """The row as JSON has it: the bytes in base64."""
    fields = msgspec.structs.asdict(row)
    return {**fields, "payload": base64.b64encode(row.payload).decode()}
