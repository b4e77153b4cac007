"""Frames per second of each dialect, beside the same content in native JSON."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from bench.said import RECEIVED_AT, Said, everything
from bench.turns import rate, speed, turns
from devices import catalogue, native
from devices.native import keys

ROUNDS = 15
TOPIC = "seals/v1/MX-0001/telemetry"


def report() -> None:
    """Prints readings per second and ratios; what is compared takes turns."""
    print(
        "readings/s of each dialect, beside its content in native JSON: msgspec alone, typed (what "
        "no type names is passed over) and to dicts (it is kept), and the native dialect whole"
    )
    for said in everything():
        _compare(said)


def _compare(said: Said) -> None:
    several = said.each > 1
    typed: msgspec.json.Decoder[Any] = msgspec.json.Decoder(
        list[keys.Message] if several else keys.Message
    )
    ours, bare, dicts, whole = turns(
        ROUNDS,
        partial(_decoded, said),
        partial(_each, typed.decode, said.native),
        partial(_each, msgspec.json.decode, said.native),
        partial(_native, said.native),
    )
    count = len(said.payloads) * said.each
    print(
        f"  {said.name:<20}{rate(ours, count):>10,.0f}/s  {speed(ours, bare):.2f} of msgspec typed"
        f"  {speed(ours, dicts):.2f} to dicts  {speed(ours, whole):.2f} of native  "
        f"({len(said.payloads[0])} bytes, in JSON {len(said.native[0])})"
    )


def _decoded(said: Said) -> None:
    decode, topic = catalogue.decode, said.topic
    for payload in said.payloads:
        decode(topic, payload, RECEIVED_AT)


def _each(decode: Callable[[bytes], object], payloads: list[bytes]) -> None:
    for payload in payloads:
        decode(payload)


def _native(payloads: list[bytes]) -> None:
    for payload in payloads:
        native.decode(TOPIC, payload, RECEIVED_AT)
