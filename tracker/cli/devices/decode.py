"""`tracker devices decode`: every field of a frame, and what comes of it."""

from __future__ import annotations

import base64
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from tracker.cli.devices.parts import UNNAMED, Part, split
from tracker.cli.shared import render
from tracker.cli.shared.session import Json, session
from tracker.domain.errors import UsageError

if TYPE_CHECKING:
    from devices.reading import Reading, Rejected
    from devices.wire import Session

_PREFIX = re.compile("0x", re.IGNORECASE)
"""What programs write before hexadecimal; an x is no digit of it."""
SHOWN_BYTES = 16
"""So many of a field's bytes are shown."""


def decode(
    ctx: typer.Context,
    file: Annotated[
        str, typer.Argument(metavar="[FILE|-]", help="What was sent; - is stdin.")
    ] = "-",
    topic: Annotated[str | None, typer.Option(help="The topic it came on.")] = None,
    dialect: Annotated[
        str | None, typer.Option(help="Its dialect; left out, it is found out.")
    ] = None,
    device: Annotated[
        str | None, typer.Option(help="Its device, where it does not say that itself.")
    ] = None,
    hex_: Annotated[
        bool, typer.Option("--hex", help="Written in hexadecimal, each line a frame.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Explain what a device sent, field by field: its readings, and what is rejected and why.

    Exits with 1 if anything is rejected. --json prints the readings alone.
    """
    from devices import catalogue
    from devices.reading import Rejected

    now = datetime.now(UTC)
    parts: list[Part] = []
    sessions: dict[str, Session] = {}
    found: list[Reading | Rejected] = []
    for where, payload in payloads(file, hex_=hex_):
        if topic is not None:
            here = [Part(catalogue.dialect_for(topic), topic, payload)]
        else:
            here = split(
                payload, dialect, device, now, before=parts, sessions=sessions, where=where
            )
        parts += here
        for part in here if not as_json else ():
            _explain(part)
        for on, said in _messages(here).items():
            found += map(_anonymous, catalogue.decode(on, said, now, filed=True))
    zone = session(ctx).zone
    render.documents(
        map(document, found) if as_json else found,
        as_json=as_json,
        columns=("TIME", "DEVICE", "POSITION", "KM/H", "SEAL", "EVENTS", "REJECTED"),
        row=lambda one: _row(one, zone),
        empty="no reading in it",
    )
    if any(isinstance(one, Rejected) for one in found):
        raise typer.Exit(1)


def payloads(file: str, *, hex_: bool) -> list[tuple[str, bytes]]:
    """(where, bytes): all of the file; in hexadecimal, each of its lines. Raises UsageError."""
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=file) from error
    if not hex_:
        return [(file, raw)]
    found = []
    for number, line in enumerate(raw.splitlines(), start=1):
        where = f"{file}, line {number}"
        try:
            found.append((where, bytes.fromhex(_PREFIX.sub("", line.decode("ascii")))))
        except ValueError as error:
            raise UsageError(
                "not hexadecimal",
                where=where,
                mend="a frame a line: two digits a byte, blanks between as you like",
            ) from error
    return [(where, payload) for where, payload in found if payload]


def _messages(parts: Sequence[Part]) -> dict[str, bytes]:
    """What would be published of them, by topic; its readings come out in the order of events."""
    found: dict[str, bytes] = {}
    for part in parts:
        if part.says:
            found[part.topic] = found.get(part.topic, b"") + part.payload
    return found


def _anonymous(one: Reading | Rejected) -> Reading | Rejected:
    """What is rejected is nobody's, if nobody was named."""
    from msgspec.structs import replace

    from devices.reading import Rejected

    unnamed = isinstance(one, Rejected) and (one.device or "").split("/")[0] in UNNAMED
    return replace(one, device=None) if unnamed else one


# In words


def _explain(part: Part) -> None:
    """Every field of a frame, as its dialect explains it; nothing if it does not."""
    if part.dialect is None or part.dialect.explain is None:
        return
    render.say(f"{part.dialect.name}, {part.topic}: {len(part.payload)} bytes", style="bold")
    render.table(
        ("OFFSET", "BYTES", "FIELD", "MEANING", "INTO"),
        (
            (
                field.offset,
                _shown(field.raw),
                field.name,
                field.meaning,
                f"[{field.record}] {field.into}" if field.record and field.into else field.into,
            )
            for field in part.dialect.explain(part.payload)
        ),
        empty="no field of it can be told",
    )
    if part.answer:
        render.say(f"the device is told {_shown(part.answer)}{_in_ascii(part.answer)}")
    render.say("")


def _shown(raw: bytes) -> str:
    more = f" ... ({len(raw)} bytes)" if len(raw) > SHOWN_BYTES else ""
    return raw[:SHOWN_BYTES].hex(" ") + more


def _in_ascii(raw: bytes) -> str:
    text = raw.decode("ascii", errors="replace").strip()
    return f": {text}" if text.isprintable() and text.isascii() else ""


def document(one: Reading | Rejected) -> Any:
    """A reading in native keys with its device; what is rejected as {"rejected": {...}}."""
    import msgspec

    from devices.native import to_json
    from devices.reading import Rejected

    if not isinstance(one, Rejected):
        return msgspec.Raw(to_json(one, device=True))
    fields = msgspec.structs.asdict(one)
    return {"rejected": {**fields, "payload": base64.b64encode(one.payload).decode()}}


def _row(one: Reading | Rejected, zone: ZoneInfo) -> tuple[Any, ...]:
    from devices.reading import Fix, Rejected

    if isinstance(one, Rejected):
        return (None, one.device, None, None, None, None, f"{one.place} {one.reason}".strip())
    fix = one.position if isinstance(one.position, Fix) else None
    seal = one.seal
    return (
        render.moment(one.event_time, zone),
        one.device,
        render.place(fix.lat, fix.lon) if fix else f"none ({one.position.reason})",  # type: ignore[union-attr]
        one.position.speed_kmh,
        " ".join(filter(None, (seal.condition, seal.number))) if seal else None,
        ", ".join(sorted(seal.events)) if seal else None,
        ", ".join(one.extra.get("refused", ())),
    )
