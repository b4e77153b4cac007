"""Readings of every kind, and JSON as devices might write it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from string import ascii_letters, digits
from typing import Any

from hypothesis import strategies as st

from devices.common.clocks import AHEAD, BEHIND
from devices.reading import (
    Cell,
    Clock,
    Credential,
    CredentialKind,
    Fix,
    NoFix,
    NoFixReason,
    Reading,
    SealCondition,
    SealEvent,
    SealReport,
)

RECEIVED_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
DEVICE = "MX-0001"
TOPIC = f"seals/v1/{DEVICE}/telemetry"


def numbers(low: float | None = None, high: float | None = None) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
integers = st.integers(-(2**63), 2**63 - 1)
counts = st.integers(0, 2**63 - 1)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | numbers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
odd_keys = st.sampled_from(
    [
        *("id", "~id", "~~id", "~", "~x", ":", "a:b", "time", "device", "buffered", "no_fix"),
        *("lat", "altitude", "~altitude", "fix_time", "seal", "seal.", "seal.state", "seal.door"),
        *("seal.credential", "seal.credential.kind", "seal.credential.x", "cell.tac", "cell.mcc"),
    ]
)
extras = st.dictionaries(texts | odd_keys, json_values, max_size=4)
times = st.datetimes(
    (RECEIVED_AT - BEHIND).replace(tzinfo=None), (RECEIVED_AT + AHEAD).replace(tzinfo=None)
).map(lambda moment: moment.replace(tzinfo=UTC))
"""That a clock may be believed to show."""
fixes = st.builds(
    Fix,
    lat=numbers(-90, 90),
    lon=numbers(-180, 180),
    time=times,
    accuracy_m=maybe(numbers(0)),
    speed_kmh=maybe(numbers(0)),
    course_deg=maybe(numbers(0, 360)),
    altitude_m=maybe(numbers()),
    satellites=maybe(counts),
    hdop=maybe(numbers(0)),
).filter(lambda fix: not fix.lat == 0 == fix.lon)
no_fixes = st.builds(
    NoFix,
    reason=st.sampled_from(NoFixReason),
    satellites=maybe(counts),
    hdop=maybe(numbers(0)),
    speed_kmh=maybe(numbers(0)),
)
seals = st.builds(
    SealReport,
    condition=maybe(st.sampled_from(SealCondition)),
    number=maybe(st.text(ascii_letters + digits, min_size=1, max_size=21)),
    events=st.frozensets(st.sampled_from(SealEvent)),
    credential=maybe(st.builds(Credential, kind=st.sampled_from(CredentialKind), id=maybe(texts))),
    lock_count=maybe(counts),
)
cells = st.builds(Cell, **dict.fromkeys(("mcc", "mnc", "lac", "cid", "rssi"), maybe(integers)))
readings = st.builds(
    Reading,
    device=st.just(DEVICE),
    dialect=st.just("native"),
    event_time=times,
    received_at=st.just(RECEIVED_AT),
    position=fixes | no_fixes,
    seal=maybe(seals),
    battery_pct=maybe(numbers(0, 100)),
    jamming=maybe(st.booleans()),
    buffered=st.booleans(),
    seq=maybe(integers),
    message_id=maybe(st.text(st.characters(exclude_categories=["Cs"]), max_size=64)),
    cell=maybe(cells),
    clock=st.just(Clock.DEVICE) | st.sampled_from(Clock),
    extra=extras,
)


class Pairs(list[tuple[str, Any]]):
    """A JSON object as it may be written: with its keys in any order, and any of them twice."""


def write(value: Any, ascii_only: bool) -> str:
    """JSON text of a value that may hold `Pairs`."""
    if isinstance(value, Pairs):
        members = (f"{write(k, ascii_only)}:{write(v, ascii_only)}" for k, v in value)
        return "{" + ", ".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(write(item, ascii_only) for item in value) + "]"
    text = json.dumps(value, ensure_ascii=ascii_only)
    return text.replace(":", "\\u003A") if ascii_only else text


few_keys = st.sampled_from(["a", "b", "a:b", ":", "\\", "\\u003a", '"', "é:", "\0"])
documents = st.recursive(
    st.none() | st.integers() | few_keys,
    lambda inner: (
        st.lists(inner, max_size=3) | st.lists(st.tuples(few_keys, inner), max_size=3).map(Pairs)
    ),
    max_leaves=8,
)
"""Documents that are rich in duplicate keys, colons and escapes."""

later = st.timedeltas(timedelta(0), timedelta(hours=1))
