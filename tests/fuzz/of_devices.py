"""Every dialect, on any payload and any stream."""

from __future__ import annotations

import tomllib
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from random import Random

from devices import catalogue, identity
from devices.catalogue import Dialect
from devices.common.frames import Field
from devices.reading import Passed, Reading, Rejected
from devices.wire import Frame, Noise, Session
from tests.fuzz.target import Seeds, Target

RECEIVED_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
GAPLESS = {"jt701", "jtt808", "teltonika"}
"""Whose `explain` leaves no byte out; the others' fields stand apart."""
CHUNKS = (1, 2, 3, 5, 8, 13, 40, 200)


def targets() -> Iterator[Target]:
    for dialect in catalogue.dialects().values():
        topic, seeds = _vectors(dialect)
        yield Target(dialect.name, partial(list, seeds), _decoding(dialect, topic))
        if dialect.session is not None:
            streams: Seeds = partial(list, [b"".join(seeds), *seeds])
            yield Target(f"{dialect.name}.session", streams, _listening(dialect.session))


def _vectors(dialect: Dialect) -> tuple[str, list[bytes]]:
    """The topic of its vectors, and their payloads."""
    document = tomllib.loads(dialect.vectors.read_text(encoding="utf-8"))
    seeds = [
        bytes.fromhex(one["payload_hex"]) if "payload_hex" in one else one["payload"].encode()
        for one in document["vector"]
    ]
    return document["topic"], seeds


def _decoding(dialect: Dialect, topic: str) -> Callable[[bytes], None]:
    def check(payload: bytes) -> None:
        found = dialect.decode(topic, payload, RECEIVED_AT)
        assert found, "nothing came out"
        for one in found:
            assert one.dialect == dialect.name
            if isinstance(one, Passed):
                assert one.kind, "passed over without a word"
            elif isinstance(one, Reading):
                _check_written(one)
            else:
                assert isinstance(one, Rejected)
                assert one.reason, "rejected without a reason"
                assert one.reason.isprintable(), one.reason
                assert one.payload in payload
        if dialect.device_of is not None:
            device = dialect.device_of(payload)
            assert device is None or isinstance(device, str)
        if dialect.explain is not None:
            _check_fields(payload, dialect.explain(payload), gapless=dialect.name in GAPLESS)
        if dialect.datagram is not None:
            dialect.datagram(payload, RECEIVED_AT)

    return check


def _check_written(reading: Reading) -> None:
    """What was said can be stored, and read back as it was."""
    body = identity.body(reading)
    again = identity.from_body(reading.device, body, RECEIVED_AT, reading.buffered, reading.dialect)
    assert identity.body(again) == body
    identity.digest(reading, body)


def _check_fields(payload: bytes, fields: list[Field], *, gapless: bool) -> None:
    at = 0
    for field in fields:
        assert payload[field.offset : field.offset + len(field.raw)] == field.raw, field
        assert field.meaning.isprintable(), field
        if gapless:
            assert field.offset == at, field
        at = field.offset + len(field.raw)
    assert not gapless or at == len(payload), "not every byte is explained"


def _listening(session: Callable[[], Session]) -> Callable[[bytes], None]:
    def check(stream: bytes) -> None:
        draw = Random(zlib.crc32(stream))
        whole = _heard(session, [stream])
        assert _frames(_heard(session, list(_pieces(stream, draw)))) == _frames(whole)
        # two frames may share a delimiter, and so both have it
        assert sum(len(item.payload) for item in whole) <= 2 * len(stream)

    return check


def _heard(session: Callable[[], Session], pieces: list[bytes]) -> list[Frame | Noise]:
    listening = session()
    return [item for piece in pieces for item in listening.feed(piece, RECEIVED_AT)]


def _frames(items: list[Frame | Noise]) -> list[Frame]:
    return [item for item in items if isinstance(item, Frame)]


def _pieces(stream: bytes, draw: Random) -> Iterator[bytes]:
    at = 0
    while at < len(stream):
        end = at + draw.choice(CHUNKS)
        yield stream[at:end]
        at = end
