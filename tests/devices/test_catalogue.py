"""Dialects are found by themselves, and nothing that one does gets past the catalogue."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.client import topic_matches_sub

import devices
from devices import catalogue
from devices.reading import Reading, Rejected
from tests.devices.strategies import RECEIVED_AT

SHIPPED = [
    *("eseal", "flespi", "jointech_json", "jt701", "jtt808", "native", "owntracks"),
    *("teltonika", "teltonika_json", "teratrack"),
]
A_DIALECT = '''"""A dialect of this test.

    its key map
"""
FILTERS = ("own/+/x", "rest/#")


def decode(topic, payload, received_at):
    if topic == "own/nothing/x":
        return []
    raise RuntimeError("broken\\0 by " + topic)
'''


@pytest.fixture
def another_dialect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One file more in the package, and nothing else."""
    (tmp_path / "a_test_dialect.py").write_text(A_DIALECT)
    (tmp_path / "a_test_helper.py").write_text("FILTERS = ()\n")
    monkeypatch.setattr(devices, "__path__", [*devices.__path__, str(tmp_path)])
    catalogue.dialects.cache_clear()
    catalogue.dialect_for.cache_clear()
    yield
    catalogue.dialects.cache_clear()
    catalogue.dialect_for.cache_clear()
    for name in ("a_test_dialect", "a_test_helper"):
        sys.modules.pop(f"devices.{name}", None)
        if hasattr(devices, name):
            delattr(devices, name)


def test_the_dialects_that_ship() -> None:
    assert list(catalogue.dialects()) == SHIPPED
    assert {"seals/v1/+/telemetry", "owntracks/+/+", "frames/jt701/+"} < set(catalogue.filters())
    for name, dialect in catalogue.dialects().items():
        assert dialect.name == name
        assert dialect.about.endswith(".")


@pytest.mark.usefixtures("another_dialect")
def test_a_dialect_is_one_file() -> None:
    assert list(catalogue.dialects()) == ["a_test_dialect", *SHIPPED]
    assert catalogue.dialects()["a_test_dialect"].about == "A dialect of this test."
    assert {"own/+/x", "rest/#"} <= set(catalogue.filters())
    for topic in ("own/1/x", "rest", "rest/of/it"):
        dialect = catalogue.dialect_for(topic)
        assert dialect is not None
        assert dialect.name == "a_test_dialect"


@pytest.mark.usefixtures("another_dialect")
def test_a_decoder_that_raises_costs_nothing_but_its_reading() -> None:
    (found,) = catalogue.decode("own/1/x", b"\x01", RECEIVED_AT)
    assert found == Rejected(
        topic="own/1/x",
        payload=b"\x01",
        reason="the decoder failed with RuntimeError: 'broken\\x00 by own/1/x'",
        received_at=RECEIVED_AT,
        dialect="a_test_dialect",
    )


@pytest.mark.usefixtures("another_dialect")
def test_a_decoder_that_finds_nothing_leaves_a_record() -> None:
    (found,) = catalogue.decode("own/nothing/x", b"\x01", RECEIVED_AT)
    assert isinstance(found, Rejected)
    assert found.reason == "the decoder found nothing in it"


def test_a_topic_of_no_dialect() -> None:
    assert catalogue.dialect_for("elsewhere") is None
    (found,) = catalogue.decode("elsewhere", b"{}", RECEIVED_AT)
    assert found == Rejected(
        topic="elsewhere",
        payload=b"{}",
        reason="no dialect listens on this topic",
        received_at=RECEIVED_AT,
    )


def test_a_message_goes_to_the_dialect_of_its_topic() -> None:
    payload = b'{"_type":"location","tst":1772366398,"time":1772366398}'
    for topic, dialect in (("seals/v1/a/telemetry", "native"), ("owntracks/a/b", "owntracks")):
        (found,) = catalogue.decode(topic, payload, RECEIVED_AT)
        assert isinstance(found, Reading)
        assert found.dialect == dialect


def test_topics_without_end_do_not_fill_the_memory() -> None:
    for number in range(20_000):
        catalogue.dialect_for(f"seals/v1/{number}/telemetry")
    info = catalogue.dialect_for.cache_info()
    assert info.maxsize is not None
    assert info.currsize == info.maxsize < 20_000


levels = st.sampled_from(["", "a", "b", "$a", "$SYS"])
filter_levels = levels | st.just("+")


@given(
    st.lists(filter_levels, min_size=1, max_size=4),
    st.booleans(),
    st.lists(levels, min_size=1, max_size=4),
)
def test_filters_match_as_paho_matches_them(
    wanted: list[str], rest: bool, topic_levels: list[str]
) -> None:
    filter_ = "/".join([*wanted, "#"] if rest else wanted)
    topic = "/".join(topic_levels)
    assert catalogue.matches(filter_, topic) is topic_matches_sub(filter_, topic)


@pytest.mark.parametrize(
    ("filter_", "topic", "expected"),
    [
        ("a/+/c", "a/b/c", True),
        ("a/+/c", "a//c", True),
        ("a/+", "a", False),
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("a/#", "ab", False),
        ("#", "a/b", True),
        ("#", "$SYS/x", False),
        ("+/x", "$SYS/x", False),
        ("$SYS/#", "$SYS/x", True),
        ("a/b", "a/B", False),
    ],
)
def test_filters(filter_: str, topic: str, expected: bool) -> None:
    assert catalogue.matches(filter_, topic) is expected


def test_it_is_cheap_to_import() -> None:
    """The dialects come when they are asked for, and nothing heavy comes with them."""
    code = (
        "import sys, devices.catalogue as c; assert 'devices.native' not in sys.modules;"
        "c.dialects();"
        "heavy = {'numpy', 'shapely', 'sqlmodel', 'pydantic', 'paho', 'tracker'};"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_dialect_is_documented_with_its_topics() -> None:
    text = (Path(__file__).parents[2] / "docs" / "telemetry.md").read_text(encoding="utf-8")
    for name in SHIPPED:
        assert f"| `{name}` |" in text


def test_every_dialect_explains_its_payloads() -> None:
    for dialect in catalogue.dialects().values():
        assert dialect.explain is not None
        assert isinstance(dialect.explain(b"\x00{("), list)
