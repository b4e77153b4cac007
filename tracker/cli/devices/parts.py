"""What a payload is made of: which dialect it is in, whose it is, and its frames one by one.

For `tracker devices decode`: what stands in a file has no topic that would say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from tracker.domain.errors import NotFound, UsageError

if TYPE_CHECKING:
    from devices.catalogue import Dialect
    from devices.wire import Frame, Noise, Session

UNNAMED = ("unknown", "0")
"""The device of a frame that does not say whose it is; the second where names are numbers."""
FRAMES = "frames/"


class Part(NamedTuple):
    """One frame of the input, or whatever else it holds.

    says: it carries what a reading is made of. answer: what the device is told.
    """

    dialect: Dialect | None
    topic: str
    payload: bytes
    says: bool = True
    answer: bytes = b""


def split(
    payload: bytes,
    name: str | None,
    named: str | None,
    now: datetime,
    *,
    before: Sequence[Part] = (),
    sessions: dict[str, Session],
    where: str = "",
) -> list[Part]:
    """The frames in a payload, each with its topic. name, named: its dialect and its device, where
    that is known. before: what came ahead of it; whoever logged in there says what is here.
    sessions: of each dialect the one that what came ahead was understood by; kept up to date.

    Raises UsageError, naming `where`, if the dialect cannot be made out, or NotFound.
    """
    dialect = _named(name) if name else _guessed(payload, now, where)
    device = named or (dialect.device_of(payload) if dialect.device_of is not None else None)
    device = device or _unnamed(dialect, now)
    topic = topic_for(dialect, device)
    if not _framed(dialect):
        return [Part(dialect, topic, payload)]
    same = [part.topic for part in before if part.dialect is dialect]
    topic = same[-1] if same and named is None else topic
    parts: list[Part] = []
    for item in _continued(dialect, payload, now, sessions):
        if speaker := named or getattr(item, "device", None):
            topic = _topic(dialect, speaker)
        says, answer = getattr(item, "publish", True), getattr(item, "answer", b"")
        parts.append(Part(dialect, topic, item.payload, says, answer))
    ended = bool(parts) and payload.rstrip().endswith(parts[-1].payload[-8:].rstrip())
    if not ended:  # a frame that is cut off, or none at all: the decoder says what is wrong
        taken = sum(len(part.payload) for part in parts)
        parts.append(Part(dialect, topic, payload[taken:]))
        sessions.pop(dialect.name, None)
    return parts


def _continued(
    dialect: Dialect, payload: bytes, now: datetime, sessions: dict[str, Session]
) -> Sequence[Frame | Noise]:
    """What a session makes of a payload that knows what came ahead of it, such as a registration;
    or where it makes noise of it, what a new one does.
    """
    known = sessions.pop(dialect.name, None)
    if known is not None:
        found = known.feed(payload, now)
        if _is_clean(found):
            sessions[dialect.name] = known
            return found
    if dialect.session is not None:
        sessions[dialect.name] = dialect.session()
    return _items(dialect, payload, now, sessions.get(dialect.name))


def _topic(dialect: Dialect, device: str) -> str:
    return f"{FRAMES}{dialect.name}/{device}"


def _unnamed(dialect: Dialect, now: datetime) -> str:
    """The first of UNNAMED that the dialect takes for a name: it has nothing to say against it."""
    if not _framed(dialect):
        return "/".join(UNNAMED[:1] * dialect.filters[0].count("+"))
    words, number = (dialect.decode(_topic(dialect, name), b"", now) for name in UNNAMED)
    return UNNAMED[0] if _reasons(words) == _reasons(number) else UNNAMED[1]


def _reasons(found: Sequence[object]) -> list[str]:
    return [getattr(one, "reason", "") for one in found]


def _named(name: str) -> Dialect:
    from devices import catalogue

    known = catalogue.dialects()
    if name not in known:
        raise NotFound(f"there is no dialect {name}", mend=f"known: {', '.join(known)}")
    return known[name]


def _framed(dialect: Dialect) -> bool:
    return any(filter_.startswith(FRAMES) for filter_ in dialect.filters)


def _guessed(payload: bytes, now: datetime, where: str) -> Dialect:
    """The one dialect in which this is nothing but frames, and readings come of them; or frames
    alone; or at least readings; or which can tell most of its fields, though something is wrong.
    """
    from devices import catalogue

    known = catalogue.dialects().values()
    clean = [one for one in known if _is_clean(_items(one, payload, now))]
    telling = [one for one in clean if _is_telling(_items(one, payload, now))]
    fitting = telling or clean or [one for one in known if _is_read(one, payload, now)]
    fitting = fitting or _explaining(known, payload)
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(one.name for one in fitting)
    raise UsageError(
        f"it could be {names}" if names else "no dialect is made out: who says it is missing",
        where=where,
        mend="give --dialect (tracker devices dialects lists them) or --topic",
    )


def _explaining(known: Iterable[Dialect], payload: bytes) -> list[Dialect]:
    """Those that find the most in it that a reading has, if they find anything."""
    told = [(_told(one, payload), one) for one in known]
    most = max((count for count, _ in told), default=0)
    return [one for count, one in told if count == most > 0]


def _told(dialect: Dialect, payload: bytes) -> int:
    fields = dialect.explain(payload) if dialect.explain is not None else []
    return len({field.into for field in fields} - {""})


def _items(
    dialect: Dialect, payload: bytes, now: datetime, session: Session | None = None
) -> Sequence[Frame | Noise]:
    """What the gateway would make of it: over UDP, where that gives frames alone, else TCP.

    session: the one to take, else a new one.
    """
    if dialect.datagram is not None:
        found = dialect.datagram(payload, now)
        if _is_clean(found):
            return found
    if session is None and dialect.session is not None:
        session = dialect.session()
    return session.feed(payload, now) if session is not None else ()


def _is_clean(items: Iterable[Frame | Noise]) -> bool:
    from devices.wire import Frame

    found = list(items)
    return bool(found) and all(isinstance(item, Frame) for item in found)


def _is_telling(items: Iterable[Frame | Noise]) -> bool:
    return any(getattr(item, "publish", False) for item in items)


def _is_read(dialect: Dialect, payload: bytes, now: datetime) -> bool:
    from devices.reading import Reading

    device = dialect.device_of(payload) if dialect.device_of is not None else None
    topic = topic_for(dialect, device or _unnamed(dialect, now))
    found = dialect.decode(topic, payload, now)
    return bool(found) and all(isinstance(one, Reading) for one in found)


def topic_for(dialect: Dialect, device: str) -> str:
    """The topic on which `device` speaks `dialect`: the filter's "+" are the parts of its name."""
    parts = device.split("/")
    for filter_ in dialect.filters:
        if filter_.count("+") == len(parts) and "#" not in filter_:
            for part in parts:
                filter_ = filter_.replace("+", part, 1)  # noqa: PLW2901
            return filter_
    raise UsageError(
        f"the device's name does not fit the topics of {dialect.name}: "
        f"{', '.join(dialect.filters)}",
        where="--device",
        mend='write a part for each "+", with / between them, or give --topic',
    )
