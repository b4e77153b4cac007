"""What a JT701D can be told, and how its answers are told from its own words."""

from __future__ import annotations

import pytest

from devices import catalogue, jt701
from devices.common.frames import FrameError
from devices.wire import Frame
from tests.devices.jt701.test_wire import NOW

DEVICE = "7500313609"


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("unlock", {"password": "888888"}, b"(P43,888888)"),
        ("unlock_dynamic", {"password": "042617"}, b"(P52,3,042617)"),
        ("interval", {"seconds": "60"}, b"(P04,1,60,30)"),
        ("interval", {"seconds": "600", "minutes": "1440"}, b"(P04,1,600,1440)"),
        ("time", {"utc": "2026-03-01T05:58:60-06:00"}, b"(P22,010326115900)"),
        ("locate", {}, b"(P02)"),
        ("unlock_sublock", {"sublock": "e017668836"}, b"(%s,1,001,WLNET,8,1,1,5,E017668836)"),
        (
            "unlock_sublock",
            {"sublock": "E017668836", "minutes": "2"},
            b"(%s,1,001,WLNET,8,1,1,2,E017668836)",
        ),
    ],
)
def test_commands(name: str, arguments: dict[str, str], said: bytes) -> None:
    """Forms as in the maker's manual; the sub-lock's is its own example."""
    expected = said.replace(b"%s", DEVICE.encode())
    assert jt701.command(DEVICE, name, arguments, 2001) == expected


def test_two_unlockings_of_a_sublock_differ() -> None:
    said = {
        jt701.command(DEVICE, "unlock_sublock", {"sublock": "E017668836"}, n) for n in range(1000)
    }
    assert len(said) == 1000


def test_whatever_opens_a_lock_needs_leave() -> None:
    opening = {one.name for one in jt701.COMMANDS if one.unlocks}
    assert opening == {"unlock", "unlock_dynamic", "unlock_sublock"}
    assert catalogue.dialects()["jt701"].commands == jt701.COMMANDS


@pytest.mark.parametrize(
    ("name", "arguments", "place", "reason"),
    [
        ("open", {}, "name", "expected one of unlock"),
        ("unlock", {}, "password", "password is missing, expected 4 to 16"),
        ("unlock", {"password": "12),(P43"}, "password", "password is not one"),
        ("locate", {"now": "1"}, "now", "locate takes no 'now', expected: none"),
        ("interval", {"seconds": "4"}, "seconds", "a whole number of 5 to 600"),
        ("interval", {"seconds": "60", "minutes": "1"}, "minutes", "30 to 1440"),
        ("unlock_sublock", {"sublock": "E0176688"}, "sublock", "10 hexadecimal digits"),
        ("unlock_sublock", {"sublock": "E017668836", "minutes": "60"}, "minutes", "1 to 5"),
        ("time", {"utc": "noon"}, "utc", "utc is 'noon'"),
    ],
)
def test_what_is_not_sent(name: str, arguments: dict[str, str], place: str, reason: str) -> None:
    with pytest.raises(FrameError, match=reason) as caught:
        jt701.command(DEVICE, name, arguments, 1)
    assert caught.value.place == place
    assert "P43" not in str(caught.value)


def test_only_for_a_lock_s_number() -> None:
    with pytest.raises(FrameError, match="expected 1 to 20 digits"):
        jt701.command("7500),(P43,888888", "locate", {}, 1)


def heard(message: str) -> Frame:
    (frame,) = jt701.session().feed(message.encode(), NOW)
    assert isinstance(frame, Frame)
    return frame


@pytest.mark.parametrize("words", ["P43,1,0", "P04,0,60,30", "P02", "P52,3,1"])
def test_an_answer_is_no_reading_and_is_not_answered(words: str) -> None:
    """Least of all P52,3, whose echo would be the command to open."""
    message = f"({DEVICE},{words})"
    frame = heard(message)
    assert (frame.publish, frame.answer, frame.reply_to) == (False, b"", None)
    assert catalogue.decode(f"frames/jt701/{DEVICE}", message.encode(), NOW) == []


def test_the_answer_of_a_sublock_names_our_serial() -> None:
    frame = heard(f"({DEVICE},1,007,WLNET,8,0,E017668836)")
    assert (frame.publish, frame.reply_to) == (False, 7)
