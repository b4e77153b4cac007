"""What a simulated lock says, in the languages of real ones: native readings as frames.

A native reading (see `devices`) says more than some of these can; what has no field is left out.
A cut rope is an alarm of the JT701's own; a JT709 over JT/T 808 has none, and shows its rope out
with its motor locked; a Teltonika tracker reads a magnet at the door.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from devices.jt701 import encoder as jt701_encoder
from devices.jtt808 import encoder as jtt808_encoder
from devices.jtt808.stream import Splitter
from devices.reading import Cell, SealEvent
from devices.teltonika import encoder as teltonika_encoder
from tracker.domain.errors import UsageError

Body = Mapping[str, Any]
"""A native reading: keys as in docs/telemetry.md, `time` in RFC 3339."""
_AUTO_LOCKED, _BY_CARD, _OPENED_ANYWHERE = 5, 1, 98
_LOCATION, _BATCH, _ANSWER = 0x0200, 0x0704, 0x8001
_TIMER, _ROPE = 1, 4
"""What woke the lock (`devices.jointech_seal.WAKE`)."""


class Tongue(Protocol):
    """One device's language on one connection after another.

    greeting: what it says first on each, which is answered; b"" where it says nothing. serials:
    how many there are before they begin anew.
    """

    device: str
    serials: int

    def greeting(self) -> bytes: ...

    def frame(self, body: Body, serial: int) -> bytes: ...

    def answered(self, heard: bytearray, serial: int | None) -> bool | None:
        """Whether `heard` answers the frame of this serial (None: the greeting), False if it is
        refused; None while it does not say. What was understood is taken out of `heard`.
        """
        ...


class JT701:
    """Stop and wait, as the lock does: each frame until its (P69,0,serial)."""

    serials = 256

    def __init__(self, device: str) -> None:
        self.device = device

    def greeting(self) -> bytes:
        return b""

    def frame(self, body: Body, serial: int) -> bytes:
        seal, fixed = body.get("seal", {}), "lat" in body
        place = (self.device, _time(body), body.get("lat", 0.0), body.get("lon", 0.0))
        event, card = seal.get("event"), (seal.get("credential") or {}).get("id", "")
        if event == "sealed" or (event == "opened" and card):
            return jt701_encoder.lock_event(
                *place,
                serial=serial,
                source=_AUTO_LOCKED if event == "sealed" else _BY_CARD,
                unlock=0 if event == "sealed" else _OPENED_ANYWHERE,
                card=_digits(card, 10),
                fix=fixed,
                speed_kmh=body.get("speed", 0.0),
                course_deg=body.get("course", 0.0),
            )
        cut = seal.get("state") == "cut"
        kind = jt701_encoder.ALARM if event else jt701_encoder.LIVE
        return jt701_encoder.long_frame(
            *place,
            serial=serial,
            status=jt701_encoder.status_word(*self._status(seal.get("state"), cut=cut)),
            kind=jt701_encoder.BACKLOG if body.get("buffered") else kind,
            fix=fixed,
            speed_kmh=body.get("speed", 0.0),
            course_deg=body.get("course", 0.0),
            satellites=body.get("satellites", 0),
            battery_pct=round(body.get("battery", 100)),
            cell=_cell(body),
            wake=_ROPE if event in ("opened", "rope_out", "rope_in") else _TIMER,
        )

    def _status(self, state: str | None, *, cut: bool) -> list[SealEvent | str]:
        if cut:
            return [SealEvent.CUT, "motor_locked", "cover_closed"]
        shut = ["rope_in", "motor_locked"] if state == "sealed" else []
        return [*shut, "cover_closed"]

    def answered(self, heard: bytearray, serial: int | None) -> bool | None:
        while b")" in heard:
            message, _, rest = bytes(heard).partition(b")")
            heard[:] = rest
            if message == b"(P69,0,%d" % (serial or 0):
                return True
        return None


class JTT808:
    """A JT709: each 0200 until its 8001."""

    serials = 65_536

    def __init__(self, device: str) -> None:
        self.device = device
        self._splitter = Splitter()

    def greeting(self) -> bytes:
        return b""

    def frame(self, body: Body, serial: int) -> bytes:
        seal = body.get("seal", {})
        state, event = seal.get("state"), seal.get("event")
        card = (seal.get("credential") or {}).get("id", "")
        lock = jtt808_encoder.lock_bits(
            rope_in=state == "sealed",
            motor_locked=state in ("sealed", "cut"),
            wake=_ROPE if event else _TIMER,
        )
        tlvs = [jtt808_encoder.battery(round(body.get("battery", 100)))]
        if "satellites" in body:
            tlvs.append((0x31, bytes([body["satellites"]])))
        if event == "opened" and card:
            tlvs.append(jtt808_encoder.card_event(0x22, int(_digits(card, 9)), None))
        said = jtt808_encoder.position(
            jtt808_encoder.Position(
                time=_time(body),
                lat=body.get("lat", 0.0),
                lon=body.get("lon", 0.0),
                fixed="lat" in body,
                speed_kmh=body.get("speed", 0.0),
                course_deg=round(body.get("course", 0.0)),
                statuses=lock,
                tlvs=tuple(tlvs),
            )
        )
        if body.get("buffered"):
            said = jtt808_encoder.batch([said], backlog=True)
        message = _BATCH if body.get("buffered") else _LOCATION
        return jtt808_encoder.frame(self.device, serial, message, said)

    def answered(self, heard: bytearray, serial: int | None) -> bool | None:
        pieces = self._splitter.feed(bytes(heard))
        heard.clear()
        for piece in pieces:
            answer = piece.message
            if answer is None or answer.msg != _ANSWER or len(answer.body) < 5:
                continue
            if int.from_bytes(answer.body[:2]) == serial:
                return answer.body[4] == 0
        return None


class Teltonika:
    """Login, then packets of one record, each until its count comes back."""

    serials = 65_536

    def __init__(self, device: str) -> None:
        self.device = device

    def greeting(self) -> bytes:
        return teltonika_encoder.login(self.device)

    def frame(self, body: Body, serial: int) -> bytes:
        seal, cell = body.get("seal", {}), body.get("cell", {})
        record = teltonika_encoder.Record(
            time_ms=round(_time(body).timestamp() * 1000),
            lat=round(body.get("lat", 0.0) * 1e7),
            lon=round(body.get("lon", 0.0) * 1e7),
            course=round(body.get("course", 0.0)),
            satellites=body.get("satellites", 0) if "lat" in body else 0,
            speed=round(body.get("speed", 0.0)),
            priority=1 if seal.get("event") else 0,
            event=10_808 if seal.get("event") else 0,
            one={
                113: round(body.get("battery", 100)),
                249: int(bool(body.get("jamming"))),
                10_808: int(seal.get("state") == "sealed"),
            },
            two={182: round(body.get("hdop", 1.0) * 10)},
            four={241: cell["mcc"] * 1000 + cell["mnc"]} if "mcc" in cell else {},
        )
        return teltonika_encoder.packet([record])

    def answered(self, heard: bytearray, serial: int | None) -> bool | None:
        size = 1 if serial is None else 4
        if len(heard) < size:
            return None
        answer = int.from_bytes(heard[:size])
        del heard[:size]
        return answer == 1


TONGUES: dict[str, tuple[type[JT701 | JTT808 | Teltonika], str, int]] = {
    "jt701": (JT701, "701", 10),
    "jtt808": (JTT808, "808", 12),
    "teltonika": (Teltonika, "35", 15),
}
"""By dialect: what speaks it, how its ids begin unless told otherwise, and how many digits."""


def tongue(dialect: str, device: str) -> Tongue:
    speaks, _, _ = TONGUES[dialect]
    return speaks(device)


def device_id(dialect: str, prefix: str | None, number: int) -> str:
    """The id of the truck of this number, from 1. Raises UsageError for a prefix that is no number,
    or leaves no room.
    """
    _, usual, digits = TONGUES[dialect]
    prefix = usual if prefix is None else prefix
    name = prefix + str(number).zfill(digits - len(prefix))
    if not name.isdigit() or len(name) != digits or name[0] == "0":
        raise UsageError(
            f"{dialect} devices have numbers of {digits} digits, not {name!r}",
            where="--prefix",
            mend=f"fewer digits, no 0 first, such as {usual}",
        )
    return name


def _time(body: Body) -> datetime:
    return datetime.fromisoformat(body["time"])


def _digits(card: str, width: int) -> str:
    """A card as the number that the lock reads."""
    digits = "".join(one for one in card if one.isdigit()) or "1"
    return digits[-width:].zfill(width)


def _cell(body: Body) -> Cell:
    said = body.get("cell", {})
    return Cell(mcc=said.get("mcc"), mnc=said.get("mnc"))
