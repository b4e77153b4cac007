"""One seal of the inventory, as it is listed."""

from __future__ import annotations

import enum
from datetime import datetime

from msgspec import Struct


class Status(enum.StrEnum):
    ON_HAND = "on_hand"
    USED = "used"
    VOID = "void"


class SealItem(Struct, frozen=True, kw_only=True):
    """`tracker seals list --json`: these are its stable names.

    to: the custodian to whom it was issued. shipment: the first that used it. reason: why it is
    void. entries: those of the inventory that speak of it.
    """

    number: str
    status: Status
    issued_at: datetime
    to: str | None
    shipment: str | None
    reason: str | None
    entries: tuple[str, ...]
