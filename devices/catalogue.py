"""The dialects, and what a message says by them.

They are imported at the first question, not with this module. One that cannot be imported is told
by `broken()`; the others speak on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from msgspec.structs import replace

from devices import discovery
from devices.common.clocks import AHEAD, FILED
from devices.common.identifiers import key_of
from devices.common.lookalike import begins_like
from devices.common.zones import ClockSetting, received
from devices.discovery import Broken, Decode, Dialect, broken, dialects
from devices.reading import Passed, Reading, Rejected

__all__ = [
    "Broken",
    "Decode",
    "Dialect",
    "broken",
    "decode",
    "dialect_for",
    "dialects",
    "filters",
    "forget",
    "looks_like",
    "matches",
    "speaker",
]


def forget() -> None:
    """Look for dialects again at the next question: for tests that add one."""
    discovery.forget()
    dialect_for.cache_clear()


def filters() -> tuple[str, ...]:
    """The MQTT topic filters of all dialects: what to subscribe to."""
    return tuple(filter_ for dialect in dialects().values() for filter_ in dialect.filters)


TOPICS = 262_144
"""Topics whose dialect is remembered: those of a large fleet, each of whose trucks has its own."""


@lru_cache(maxsize=TOPICS)
def dialect_for(topic: str) -> Dialect | None:
    """The dialect that listens on a topic (the first by name), or None."""
    for dialect in dialects().values():
        if any(matches(filter_, topic) for filter_ in dialect.filters):
            return dialect
    return None


def looks_like(payload: bytes, but: str = "") -> str | None:
    """What a payload that its dialect (`but`) does not understand looks like, None for nothing
    that is known: another dialect, which has a port and a topic of its own, or a protocol that is
    not spoken here.
    """
    for name, dialect in dialects().items():
        if name != but and dialect.recognises is not None and dialect.recognises(payload):
            return f"{name}, which has a port and a topic of its own"
    return begins_like(payload)


def speaker(topic: str) -> str:
    """Who speaks on a topic: what stands at the last wildcard of its dialect's filter, which is the
    device, or the gateway that passes on what several say; the topic itself where none listens.
    """
    dialect = dialect_for(topic)
    for filter_ in dialect.filters if dialect is not None else ():
        if matches(filter_, topic):
            wild = [at for at, level in enumerate(filter_.split("/")) if level == "+"]
            return topic.split("/")[wild[-1]] if wild else topic
    return topic


def matches(filter_: str, topic: str) -> bool:
    """Whether an MQTT topic filter takes in a topic (MQTT 5, section 4.7).

    "+" is one level, "#" the rest, the parent level included; a topic beginning with "$" is not
    taken in by a filter that begins with a wildcard.
    """
    if topic[:1] == "$" and filter_[:1] in ("+", "#"):
        return False
    wanted, levels = filter_.split("/"), topic.split("/")
    if wanted[-1] == "#":
        wanted = wanted[:-1]
        levels, short = levels[: len(wanted)], len(levels) < len(wanted)
        if short:
            return False
    return len(wanted) == len(levels) and all(
        want in ("+", level) for want, level in zip(wanted, levels, strict=True)
    )


def decode(
    topic: str,
    payload: bytes,
    received_at: datetime,
    clocks: Mapping[str, ClockSetting] | None = None,
    *,
    filed: bool = False,
) -> list[Reading | Rejected]:
    """What a message says, by the dialect of its topic. Whatever is no reading comes out as
    Rejected; nothing comes of a sound message that tells nothing of a truck or a seal (`Passed`).

    clocks: `key_of(device)` -> how its clock is set, where it is not in UTC. filed: the payload
    comes from a file, so that how old it is says nothing of its clock. Never raises.
    """
    dialect = dialect_for(topic)
    if dialect is None:
        return [_rejected(topic, payload, received_at, "no dialect listens on this topic", None)]
    if filed:
        return _filed(dialect, topic, payload, received_at)
    found = _decoded(dialect.decode, dialect, topic, payload, received_at)
    if clocks and (setting := _setting(found, clocks)) is not None:
        decode_local = dialect.decode_local or dialect.decode
        there = setting.there(received_at)
        local = _decoded(decode_local, dialect, topic, payload, there)
        return [setting.back(item, received_at) for item in local]
    return found


def _decoded(
    decoder: Decode, dialect: Dialect, topic: str, payload: bytes, received_at: datetime
) -> list[Reading | Rejected]:
    try:
        found = decoder(topic, payload, received_at)
    except Exception as error:  # noqa: BLE001 - a faulty decoder must not cost a message
        fault = f"the decoder failed with {type(error).__name__}: {str(error)[:200]!a}"
        return [_rejected(topic, payload, received_at, fault, dialect.name)]
    if len(found) == 1 and isinstance(found[0], Reading):  # what mostly comes
        return found  # type: ignore[return-value]  # it is of that one
    if not found:
        fault = "the decoder found nothing in it"
        return [_rejected(topic, payload, received_at, fault, dialect.name)]
    kept = [item for item in found if not isinstance(item, Passed)]
    if kept and all(map(_is_foreign, kept)):
        return [_with_likeness(item, payload, dialect) for item in kept]
    return kept


def _is_foreign(item: Reading | Rejected) -> bool:
    return isinstance(item, Rejected) and item.place in ("", "start", "[0]")


def _with_likeness(
    item: Reading | Rejected, payload: bytes, dialect: Dialect
) -> Reading | Rejected:
    """Say what it looks like, unless it looks like the dialect's own."""
    own = dialect.recognises is not None and dialect.recognises(payload)
    framed = any(filter_.startswith("frames/") for filter_ in dialect.filters)
    likeness = None if own else looks_like(payload, dialect.name)
    if not isinstance(item, Rejected) or likeness is None or (likeness == "JSON" and not framed):
        return item
    return replace(item, reason=f"{item.reason} (it looks like {likeness})")


def _setting(
    found: list[Reading | Rejected], clocks: Mapping[str, ClockSetting]
) -> ClockSetting | None:
    """Of the device that speaks; of a sub-lock that of the lock that passes it on."""
    for item in found:
        device = item.device or ""
        for name in (device, device.partition("/")[0]):
            if (setting := clocks.get(key_of(name))) is not None:
                return setting
    return None


def _filed(
    dialect: Dialect, topic: str, payload: bytes, received_at: datetime
) -> list[Reading | Rejected]:
    """As if it was received when it was sent; what lies ahead of now is judged all the same."""
    found = _decoded(dialect.decode, dialect, topic, payload, FILED)
    ahead = [
        item.event_time > received_at + AHEAD
        for item in found
        if isinstance(item, Reading) and item.event_time < FILED
    ]
    if any(ahead):
        return _decoded(dialect.decode, dialect, topic, payload, received_at)
    return [received(item, received_at) for item in found]


def _rejected(
    topic: str, payload: bytes, received_at: datetime, reason: str, dialect: str | None
) -> Rejected:
    return Rejected(
        topic=topic, payload=payload, reason=reason, received_at=received_at, dialect=dialect
    )
