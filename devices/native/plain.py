"""Plain native messages, which most are: read straight into their types.

Plain is what has known keys alone, each once, with values that fit. That a key is given twice does
not show in the types; it shows in the text, where every key ends in `":`. So these are counted, and
whatever does not come out even (a `null`, a blank before a colon, a quote within a text) is left to
`devices.common.jsonpayload`, which is definitive.
"""

from __future__ import annotations

import msgspec

from devices.common.jsonpayload import MAX_BYTES
from devices.native import keys


class _Credential(keys.Credential, forbid_unknown_fields=True):
    pass


class _Seal(keys.Seal, forbid_unknown_fields=True):
    credential: _Credential | None = None


class _Cell(keys.Cell, forbid_unknown_fields=True):
    pass


class _Message(keys.Message, forbid_unknown_fields=True):
    seal: _Seal | None = None
    cell: _Cell | None = None


_object = msgspec.json.Decoder(_Message).decode
_array = msgspec.json.Decoder(list[_Message]).decode
_ALL = len(keys.Message.__struct_fields__)
_INNER: dict[type[msgspec.Struct], int] = {
    kind: len(kind.__struct_fields__) for kind in (_Seal, _Cell, _Credential)
}


def messages(payload: bytes) -> list[_Message] | None:
    """Those of a payload that is plain in all its parts; None for any other."""
    if len(payload) > MAX_BYTES:
        return None
    try:
        found = [_object(payload)] if payload[:1] == b"{" else _array(payload)
    except (ValueError, RecursionError):
        return None
    given = _given(found[0]) if len(found) == 1 else sum(map(_given, found))
    return found if given == payload.count(b'":') and not _is_loose(payload) else None


def _is_loose(payload: bytes) -> bool:
    """It is written over several lines, or a blank stands after a text, as it may before a colon.
    Single bytes are found at once.
    """
    return b"\n" in payload or b"\t" in payload or b"\r" in payload or b'" ' in payload


def _given(message: _Message) -> int:
    """How many keys it has a value of."""
    given = _ALL - msgspec.structs.astuple(message).count(None)
    seal = message.seal
    if seal is not None:
        given += _within(seal)
        if seal.credential is not None:
            given += _within(seal.credential)
    return given if message.cell is None else given + _within(message.cell)


def _within(inner: msgspec.Struct) -> int:
    return _INNER[type(inner)] - msgspec.structs.astuple(inner).count(None)
