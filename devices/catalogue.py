"""The dialects that there are, found by themselves (where: see the package's docstring).

They are imported at the first question, not with this module. One that cannot be imported is told
by `broken()`; the others speak on.
"""

from __future__ import annotations

import importlib
import pkgutil
import traceback
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from types import ModuleType

from msgspec import Struct
from msgspec.structs import replace

import devices
from devices.common.clocks import AHEAD, FILED
from devices.common.frames import Field
from devices.common.identifiers import key_of
from devices.common.lookalike import begins_like
from devices.common.zones import ClockSetting, received
from devices.reading import Decoded, Passed, Reading, Rejected
from devices.wire import Command, Frame, Noise, Session

Decode = Callable[[str, bytes, datetime], Decoded]


class Dialect(Struct, frozen=True, kw_only=True):
    """One way to say it: `about` is the first line of its documentation.

    What a module does not have is None: `explain` and `device_of` (devices.common.frames),
    `session`, `datagram` and `command` (devices.wire); commands: what its devices can be told.
    decode_local: as `decode`, where it must not guess in which zone a device's clock is.
    recognises: whether bytes begin as its own do. vectors: the file of its payloads and what must
    come out, beside it.
    """

    name: str
    about: str
    filters: tuple[str, ...]
    decode: Decode
    vectors: Path
    explain: Callable[[bytes], list[Field]] | None = None
    device_of: Callable[[bytes], str | None] | None = None
    session: Callable[[], Session] | None = None
    datagram: Callable[[bytes, datetime], list[Frame | Noise]] | None = None
    command: Callable[[str, str, dict[str, str], int], bytes] | None = None
    decode_local: Decode | None = None
    recognises: Callable[[bytes], bool] | None = None
    commands: tuple[Command, ...] = ()


class Broken(Struct, frozen=True, kw_only=True):
    """A dialect that could not be imported. why: the fault and where; mend: what to do."""

    name: str
    why: str
    mend: str


@cache
def dialects() -> dict[str, Dialect]:
    """All dialects by name, which is the name of their module or folder."""
    return _load()[0]


def broken() -> tuple[Broken, ...]:
    """The dialects that could not be imported: nobody listens to their devices."""
    return _load()[1]


@cache
def _load() -> tuple[dict[str, Dialect], tuple[Broken, ...]]:
    found: dict[str, Dialect] = {}
    faults: list[Broken] = []
    for name, place in sorted(_places()):
        try:
            module = importlib.import_module(place)
            if hasattr(module, "FILTERS") and hasattr(module, "decode"):
                found[name] = _dialect(name, module)
        except Exception as error:  # noqa: BLE001 - one broken dialect must not silence the others
            faults.append(_broken(name, place, error))
    return found, tuple(faults)


def _places() -> Iterator[tuple[str, str]]:
    """(name, dotted module) of everything that may be a dialect."""
    for info in pkgutil.iter_modules(devices.__path__):
        place = f"{devices.__name__}.{info.name}"
        yield info.name, place
        if info.ispkg:
            folders = [str(Path(folder) / info.name) for folder in devices.__path__]
            for inner in pkgutil.iter_modules(folders):
                if inner.name.startswith(f"{info.name}_"):
                    yield inner.name, f"{place}.{inner.name}"


def _dialect(name: str, module: ModuleType) -> Dialect:
    return Dialect(
        name=name,
        about=(module.__doc__ or "").partition("\n")[0],
        filters=tuple(module.FILTERS),
        decode=module.decode,
        vectors=Path(str(module.__file__)).with_name(f"{name}.vectors.toml"),
        explain=getattr(module, "explain", None),
        device_of=getattr(module, "device_of", None),
        session=getattr(module, "session", None),
        datagram=getattr(module, "datagram", None),
        command=getattr(module, "command", None),
        decode_local=getattr(module, "decode_local", None),
        recognises=getattr(module, "recognises", None),
        commands=tuple(getattr(module, "COMMANDS", ())),
    )


def _broken(name: str, place: str, error: Exception) -> Broken:
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(last.filename).name}, line {last.lineno}"
    if isinstance(error, SyntaxError) and error.filename:
        where = f"{Path(error.filename).name}, line {error.lineno}"
    return Broken(
        name=name,
        why=f"{type(error).__name__}: {str(error)[:200]} ({where})",
        mend=f"see `python -c 'import {place}'`; until then its topics are not subscribed",
    )


def forget() -> None:
    """Look again at the next question: for tests that add a dialect."""
    for cached in (_load, dialects, dialect_for):
        cached.cache_clear()


def filters() -> tuple[str, ...]:
    """The MQTT topic filters of all dialects: what to subscribe to."""
    return tuple(filter_ for dialect in dialects().values() for filter_ in dialect.filters)


@lru_cache(maxsize=16_384)
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
