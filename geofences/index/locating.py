"""A batch of positions to their Placements: each question is put once, for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from geofences.geometry.earth import Array, Index
from geofences.index.border import COUNTRIES, Border
from geofences.index.corridor_index import CorridorIndex
from geofences.index.own_zones import OwnZones
from geofences.index.raster import Codes
from geofences.index.zone_index import ZoneIndex
from geofences.placement import Placement

Names = dict[int, tuple[str, ...]]
"""By position; whoever is missing has none."""
Others = dict[int, tuple[float, ...]]
Held = tuple[list[bool | None], list[float | None], list[float | None], Others]

ZonesAsked = ZoneIndex | OwnZones
BRIDGE = len(COUNTRIES)
_COUNTRIES = (*COUNTRIES, "bridge")
"""What a Placement says by the border's side, and BRIDGE."""
_NOWHERE = tuple(Placement(country=country) for country in _COUNTRIES)
"""Of the positions that no zone holds, which are most: they share these."""
_NOWHERE_BY_SIDE: NDArray[Any] = np.array(_NOWHERE, dtype=object)


def locate_one(zone_indexes: Sequence[ZoneIndex], border: Border, y: float, x: float) -> Placement:
    """Of one position that is held against nothing, and faster so."""
    zones: tuple[str, ...] = ()
    bridge = False
    for some in zone_indexes:
        names, on_bridge = some.one(x, y)
        if names:
            zones = tuple(sorted(zones + names)) if zones else names
            bridge = bridge or on_bridge
    side = BRIDGE if bridge else border.side(x, y)
    return Placement(zones=zones, country=_COUNTRIES[side]) if zones else _NOWHERE[side]


def locate(
    zone_indexes: Sequence[ZonesAsked],
    border: Border,
    y: Array,
    x: Array,
    accuracies: Sequence[float | None] | None = None,
    previous: Sequence[tuple[float, float] | None] | None = None,
    held: tuple[Sequence[str | None], Held] | None = None,
) -> list[Placement]:
    """`held`: the corridors, and what `hold_to_corridors` says of them."""
    claimed = None if accuracies is None or not any(accuracies) else _claimed(accuracies)
    zones, doubtful, side = _zones(zone_indexes, border, y, x, claimed)
    if accuracies is None and previous is None and held is None:
        found: list[Placement] = _NOWHERE_BY_SIDE.take(side).tolist()
        sides = side.tobytes()  # its items are plain numbers, which numpy's are not
        for i, names in zones.items():
            found[i] = Placement(zones=names, country=_COUNTRIES[sides[i]])
        return found
    count = len(y)
    nothing: list[Any] = [None] * count
    passed = {} if previous is None else _passed(zone_indexes, y, x, previous)
    unheld: Held = (nothing, nothing, nothing, {})
    corridors, (on, offset, along, others) = (nothing, unheld) if held is None else held
    columns = zip(
        _column(zones, count), _column(doubtful, count), _column(passed, count), side.tolist(),
        corridors, on, offset, along, accuracies or nothing,
        strict=True,
    )  # fmt: skip
    made = [
        Placement(
            zones=a, doubtful=b, passed=c, country=_COUNTRIES[d], corridor=e, on_corridor=f,
            offset_m=g, progress_m=h, uncertainty_m=i,
        )
        for a, b, c, d, e, f, g, h, i in columns
    ]  # fmt: skip
    for number, elsewhere in others.items():
        made[number] = replace(made[number], others=elsewhere)
    return made


def hold_to_corridors(
    corridor_index: CorridorIndex,
    y: Array,
    x: Array,
    corridors: Sequence[str | None],
    accuracies: Sequence[float | None] | None,
    progress: Sequence[float | None] | None,
    exact: bool | Sequence[bool],
) -> Held:
    """For each position: on its corridor, offset and progress (m); and of those with a last
    progress, where else along it they may be. Raises UnknownCorridor."""
    number = corridor_index.numbers(corridors)
    asked = (number >= 0).nonzero()[0]
    on, offset, along = (np.full(len(number), None, dtype=object) for _ in range(3))
    continuing = np.zeros(0, dtype=np.intp)
    others: Others = {}
    if progress is not None:
        last = np.array([np.nan if one is None else one for one in progress], dtype=np.float64)
        known = ~np.isnan(last[asked])
        continuing, asked = asked[known], asked[~known]
    if exact is not True:
        rough = asked if exact is False else asked[~np.array(exact, dtype=np.bool_)[asked]]
        surely = rough[corridor_index.within(number[rough], x[rough], y[rough])]
        on[surely] = True
        unsure = np.zeros(len(number), dtype=np.bool_)
        unsure[asked] = True
        unsure[surely] = False
        asked = unsure.nonzero()[0]

    def write(who: Index, measured: tuple[Array, Array]) -> None:
        on[who] = corridor_index.on(number[who], measured[0])
        offset[who], along[who] = measured

    if len(asked):
        write(asked, corridor_index.offsets(number[asked], x[asked], y[asked]))
    if len(continuing):
        claimed = np.zeros(len(number)) if accuracies is None else _claimed(accuracies)
        who = continuing
        *measured, elsewhere = corridor_index.continued(
            number[who], x[who], y[who], last[who], claimed[who]
        )
        write(who, (measured[0], measured[1]))
        others = {int(who[nth]): stretches for nth, stretches in elsewhere.items()}
    return on.tolist(), offset.tolist(), along.tolist(), others


def _claimed(accuracies: Sequence[float | None]) -> Array:
    claimed = np.array([one or 0.0 for one in accuracies], dtype=np.float64)
    return np.where(claimed > 0, claimed, 0.0)


def _zones(
    zone_indexes: Sequence[ZonesAsked], border: Border, y: Array, x: Array, claimed: Array | None
) -> tuple[Names, Names, Codes]:
    """The zones that hold each position, the doubtful ones, and the side or BRIDGE."""
    spots = np.array((x, y))
    side = border.sides(spots)
    zones: Names = {}
    doubtful: Names = {}
    for some in zone_indexes:
        candidates = some.candidates(spots)
        who, which = some.holding(candidates)
        side[who[some.bridges(which)]] = BRIDGE
        zones = _both(zones, some.named(who, which))
        if claimed is not None:
            doubtful = _both(doubtful, some.named(*some.doubtful(candidates, claimed)))
    return zones, doubtful, side


def _both(one: Names, other: Names) -> Names:
    """Names from two indexes, sorted."""
    if not one:
        return other
    for i, names in other.items():
        one[i] = tuple(sorted(one[i] + names)) if i in one else names
    return one


def _column(names: Names, count: int) -> list[tuple[str, ...]]:
    column: list[tuple[str, ...]] = [()] * count
    for i, found in names.items():
        column[i] = found
    return column


def _passed(
    zone_indexes: Sequence[ZonesAsked],
    y: Array,
    x: Array,
    previous: Sequence[tuple[float, float] | None],
) -> Names:
    """Raises ValueError for a previous position that is no finite number."""
    who = np.array([i for i, before in enumerate(previous) if before is not None], dtype=np.intp)
    if not len(who):
        return {}
    start: NDArray[np.float64] = np.array([p for p in previous if p is not None], dtype=np.float64)
    if not np.isfinite(start).all():
        raise ValueError("a previous position is no finite number")
    moved = (start[:, 0] != y[who]) | (start[:, 1] != x[who])
    who, start = who[moved], start[moved]
    found: dict[int, list[tuple[float, str]]] = {}
    for some in zone_indexes:
        for i, met, zone in some.among(who).crossed(x[who], y[who], start[:, 1], start[:, 0]):
            found.setdefault(int(who[i]), []).append((met, zone))
    return {i: tuple(zone for _, zone in sorted(met)) for i, met in found.items()}
