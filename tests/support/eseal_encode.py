"""eSeal CT-C lines as the seal writes them: what `devices/eseal/line.py` reads back."""

from __future__ import annotations

from devices.eseal.line import Line


def encode(said: Line) -> bytes:
    """The line, with its end. An absent position, course, speed, card or rssi is left empty, but
    for what `extra` holds in its place; numbers are written without exponents.
    """
    extra, moment = said.extra, said.moment
    assert moment is not None
    fields = (
        "##S",
        extra.get("type", "eSeal"),
        said.id,
        extra.get("customer", "256"),
        extra.get("firmware", "3.0.8"),
        said.event,
        str(said.index),
        *moment.strftime("%Y-%m-%d %H:%M:%S").split(" "),
        _text(extra.get("interval_min", 15)),
        "A" if said.valid else "V",
        _where(said),
        _text(extra.get("course") if said.course is None else said.course),
        _text(extra.get("speed") if said.speed is None else said.speed),
        said.door,
        _text(extra.get("acceleration", 0.0)),
        said.card or "0",
        _text(extra.get("battery_v", 3.7)),
        _text(extra.get("rssi") if said.rssi is None else said.rssi),
        "E##",
    )
    return ",".join(fields).encode("ascii") + b"\r\n"


def _where(said: Line) -> str:
    if said.lat is None or said.lon is None:
        return str(said.extra.get("position", ""))
    north, east = "S" if said.lat < 0 else "N", "W" if said.lon < 0 else "E"
    return f"{abs(said.lat):.6f}{north} {abs(said.lon):.6f}{east}"


def _text(value: float | str | None) -> str:
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0") + ("0" if value == int(value) else "")
    return "" if value is None else str(value)
