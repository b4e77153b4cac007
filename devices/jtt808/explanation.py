"""What every byte of JT/T 808 frames means, from the tables that the decoder uses."""

from __future__ import annotations

from devices.common.frames import Field, FrameError
from devices.jtt808.explanation_body import Writer, body_of
from devices.jtt808.frame import (
    ANSWER_WANTED,
    ENCRYPTED,
    LONGEST_BODY,
    ODD,
    SHORT_SERIAL,
    Message,
    dissect,
    unescape,
    xor,
)
from devices.jtt808.messages import WITH_SEQ, Whole, gather, missing, name_of
from devices.jtt808.stream import Piece, split
from devices.jtt808.tape import Tape, frame_tape, tape
from devices.jtt808.wire import asks_time


def explain(payload: bytes) -> list[Field]:
    """Every byte once, in the order of the payload; a field that is cut in two by the end of a
    part is two. What cannot be taken apart is one field, with the reason."""
    writer = Writer(payload)
    understood: list[tuple[int, Piece]] = []
    for place, piece in enumerate(split(payload)):
        message = piece.message or _despite(piece)
        if message is not None:
            piece = Piece(piece.start, piece.end, piece.raw, message, piece.fault)  # noqa: PLW2901
            _envelope(writer, piece, message)
            understood.append((place, piece))
        else:
            _foreign(writer, piece)
    for told in gather(understood):
        if isinstance(told, Whole):
            body_of(writer, tape(payload, told), told)
        elif told.piece.message:
            lone = Whole(told.piece.message, told.piece.message.body, (told.piece,), told.place)
            where = tape(payload, lone)
            reason = missing(lone.head, told.present).reason
            writer.add(where, "body", 0, len(lone.body), reason)
    return sorted(writer.fields, key=lambda field: field.offset)


def _despite(piece: Piece) -> Message | None:
    """The message of a frame whose checksum is wrong."""
    if piece.fault is None or piece.fault.place != "checksum":
        return None
    try:
        return dissect(piece.raw[0], unescape(piece.raw))
    except FrameError:
        return None


def _foreign(writer: Writer, piece: Piece) -> None:
    if piece.text is not None:
        meaning = "the device asks for the time" if asks_time(piece.text) else "a text, not known"
        writer.put("text", piece.start, piece.raw, meaning)
    elif piece.fault is not None:
        raw = piece.raw[len(piece.raw) - (piece.end - piece.start) :]
        writer.put("no frame", piece.start, raw, piece.fault.reason)


def _envelope(writer: Writer, piece: Piece, message: Message) -> None:
    """All of a frame but its body."""
    where = frame_tape(writer.payload, piece)
    if piece.end - piece.start == len(piece.raw):
        writer.put("start", piece.start, piece.raw[:1], "a frame begins")
    _header(writer, where, message)
    last = len(where.data) - 1
    found = xor(where.data)
    right = "right" if not found else f"wrong, expected {found ^ where.data[-1]:02X}"
    writer.add(where, "checksum", last, last + 1, f"exclusive or of all before it: {right}")
    writer.put("end", piece.end - 1, piece.raw[-1:], "the frame ends")


def _header(writer: Writer, where: Tape, message: Message) -> None:
    """`dissect` as fields: each width is that of what it read."""
    attr = message.attr
    said = [f"the body has {attr & LONGEST_BODY} bytes"]
    said += ["it is encrypted"] if attr & ENCRYPTED else []
    said += [f"part {message.index} of {message.total}"] if message.total else []
    said += ["an answer is wanted"] if attr & ANSWER_WANTED else []
    edition = "E7 frame" if message.delimiter == ODD else "edition of 2011 or 2013"
    said += [edition] if message.version is None else []
    at = 0

    def add(name: str, width: int, meaning: str, into: str = "") -> None:
        nonlocal at
        writer.add(where, name, at, at + width, meaning, into)
        at += width

    add("message", 2, f"{message.msg:04X}, {name_of(message.msg)}")
    add("attributes", 2, ", ".join(said))
    if message.version is not None:
        add("edition", 1, f"2019, version {message.version}")
    add("id", len(message.id_raw), f"the device {message.device}", "device")
    width = 1 if message.msg in SHORT_SERIAL else 2
    add("serial", width, str(message.serial), "seq" if message.msg in WITH_SEQ else "")
    if message.total:
        add("parts", 2, f"{message.total} in all")
        add("part", 2, f"the {message.index}. of them")
