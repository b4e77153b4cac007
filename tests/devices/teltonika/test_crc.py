"""The folded checksum beside the plain definition of it, bit by bit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.teltonika.crc import crc16


def bit_by_bit(data: bytes) -> int:
    checksum = 0
    for byte in data:
        checksum ^= byte
        for _ in range(8):
            checksum = checksum >> 1 ^ (0xA001 if checksum & 1 else 0)
    return checksum


def test_the_check_value_of_its_definition() -> None:
    assert crc16(b"123456789") == 0xBB3D


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    assert crc16(data) == bit_by_bit(data)


@pytest.mark.parametrize("fill", [0x00, 0x01, 0x80, 0xFF])
def test_every_length_up_to_the_longest_packet(fill: int) -> None:
    for size in (*range(130), 255, 256, 1024, 1280, 4095):
        data = bytes((fill,)) * size
        assert crc16(data) == bit_by_bit(data)


@given(st.binary(min_size=1, max_size=100), st.data())
def test_any_bit_that_turns_shows(data: bytes, draw: st.DataObject) -> None:
    bit = draw.draw(st.integers(0, 8 * len(data) - 1))
    turned = bytearray(data)
    turned[bit // 8] ^= 1 << bit % 8
    assert crc16(bytes(turned)) != crc16(data)
