"""What a simulated lock says is what a real one would have said; and it forgets nothing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from devices import catalogue
from devices.reading import Fix, NoFix, Reading, SealCondition, SealEvent
from devices.wire import Frame
from tests.simulation.roads import START, NorthRoad
from tracker.domain.errors import ServiceUnreachable, UsageError
from tracker.simulation import faults
from tracker.simulation.devices import deliveries
from tracker.simulation.journeys import Journey, Moment, SealAct
from tracker.simulation.tongues import TONGUES, device_id, tongue
from tracker.simulation.wire_devices import WireDevice, bodies

ROAD = NorthRoad()
JOURNEY = Journey(
    device="X",
    road=ROAD,
    starts_at=START,
    end_m=40_000.0,
    seal=(
        SealAct(Moment(1_000.0), "sealed", "sealed", "MX1"),
        SealAct(Moment(10_000.0), "open", "opened", None, {"kind": "rfid", "id": "0007654321"}),
        SealAct(Moment(12_000.0), "sealed", "sealed", "MX2"),
        SealAct(Moment(25_000.0), "cut", "cut"),
    ),
    faults=(faults.CoverageLoss(5.0, 6.0),),
)
SAID = [body for one in deliveries(JOURNEY) for body in bodies(one)]


def heard(dialect: str, body: dict[str, Any], serial: int) -> Reading:
    """What the decoder makes of what the lock says."""
    device = device_id(dialect, None, 1)
    speaks = tongue(dialect, device)
    session = catalogue.dialects()[dialect].session
    assert session is not None
    (*_, frame) = session().feed(speaks.greeting() + speaks.frame(body, serial), START)
    assert isinstance(frame, Frame)
    assert (frame.device, frame.publish) == (device, True)
    assert speaks.answered(bytearray(frame.answer), serial) is True
    topic = f"frames/{dialect}/{device}"
    (found,) = catalogue.decode(topic, frame.payload, START + timedelta(days=1))
    assert isinstance(found, Reading), found
    return found


@pytest.mark.parametrize("dialect", TONGUES)
def test_each_frame_is_read_as_it_was_meant(dialect: str) -> None:
    for serial, body in enumerate(SAID):
        found = heard(dialect, body, serial)
        meant = datetime.fromisoformat(body["time"])
        assert abs(found.event_time - meant) < timedelta(seconds=1)
        assert isinstance(found.position, Fix)
        assert found.position.lat == pytest.approx(body["lat"], abs=1e-5)
        assert found.position.lon == pytest.approx(body["lon"], abs=1e-5)
        assert found.position.speed_kmh == pytest.approx(body["speed"], abs=1.0)
        assert found.buffered is (body.get("buffered", False) and dialect != "teltonika") or (
            dialect == "jt701" and body["seal"].get("event") in ("sealed", "opened")
        )


@pytest.mark.parametrize("dialect", TONGUES)
def test_its_seal_is_read_as_far_as_the_language_goes(dialect: str) -> None:
    found = [(body["seal"], heard(dialect, body, n).seal) for n, body in enumerate(SAID)]
    for said, seal in found:
        assert seal is not None
        shut = said["state"] == "sealed"
        assert (seal.condition is SealCondition.SEALED) is shut, said
    if dialect != "teltonika":
        (opened,) = [seal for said, seal in found if said.get("event") == "opened"]
        assert opened is not None
        assert SealEvent.OPENED in opened.events
        assert opened.credential is not None
        assert (opened.credential.id or "").lstrip("0") == "7654321"
    if dialect == "jt701":
        cuts = [seal for said, seal in found if said["state"] == "cut"]
        assert all(seal and seal.condition is SealCondition.CUT for seal in cuts)


@pytest.mark.parametrize("dialect", TONGUES)
def test_without_a_fix_there_is_none(dialect: str) -> None:
    body = {key: value for key, value in SAID[0].items() if key not in ("lat", "lon")}
    assert isinstance(heard(dialect, body, 0).position, NoFix)


def test_ids_are_numbers_of_their_length() -> None:
    for dialect, (_, _, digits) in TONGUES.items():
        assert len(device_id(dialect, None, 12)) == digits
        assert device_id(dialect, "9", 12).startswith("9")
    for prefix in ("", "0", "x", "70123456789"):
        with pytest.raises(UsageError):
            device_id("jt701", prefix, 1)


# The flash


class Ear:
    """A gateway that writes down what it hears, and answers only while `answering`."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.answering = True
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            with connection:
                self._listen(connection)

    def _listen(self, connection: socket.socket) -> None:
        make = catalogue.dialects()["jt701"].session
        assert make is not None
        session = make()
        while data := connection.recv(4096):
            for item in session.feed(data, datetime.now(UTC)):
                self.frames.append(item.payload)
                if not self.answering:
                    return  # it is heard, and the line breaks before the answer
                assert isinstance(item, Frame)
                connection.sendall(item.answer)

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()


@pytest.fixture
def ear() -> Iterator[Ear]:
    made = Ear()
    yield made
    made.close()


def lock(port: int) -> WireDevice:
    return WireDevice(tongue("jt701", device_id("jt701", None, 1)), "127.0.0.1", port)


def test_what_is_not_answered_is_said_again_byte_for_byte(ear: Ear) -> None:
    device = lock(ear.port)
    device.say(SAID[0])
    ear.answering = False
    for body in SAID[1:4]:
        device.say(body)
    assert (device.answered, len(device.kept)) == (1, 3)
    ear.answering = True
    device.tell_all(10.0)
    device.close()
    first, *rest = ear.frames
    assert rest[: len(rest) - 3] == [rest[-3]] * (len(rest) - 3), "the same again"
    assert (device.answered, device.repeated, len(device.kept)) == (4, 3, 0)
    assert len({first, *rest}) == 4


def test_with_nobody_there_everything_is_kept() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    device = lock(port)
    for body in SAID[:5]:
        device.say(body)
    assert len(device.kept) == 5
    with pytest.raises(ServiceUnreachable, match="5 frames are not answered"):
        device.tell_all(0.3)


def test_a_spoilt_delivery_has_no_readings() -> None:
    spoilt = replace(deliveries(JOURNEY)[0], payload=b'[{"lat"', readings=0)
    assert list(bodies(spoilt)) == []
    batch = replace(spoilt, payload=msgspec.json.encode(SAID[:2]), readings=2)
    assert list(bodies(batch)) == SAID[:2]
