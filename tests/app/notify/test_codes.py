"""Codes: short, signed, expiring, of one reader and one notice."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.notices import NOON
from tracker.app.notify import codes

KEY = bytes(range(32))
TOLD = [("S1-1", "ana"), ("S1-1", "bob"), ("digest:9:S2-1", "ana")]


def whose(text: str, now: datetime = NOON, key: bytes = KEY) -> tuple[str, str] | None:
    code = codes.read(text, now)
    return None if code is None else codes.whose(code, key, TOLD)


@pytest.mark.parametrize("pair", TOLD)
def test_a_code_names_who_was_told_of_what(pair: tuple[str, str]) -> None:
    code = codes.issue(KEY, *pair, NOON, 48)
    assert len(code) == 12
    assert whose(code) == pair


def test_each_reader_and_each_notice_has_another() -> None:
    assert len({codes.issue(KEY, *pair, NOON, 48) for pair in TOLD}) == len(TOLD)


def test_a_message_that_is_sent_again_has_the_same_code() -> None:
    first, again = (
        codes.issue(KEY, "S1-1", "ana", NOON + timedelta(minutes=minute), 48) for minute in (1, 9)
    )
    assert first == again


def test_it_may_be_written_as_people_write() -> None:
    code = codes.issue(KEY, "S1-1", "ana", NOON, 48)
    typed = f" {code[:4]}-{code[4:8]} {code[8:]}".lower().replace("0", "o").replace("1", "l")
    assert whose(typed) == ("S1-1", "ana")


@given(at=st.integers(0, 11), symbol=st.sampled_from(codes.SYMBOLS))
def test_another_symbol_anywhere_makes_it_wrong(at: int, symbol: str) -> None:
    code = codes.issue(KEY, "S1-1", "ana", NOON, 48)
    changed = code[:at] + symbol + code[at + 1 :]
    assert (whose(changed) is not None) == (changed == code)


@pytest.mark.parametrize("text", ["", "ABC", "0" * 13, "U" * 12, "ñ" * 12, "٠" * 12])
def test_what_is_no_code_is_none(text: str) -> None:
    assert codes.read(text, NOON) is None


def test_another_key_makes_another() -> None:
    assert whose(codes.issue(bytes(32), "S1-1", "ana", NOON, 48)) is None


@given(hours=st.floats(0.01, codes.MOST_HOURS), part=st.floats(0, 1))
def test_it_tells_when_it_expires_twelve_days_after_too(hours: float, part: float) -> None:
    code = codes.issue(KEY, "S1-1", "ana", NOON, hours)
    read = codes.read(code, NOON + part * timedelta(hours=hours + 12 * 24))
    assert read is not None
    end = NOON + timedelta(hours=hours)
    assert end <= codes.expired_at(read) < end + timedelta(hours=1, seconds=1)
    assert codes.whose(read, KEY, TOLD) == ("S1-1", "ana")


def test_the_wrong_ones_are_counted() -> None:
    guesses = codes.Guesses(most=3)
    for second in range(3):
        assert not guesses.too_many(NOON)
        guesses.wrong(NOON + timedelta(seconds=second))
    assert guesses.too_many(NOON + timedelta(seconds=59))
    assert not guesses.too_many(NOON + timedelta(seconds=61))
