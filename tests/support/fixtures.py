"""Fixtures for tests that need real brokers and ports (a plugin, named in tests/conftest.py)."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.brokers import Broker, mosquitto, nats


@pytest.fixture
def usual_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Of several processes that run tests, one at a time has the port of the broker that is usual:
    what the README says is run as it is written.
    """
    base = tmp_path_factory.getbasetemp().parent
    with (base / "usual-port.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture
def nats_broker(tmp_path: Path) -> Iterator[Broker]:
    with nats(tmp_path) as broker:
        yield broker


@pytest.fixture
def mosquitto_broker(tmp_path: Path) -> Iterator[Broker]:
    """Mosquitto with MQTT 5; anybody may do anything."""
    with mosquitto(tmp_path) as broker:
        yield broker


@pytest.fixture(
    params=[
        pytest.param("nats", id="nats-3.1.1"),
        pytest.param("5", id="mosquitto-5", marks=pytest.mark.mosquitto),
        pytest.param("3.1.1", id="mosquitto-3.1.1", marks=pytest.mark.mosquitto),
    ]
)
def any_broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Broker]:
    """Each broker, with each version of MQTT that it speaks."""
    if request.param == "nats":
        with nats(tmp_path) as broker:
            yield broker
    else:
        with mosquitto(tmp_path, protocol=request.param) as broker:
            yield broker
