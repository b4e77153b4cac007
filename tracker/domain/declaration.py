"""A shipment's declaration, read: JSON text in, `Shipment` out, with what is wrong and the mend."""

from __future__ import annotations

import difflib

import msgspec

from tracker.domain.errors import UsageError
from tracker.domain.shipment import Shipment


def parse(document: bytes) -> Shipment:
    """Raises UsageError with the JSON path and what is expected there."""
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
