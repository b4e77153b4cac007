"""Fixtures for tests that need real brokers (a pytest plugin, named in tests/conftest.py)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.brokers import Broker, mosquitto, nats


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
