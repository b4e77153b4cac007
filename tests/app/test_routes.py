"""Where messages go: one device, one worker, as long as anything of it is under way."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import catalogue
from tracker.app import routes
from tracker.app.routes import Routes
from tracker.app.share import belongs_to

NATIVE = "seals/v1/{}/telemetry"


@pytest.mark.parametrize(
    ("topic", "who"),
    [
        ("seals/v1/L1/telemetry", "L1"),
        ("frames/jt701/7502104023", "7502104023"),
        ("frames/jointech_json/LOCK", "LOCK"),
        ("jointech/LOCK/data", "LOCK"),
        ("teltonika/352093086403655/data", "352093086403655"),
        ("acme/fleet/teltonika/352093086403655/data", "352093086403655"),
        ("owntracks/ana/phone", "phone"),
        ("owntracks/ana/phone/event", "phone"),
        ("nobody/listens/here", "nobody/listens/here"),
    ],
)
def test_who_speaks_is_told_by_the_topic(topic: str, who: str) -> None:
    assert catalogue.speaker(topic) == who


@pytest.mark.parametrize("dialect", catalogue.dialects())
def test_each_dialect_names_who_speaks(dialect: str) -> None:
    for filter_ in catalogue.dialects()[dialect].filters:
        head, _, tail = filter_.rpartition("+")
        topic = f"{head.replace('+', 'x')}WHO{tail}"
        assert catalogue.speaker(topic) == "WHO", topic


STEPS = st.tuples(st.sampled_from(["send", "done", "learn"]), st.integers(0, 3), st.integers(0, 2))
"""What is done, with which device, and to which worker it belongs."""


@given(st.lists(STEPS, max_size=60))
def test_two_workers_never_have_messages_of_one_device_at_once(
    steps: list[tuple[str, int, int]],
) -> None:
    ways, under_way = Routes(3), defaultdict[str, list[int]](list)
    for what, number, worker in steps:
        device = f"L{number}"
        if what == "send":
            under_way[device].append(ways.sent(NATIVE.format(device)))
        elif what == "learn":
            ways.learn({device: worker})
        elif under_way[device]:
            under_way[device].pop(0)
            ways.done(NATIVE.format(device))
        assert len(set(under_way[device])) <= 1


def test_one_that_nobody_told_of_goes_where_its_own_scope_belongs() -> None:
    assert Routes(4).sent(NATIVE.format("L1")) == belongs_to("device:L1", 4)


def test_one_that_was_told_of_goes_there_however_its_id_is_written() -> None:
    ways = Routes(8)
    ways.learn({"MX-0042": 6})
    assert ways.sent(NATIVE.format("mx0042")) == 6
    assert ways.sent("jointech/MX 0042/data") == 6, "on another topic too"


def test_what_a_lock_or_a_phone_passes_on_goes_its_way() -> None:
    ways = Routes(8)
    topics = {"LOCK/SUB": "seals/v1/LOCK/telemetry", "ana/phone": "owntracks/ana/phone"}
    for device, topic in topics.items():
        ways.sent(topic)
        ways.done(topic)
        for worker in (3, 5):
            ways.learn({device: worker})
            assert ways.sent(topic) == worker
            ways.done(topic)


def test_a_flood_of_names_is_forgotten_but_for_what_is_under_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(routes, "MOST", 10)
    ways = Routes(2)
    ways.learn({"L1": 1 - belongs_to("device:L1", 2)})
    there = ways.sent(NATIVE.format("L1"))
    for number in range(100):
        topic = NATIVE.format(f"X{number}")
        ways.sent(topic)
        ways.done(topic)
    assert len(ways._topics) <= 11
    assert ways.sent(NATIVE.format("L1")) == there
