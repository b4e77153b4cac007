"""`tracker devices send`: refused, recorded, sent, answered; gateway and broker are real."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.support.brokers import Broker
from tests.support.gateways import gateway
from tests.support.office import message
from tests.support.toy import Peer, toy_dialect
from tracker import wiring
from tracker.adapters.clock import SystemClock
from tracker.adapters.notifiers import Silent
from tracker.app.backtest import ReplayInbox
from tracker.app.ingest import Ingest
from tracker.config import Config, load

TOY = ("--dialect", "toy")
WHY = ("--reason", "customs asked for it")


@pytest.fixture(autouse=True)
def toy() -> Iterator[None]:
    with toy_dialect():
        yield


@pytest.fixture
def at_broker(
    opened: Run, nats_broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> tuple[Run, Broker]:
    """With TRIP-1 open, on a broker that runs."""
    chosen = nats_broker.settings
    for key, value in {
        "EMBEDDED": "false", "HOST": chosen.host, "PORT": str(chosen.port),
        "PROTOCOL": chosen.protocol, "USERNAME": chosen.username, "PASSWORD": chosen.password,
    }.items():  # fmt: skip
        monkeypatch.setenv(f"TRACKER_BROKER__{key}", str(value))
    return opened, nats_broker


@pytest.fixture
def connected(at_broker: tuple[Run, Broker]) -> Iterator[tuple[Run, Peer]]:
    """And SEAL-1 connected to a gateway there."""
    run, broker = at_broker
    with gateway(broker.settings, "toy") as running, Peer(running.port) as peer:
        peer.say("SEAL-1?")
        assert peer.hear() == "hello"
        yield run, peer


def log(run: Run, kind: str) -> list[dict[str, Any]]:
    found = run("log", "show", "--json").documents
    return [one["leaf"]["payload"] for one in found if one["type"] == kind]


def test_what_is_sent_is_recorded_first_and_then_what_became_of_it(
    connected: tuple[Run, Peer],
) -> None:
    run, peer = connected
    answered = threading.Thread(target=_answer, args=(peer,))
    answered.start()
    sent = run(
        "devices", "send", "SEAL-1", "interval", *TOY, "--argument", "seconds=30", "--json"
    ).documents
    answered.join()
    assert [one["status"] for one in sent] == ["sent", "answered"]
    (recorded,) = log(run, "command_sent")
    assert recorded["facts"]["command"] == "interval"
    assert recorded["facts"]["argument.seconds"] == "30"
    (result,) = log(run, "command_result")
    assert (result["facts"]["status"], result["facts"]["order"]) == (
        "answered", recorded["facts"]["order"],
    )  # fmt: skip


def _answer(peer: Peer) -> None:
    line = peer.hear()
    assert line is not None
    peer.say(f"SEAL-1!{line.split()[1]}")


def test_a_device_that_is_not_connected(at_broker: tuple[Run, Broker]) -> None:
    run, broker = at_broker
    with gateway(broker.settings, "toy"):
        ran = run("devices", "send", "SEAL-1", "lock", *TOY, code=1)
    assert "not connected" in ran.out
    assert [one["facts"]["status"] for one in log(run, "command_result")] == ["not_connected"]


def test_no_gateway_ends_with_3(at_broker: tuple[Run, Broker]) -> None:
    run, _ = at_broker
    ran = run("devices", "send", "SEAL-1", "lock", *TOY, "--wait", "0.3", code=3)
    assert "tracker gateway" in ran.err
    assert [one["facts"]["status"] for one in log(run, "command_result")] == ["unheard"]


def test_no_broker_ends_with_3_and_nothing_is_recorded(opened: Run) -> None:
    opened("devices", "send", "SEAL-1", "lock", *TOY, code=3)
    assert log(opened, "command_sent") == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["SEAL-1", "explode", *TOY], "known: lock (close the lock)"),
        (["SEAL-1", "lock", "--dialect", "native"], "takes no commands"),
        (["SEAL-9", "lock"], "no device 'SEAL-9' has been heard"),
        (["SEAL-1", "interval", *TOY, "--argument", "30"], "NAME=VALUE"),
    ],
)
def test_what_cannot_be_sent(opened: Run, arguments: list[str], said: str) -> None:
    assert said in opened("devices", "send", *arguments, code=2).err
    assert log(opened, "command_sent") == []


# Unlocking


def test_to_unlock_needs_a_reason(connected: tuple[Run, Peer]) -> None:
    run, _ = connected
    ran = run("devices", "send", "SEAL-1", "unlock", *TOY, code=1)
    assert "--reason" in ran.err
    assert log(run, "command_sent") == []


def test_to_unlock_needs_leave(connected: tuple[Run, Peer]) -> None:
    run, peer = connected
    ran = run("devices", "send", "SEAL-1", "unlock", *TOY, *WHY, code=1)
    assert "no authorisation is in force" in ran.err
    assert "tracker shipment authorise TRIP-1" in ran.err
    assert log(run, "command_sent") == []
    assert peer.hears_nothing_for(0.3)


def test_a_device_without_a_shipment_is_not_unlocked(connected: tuple[Run, Peer]) -> None:
    run, _ = connected
    ran = run("devices", "send", "SEAL-7", "unlock", *TOY, *WHY, code=1)
    assert "on no open shipment" in ran.err


def test_with_leave_where_it_is_it_is_unlocked(connected: tuple[Run, Peer], tmp_path: Path) -> None:
    run, peer = connected
    config = load(tmp_path / "tracker.toml")
    place = _heard_in("laredo.yard", config)
    run("shipment", "authorise", "TRIP-1", "--zone", place, "--agency", "consignee")
    secret = ("--argument", "password=123456")
    ran = run("devices", "send", "SEAL-1", "unlock", *TOY, *WHY, *secret, "--wait", "0.5")
    assert "sent" in ran.out
    assert (peer.hear() or "").endswith(" 123456")
    (recorded,) = log(run, "command_sent")
    facts = recorded["facts"]
    assert (facts["leave_agency"], facts["leave_zone"]) == ("consignee", place)
    assert recorded["facts"]["argument.password"] == "***"
    assert "123456" not in json.dumps(run("log", "show", "--json").documents)


def test_leave_for_another_place_is_none(connected: tuple[Run, Peer], tmp_path: Path) -> None:
    run, _ = connected
    _heard_in("laredo.yard", load(tmp_path / "tracker.toml"))
    run("shipment", "authorise", "TRIP-1", "--zone", "monterrey.plant", "--agency", "x")
    ran = run("devices", "send", "SEAL-1", "unlock", *TOY, *WHY, code=1)
    assert "in laredo.yard" in ran.err


def _heard_in(zone: str, config: Config) -> str:
    """SEAL-1 has said twice that it is there, and the tracker has heard it."""
    (found,) = (one for one in wiring.geofences(()).zones if one.id == zone)
    spot = found.polygon.representative_point()
    inbox, now = ReplayInbox(), datetime.now(UTC)
    with wiring.journal(config) as opened:
        ingest = Ingest(
            inbox=inbox, journal=opened, clock=SystemClock(), notifier=Silent(), tick_s=0.0,
            geography=wiring.geography(config), origin=config.log.origin,
        )  # fmt: skip
        for ago in (120, 60):
            at = (now - timedelta(seconds=ago)).isoformat()
            inbox.hand(message("SEAL-1", {"time": at, "lat": spot.y, "lon": spot.x, "speed": 0}))
        ingest.once(0)
    return zone
