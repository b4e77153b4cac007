"""What holds of every dialect, whatever a device sends."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from devices import catalogue, identity
from devices.common.frames import Field
from devices.reading import Passed, Reading
from tests.devices.strategies import RECEIVED_AT, json_values, numbers, texts

values = (
    json_values
    | st.sampled_from(
        [
            *(
                "",
                "0",
                "1",
                "-1",
                "2",
                "27.5",
                "-99.5",
                "255",
                "1e9",
                "nan",
                "true",
                " 7 ",
                "٣",
                "+",
            ),
            *("9" * 20, "9" * 400, 10**400, -0.0, 1e308, True, False, 0, 1, 2, 255, 98, 99),
            *("2026-03-01 11:59:58", "2000-01-01T00:00Z", "0000-00-00 00:00:00", 1772366398, 0),
            *("9999-12-31 23:59:59", "0001-01-01T00:00+14:00", "2026-03-01T11:59:58+99:00"),
        ]
    )
    | numbers(-200, 200)
)


def messages(*keys: str) -> st.SearchStrategy[bytes]:
    """JSON of objects with these keys, any of which may be missing or hold anything."""
    names = st.sampled_from(keys)
    one = st.dictionaries(names | texts, values, max_size=8)
    return (one | st.lists(one, max_size=3)).map(lambda found: json.dumps(found).encode())


def holds(topic: str, payload: bytes) -> list[Any]:
    """Decode it, and check what no payload may change; gives what came out."""
    dialect = catalogue.dialect_for(topic)
    assert dialect is not None
    found = dialect.decode(topic, payload, RECEIVED_AT)
    assert found
    for one in found:
        assert one.dialect == dialect.name
        if isinstance(one, Passed):
            continue
        if not isinstance(one, Reading):
            assert one.reason.isprintable()
            assert one.payload in payload
            continue
        body = identity.body(one)
        again = identity.from_body(one.device, body, RECEIVED_AT, one.buffered, dialect.name)
        assert identity.body(again) == body
    assert dialect.explain is not None
    fits(payload, dialect.explain(payload))
    return found


def fits(payload: bytes, fields: list[Field]) -> None:
    """Every field stands where it says."""
    for field in fields:
        assert payload[field.offset : field.offset + len(field.raw)] == field.raw
