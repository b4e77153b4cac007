"""A shipment's declaration, read: JSON text in, `Shipment` out, with what is wrong and the mend."""

from __future__ import annotations

import difflib
from datetime import datetime
from typing import Any

import msgspec

from tracker.domain.errors import UsageError
from tracker.domain.shipment import AMENDABLE, Shipment


def parse(document: bytes) -> Shipment:
    """Raises UsageError with the JSON path and what is expected there."""
    shipment = _read(document)
    if shipment.amendments:
        raise UsageError(
            "amendments are not declared", where="$.amendments", mend="tracker shipment amend"
        )
    return shipment


def amended(
    shipment: Shipment, changes: dict[str, Any], *, at: datetime, reason: str
) -> tuple[Shipment, tuple[str, ...]]:
    """The shipment with these fields changed (JSON values; null takes one away), and the names of
    those that differ from before. Raises UsageError for a field that cannot change, or no change.
    """
    before = msgspec.json.decode(msgspec.json.encode(shipment))
    for name in changes:
        if name not in AMENDABLE:
            raise UsageError(
                f"{name} cannot be amended",
                where=f"$.{name}",
                mend=f"these can: {', '.join(AMENDABLE)}",
            )
    changed = tuple(name for name, value in changes.items() if before.get(name) != value)
    if not changed:
        raise UsageError("nothing would change", mend="name what is to be different")
    new = {name: value for name, value in (before | changes).items() if value is not None}
    was = {name: before.get(name) for name in changed}
    history = [*before.get("amendments", ()), {"at": at.isoformat(), "reason": reason, "was": was}]
    return _read(msgspec.json.encode(new | {"amendments": history})), changed


def _read(document: bytes) -> Shipment:
    try:
        return msgspec.json.decode(document, type=Shipment)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `")
        raise UsageError(what, where=path.rstrip("`") or "$", mend=_mend(what)) from None
    except msgspec.DecodeError as error:
        raise UsageError(f"not JSON: {error}") from None


def _mend(what: str) -> str:
    """For a key that is nearly one we know, that; for a pattern, its meaning in words."""
    schema = msgspec.json.schema(Shipment)
    kinds = [kind for kind in schema["$defs"].values() if "properties" in kind]
    _, unknown, key = what.partition("unknown field `")
    if unknown:
        names = {name for kind in kinds for name in kind["properties"]}
        near = difflib.get_close_matches(key.rstrip("`"), names, n=1)
        if near:
            return f"did you mean {near[0]}?"
    for kind in kinds:
        for field in kind["properties"].values():
            if "pattern" in field and field["pattern"] in what:
                return str(field["description"])
    return "tracker shipment schema prints what fits"
