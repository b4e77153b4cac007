"""What `tracker gateway` and `tracker simulate --as` say to a call that will not do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tracker import wiring
from tracker.adapters.gateway.settings import Limits
from tracker.config import load


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "--listen"),
        (("--listen", "jt701"), "jt701=:5001"),
        (("--listen", "jt701=:70000"), "jt701=:5001"),
        (("--listen", "jt701=:0"), "--devices"),
        (("--listen", "native=:0", "--open"), "no dialect 'native' over TCP"),
        (("--listen-udp", "jt701=:0", "--open"), "no dialect 'jt701' over UDP"),
        (("--listen", "jt701=:0", "--devices", "none.txt"), "cannot be read"),
    ],
)
def test_a_gateway_that_is_not_told_enough(
    started: Run, arguments: tuple[str, ...], said: str
) -> None:
    assert said in started("gateway", *arguments, code=2).err


def test_without_a_broker_it_ends_with_3(started: Run) -> None:
    ran = started("gateway", "--listen", "jt701=127.0.0.1:0", "--open", code=3)
    assert "->" in ran.err


def test_everything_configured_arrives(tmp_path: Path) -> None:
    (tmp_path / "devices.txt").write_text("007\n")
    text = """\
[gateway]
listen = ["jt701=:5001", "jtt808=[::1]:5002"]
listen_udp = ["teltonika=127.0.0.1:5003"]
devices = ["A1", "teltonika 350000000000001"]
devices_file = "devices.txt"
connections = 7
idle_s = 8.5
"""
    file = tmp_path / "tracker.toml"
    file.write_text(text)
    made = wiring.gateway(load(file, {}))
    assert made.limits == Limits(connections=7, idle_s=8.5)
    admitted = [
        made.registry.admits(dialect, device)
        for dialect, device in (
            ("jt701", "A1"), ("jt701", "0000000007"), ("teltonika", "350000000000001"),
            ("jt701", "350000000000001"), ("jt701", "A2"),
        )
    ]  # fmt: skip
    assert admitted == [True, True, True, False, False]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--as", "jt701"), "--gateway"),
        (("--gateway", "127.0.0.1:1"), "--as"),
        (("--as", "morse", "--gateway", "127.0.0.1:1"), "known: jt701"),
        (("--as", "jt701", "--gateway", "here"), "HOST:PORT"),
        (("--as", "jt701", "--gateway", "127.0.0.1:1", "--prefix", "ABC"), "10 digits"),
        (("--as", "jt701", "--gateway", "127.0.0.1:1", "--prefix", "70123456789"), "10 digits"),
    ],
)
def test_a_simulation_that_is_not_told_enough(
    run: Run, arguments: tuple[str, ...], said: str
) -> None:
    assert said in run("simulate", *arguments, code=2).err
