"""Dialects are found by themselves, and nothing that one does gets past the catalogue."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.client import topic_matches_sub

import devices
from devices import catalogue
from devices.reading import Reading, Rejected
from tests.devices.strategies import RECEIVED_AT

A_DIALECT = '''"""A dialect of this test.

    its key map
"""
FILTERS = ("own/+/x", "rest/#")


def decode(topic, payload, received_at):
    if topic == "own/nothing/x":
        return []
    raise RuntimeError("broken\\0 by " + topic)
'''


DOCUMENTED = re.findall(
    r"^\| `(\w+)` \| `[^`]*/",
    (Path(__file__).parents[2] / "docs" / "telemetry.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)
"""What docs/telemetry.md says that there are: the one other place that a new dialect touches."""


@contextmanager
def also(folder: Path, *names: str) -> Iterator[None]:
    """The package `devices` with what lies in `folder`, modules of these names."""
    devices.__path__.append(str(folder))
    catalogue.forget()
    try:
        yield
    finally:
        devices.__path__.remove(str(folder))
        catalogue.forget()
        for name in names:
            for loaded in [one for one in sys.modules if f"{one}.".startswith(f"devices.{name}.")]:
                del sys.modules[loaded]
            vars(devices).pop(name, None)


@pytest.fixture
def another_dialect(tmp_path: Path) -> Iterator[None]:
    """One file more in the package, and nothing else."""
    (tmp_path / "a_test_dialect.py").write_text(A_DIALECT)
    (tmp_path / "a_test_helper.py").write_text("FILTERS = ()\n")
    with also(tmp_path, "a_test_dialect", "a_test_helper"):
        yield


def test_the_dialects_that_ship_are_those_documented() -> None:
    assert list(catalogue.dialects()) == sorted(DOCUMENTED)
    assert catalogue.broken() == ()
    assert {"seals/v1/+/telemetry", "owntracks/+/+", "frames/jt701/+"} < set(catalogue.filters())
    for name, dialect in catalogue.dialects().items():
        assert dialect.name == name
        assert dialect.about.endswith(".")
        assert dialect.vectors.is_file()


@pytest.mark.usefixtures("another_dialect")
def test_a_dialect_is_one_file() -> None:
    assert list(catalogue.dialects()) == ["a_test_dialect", *sorted(DOCUMENTED)]
    assert catalogue.dialects()["a_test_dialect"].about == "A dialect of this test."
    assert {"own/+/x", "rest/#"} <= set(catalogue.filters())
    for topic in ("own/1/x", "rest", "rest/of/it"):
        dialect = catalogue.dialect_for(topic)
        assert dialect is not None
        assert dialect.name == "a_test_dialect"


def test_a_dialect_is_one_folder(tmp_path: Path) -> None:
    """With a part of its own, and a second dialect of the same maker."""
    folder = tmp_path / "maker"
    folder.mkdir()
    (folder / "__init__.py").write_text(A_DIALECT + "\nfrom devices.maker.part import explain\n")
    (folder / "part.py").write_text("def explain(payload):\n    return []\n")
    (folder / "maker_json.py").write_text(A_DIALECT.replace("own/+/x", "json/+/x"))
    with also(tmp_path, "maker"):
        found = catalogue.dialects()
        assert sorted(found.keys() - set(DOCUMENTED)) == ["maker", "maker_json"]
        assert found["maker"].explain is not None
        assert found["maker"].vectors == folder / "maker.vectors.toml"
        assert found["maker_json"].vectors == folder / "maker_json.vectors.toml"
        dialect = catalogue.dialect_for("json/1/x")
        assert dialect is not None
        assert dialect.name == "maker_json"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("import no_such_module_at_all\n", "ModuleNotFoundError"),
        ("def decode(:\n", "SyntaxError"),
        (A_DIALECT + "\nraise KeyError('x')\n", "KeyError"),
        ("FILTERS = 5\ndecode = None\n", "TypeError"),
    ],
)
def test_a_broken_dialect_leaves_the_others(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "a_test_dialect.py").write_text(text)
    with also(tmp_path, "a_test_dialect"):
        assert list(catalogue.dialects()) == sorted(DOCUMENTED)
        (broken,) = catalogue.broken()
        assert broken.name == "a_test_dialect"
        assert broken.why.startswith(why)
        assert "import devices.a_test_dialect" in broken.mend
        topic, payload = "seals/v1/a/telemetry", b'{"time":1772366398}'
        (reading,) = catalogue.decode(topic, payload, RECEIVED_AT)
        assert isinstance(reading, Reading)


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
    assert info.currsize <= info.maxsize <= 262_144


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


def test_every_dialect_explains_its_payloads() -> None:
    for dialect in catalogue.dialects().values():
        assert dialect.explain is not None
        assert isinstance(dialect.explain(b"\x00{("), list)


@pytest.mark.parametrize(
    ("topic", "payload", "looks_like"),
    [
        ("frames/jt701/1", b"\x78\x78\x11\x01\x07\x52\x53\x36\x78\x90\x02\x42", "GT06"),
        ("frames/jtt808/1", b"+RESP:GTFRI,2C0204,869158007856520,,,,,10,1,1,0.0", "Queclink"),
        ("frames/teltonika/1", b"*HQ,4109179024,V1,103732,A,5443.3435,N,02512.8730,E#", "H02"),
        ("frames/eseal/1", b"GET / HTTP/1.1\r\n", "HTTP"),
        ("frames/jt701/1", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "TLS"),
        ("frames/jtt808/1", b"##S,eSeal,1000821,256,3.0.8,Normal,34,", "eseal, which has a port"),
        ("frames/jt701/1", b"\x7e\x02\x00\x00\x1c\x00\x70\x91", "jtt808, which has a port"),
        ("frames/jtt808/1", b"\x00\x0f352093086403655", "teltonika, which has a port"),
        ("frames/eseal/1", b"(7502104023,@JT)", "jt701, which has a port"),
        ("frames/eseal/1", b'{"MDeviceID":"1"', "teratrack, which has a port"),
        ("frames/jtt808/1", b'{"lat":1,"lon":2}', "JSON"),
        ("seals/v1/a/telemetry", b"imei:359586015829802,tracker,0809231929", "GPS103"),
    ],
)
def test_what_is_not_understood_is_told_what_it_looks_like(
    topic: str, payload: bytes, looks_like: str
) -> None:
    """Beginnings of published frames."""
    (reject,) = catalogue.decode(topic, payload, RECEIVED_AT)
    assert isinstance(reject, Rejected)
    assert f"(it looks like {looks_like}" in reject.reason


@pytest.mark.parametrize("name", sorted(DOCUMENTED))
def test_a_dialect_s_own_frames_look_like_no_other(name: str) -> None:
    """Those that are recognised at all; and none of what it sends is called unspoken."""
    for vector in tomllib.loads(catalogue.dialects()[name].vectors.read_text())["vector"]:
        if vector["case"] not in ("valid", "no-fix", "dirty"):
            continue
        hexadecimal = vector.get("payload_hex")
        payload = bytes.fromhex(hexadecimal) if hexadecimal else vector["payload"].encode()
        if name == "jtt808" and payload[:1] == b"(":
            continue  # its question for the time has the form of a JT701's message
        found = catalogue.looks_like(payload, but=name)
        assert found in (None, "JSON"), vector["name"]
