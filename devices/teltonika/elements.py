"""What Teltonika's IO elements mean: those that a Reading has a field for, and names for others.

As the maker's list of AVL ids for the FMB, FMC and FT families has them
(wiki.teltonika-gps.com, "Teltonika Data Sending Parameters ID"):

    21   GSM signal, 0 to 5 bars: cell.rssi, as sent
    113  battery level, %
    182  GNSS HDOP, in tenths
    205  GSM cell id; 636 UMTS/LTE cell id, which comes first where it is not 0
    206  GSM area code
    241  operator, MCC and MNC in one number of 5 or 6 digits
    249  jamming: 1 begins, 0 is over
    10808-10811  magnet of EYE sensor 1 to 4: 1 field detected, 0 not
    385, 548, 10828, 10829, 11317  lists of beacons, see `devices/teltonika/beacons.py`

A magnet at a beacon is a door's seal: with its field the door is closed (SEALED), without it open
(OPEN); of several, one without is enough. A plain door contact (662) is none: it stays an extra.

The rest is kept: under a name (`NAMES`), else as "io<id>"; whole numbers as sent, unsigned, and
elements of variable length in hexadecimal. A value that its meaning does not allow (a battery of
120 %) is kept as "io<id>" too, and not used.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from devices.reading import Cell, SealCondition, SealReport
from devices.teltonika.beacons import LISTS, Malformed, beacons

RSSI, IBUTTON, BATTERY, HDOP, CELL_ID, LAC, OPERATOR, JAMMING, LTE_CELL_ID = (
    *(21, 78, 113, 182, 205, 206, 241, 249, 636),
)
_CELL_MOST = 2**32 - 1
MAGNETS = frozenset({10808, 10809, 10810, 10811})


class _Names(dict[int, str]):
    def __missing__(self, id_: int) -> str:
        return f"io{id_}"


NAMES = _Names(
    {id_: f"io{id_}" for id_ in range(1024)}
    | {
        1: "din1",
        2: "din2",
        3: "din3",
        4: "din4",
        66: "external_mv",
        67: "battery_mv",
        69: "gnss_status",
        IBUTTON: "ibutton",
        175: "geofence",
        239: "ignition",
        240: "movement",
        246: "tow",
        252: "unplug",
        662: "door",
    }
)
"""Under which each element is kept in `Reading.extra`; as sent, but for the iButton's id."""


KNOWN = frozenset(
    {
        *(id_ for id_, name in NAMES.items() if name != f"io{id_}"),
        *(RSSI, BATTERY, HDOP, CELL_ID, LAC, OPERATOR, JAMMING, LTE_CELL_ID),
        *MAGNETS,
    }
)
"""Elements that have a name, or a field of a Reading."""


class Elements(Struct, frozen=True):
    """What the IO elements of one record say to a Reading."""

    battery_pct: float | None
    jamming: bool | None
    hdop: float | None
    cell: Cell | None
    seal: SealReport | None


def read(io: dict[int, int], variable: list[tuple[int, bytes]], extra: dict[str, Any]) -> Elements:
    """What the elements of one record mean; the rest goes to `extra`. `io` is used up."""
    battery, jamming, hdop = io.pop(BATTERY, None), io.pop(JAMMING, None), io.pop(HDOP, None)
    if battery is not None and battery > 100:
        io[BATTERY], battery = battery, None
    if jamming is not None and jamming > 1:
        io[JAMMING], jamming = jamming, None
    serving = cell(io)
    magnets: list[int] = []
    if not MAGNETS.isdisjoint(io):
        magnets = [io.pop(id_) for id_ in sorted(MAGNETS) if io.get(id_) in (0, 1)]
    names = NAMES
    for id_, value in io.items():
        extra[names[id_]] = value
    if IBUTTON in io:
        extra["ibutton"] = ibutton(io[IBUTTON])
    for id_, data in variable:
        extra[names[id_]] = data.hex()
        if id_ in LISTS:
            magnets += _beacons(id_, data, extra)
    return Elements(
        None if battery is None else float(battery),
        None if jamming is None else jamming == 1,
        None if hdop is None else hdop / 10,
        serving,
        seal(magnets) if magnets else None,
    )


def unused(io: dict[int, int]) -> frozenset[int]:
    """Those elements of a record that no field of its Reading takes: they are kept as extras."""
    left = dict(io)
    read(left, [], {})
    return frozenset(left)


def cell(io: dict[int, int]) -> Cell | None:
    """The serving cell; None, and its elements left, where one is wider than a cell's numbers."""
    rssi, lac = io.get(RSSI), io.get(LAC)
    wide = LTE_CELL_ID if io.get(LTE_CELL_ID) else CELL_ID
    cid = io.get(wide)
    if (rssi or 0) | (lac or 0) | (cid or 0) > _CELL_MOST:
        return None
    mcc, mnc = operator(io.get(OPERATOR, 0))
    if mcc is not None:
        del io[OPERATOR]
    elif rssi is None and lac is None and cid is None:
        return None
    for id_ in (RSSI, LAC, wide):
        io.pop(id_, None)
    return Cell(mcc=mcc, mnc=mnc, lac=lac, cid=cid, rssi=rssi)


def operator(code: int) -> tuple[int | None, int | None]:
    """MCC and MNC of a network: 24602 is 246 and 2, 334020 is 334 and 20."""
    if 10_000 <= code < 100_000:
        return divmod(code, 100)
    if 100_000 <= code < 1_000_000:
        return divmod(code, 1000)
    return None, None


def ibutton(value: int) -> str:
    """The button's id as it is written: its bytes come lowest first."""
    return value.to_bytes(8, "little").hex().upper()


def seal(magnets: list[int]) -> SealReport:
    """What door magnets say, each 1 (closed) or 0, of which there is one at least."""
    closed = all(magnets)
    return SealReport(condition=SealCondition.SEALED if closed else SealCondition.OPEN)


def _beacons(id_: int, data: bytes, extra: dict[str, Any]) -> list[int]:
    """The magnets of a list of beacons, which is kept in `extra` too; none if it is malformed."""
    try:
        found = beacons(id_, data)
    except Malformed as fault:
        extra[f"io{id_}_fault"] = str(fault)
        return []
    extra.setdefault("beacons", []).extend(found)
    return [beacon["magnet"] for beacon in found if beacon.get("magnet") in (0, 1)]
