"""Binary-coded decimals: what is read is what was written, and nothing else is taken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.common import bcd
from devices.common.devicetime import NEVER
from devices.common.frames import FrameError


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)))  # noqa: DTZ001 - made aware
def test_a_time_is_what_was_written(moment: datetime) -> None:
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    assert bcd.moment_dmy(bytes.fromhex(f"{moment:%d%m%y%H%M%S}")) == moment
    assert bcd.moment_ymd(bytes.fromhex(f"{moment:%y%m%d%H%M%S}")) == moment


@given(st.binary(max_size=8))
def test_whatever_is_no_time_is_refused(raw: bytes) -> None:
    for read, form in ((bcd.moment_dmy, "%d%m%y%H%M%S"), (bcd.moment_ymd, "%y%m%d%H%M%S")):
        if raw == bytes(6) or _is_time(raw.hex(), form):
            continue
        with pytest.raises(FrameError, match=f"clock is {raw.hex()}, expected a time") as caught:
            read(raw, "clock")
        assert caught.value.place == "clock"


def _is_time(text: str, form: str) -> bool:
    text = text.removesuffix("60") + "59" if text.endswith("60") else text
    text = text.removesuffix("240000") + "000000" if text.endswith("240000") else text
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC).strftime(form) == text
    except ValueError:
        return False


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("311225235960", datetime(2026, 1, 1)), ("280226240000", datetime(2026, 3, 1))],  # noqa: DTZ001
)
def test_second_60_and_hour_24(raw: str, expected: datetime) -> None:
    dmy, ymd = bytes.fromhex(raw), bytes.fromhex(raw[4:6] + raw[2:4] + raw[:2] + raw[6:])
    assert bcd.moment_dmy(dmy) == bcd.moment_ymd(ymd) == expected.replace(tzinfo=UTC)


@pytest.mark.parametrize("read", [bcd.moment_dmy, bcd.moment_ymd])
def test_all_zeros_is_a_clock_never_set(read: Callable[[bytes], datetime]) -> None:
    assert read(bytes(6)) == NEVER


@given(st.binary(max_size=10))
def test_digits_are_decimals_or_none(raw: bytes) -> None:
    if set(raw.hex()) <= set("0123456789"):
        assert bcd.digits(raw) == raw.hex()
        return
    with pytest.raises(FrameError, match="expected decimal digits only"):
        bcd.digits(raw, "id")
