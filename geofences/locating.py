"""A batch of positions to their Placements: each question is put once, for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geofences.areas import Areas
from geofences.border import Border
from geofences.earth import Array, Index
from geofences.lanes import Lanes
from geofences.placement import Placement

BRIDGE = "bridge"

Names = list[tuple[str, ...]]
Held = tuple[list[bool | None], list[float | None], list[float | None]]


def place_one(areas: Sequence[Areas], border: Border, y: float, x: float) -> Placement:
    """Of one position that is held against nothing, and faster so."""
    zones: tuple[str, ...] = ()
    bridge = False
    for some in areas:
        names, on_bridge = some.one(x, y)
        zones = tuple(sorted(zones + names)) if zones else names
        bridge = bridge or on_bridge
    return Placement(zones=zones, country=BRIDGE if bridge else border.country(y, x))


def place(
    areas: Sequence[Areas],
    border: Border,
    y: Array,
    x: Array,
    accuracies: Sequence[float | None] | None = None,
    previous: Sequence[tuple[float, float] | None] | None = None,
    held: tuple[Sequence[str | None], Held] | None = None,
) -> list[Placement]:
    """`held`: the corridors, and what `hold` says of them."""
    claimed = None if accuracies is None else _claimed(accuracies)
    zones, doubtful, country = _zones(areas, border, y, x, claimed)
    if claimed is None and previous is None and held is None:
        return [
            Placement(zones=names, country=side) for names, side in zip(zones, country, strict=True)
        ]
    count = len(y)
    nothing: list[Any] = [None] * count
    passed = [()] * count if previous is None else _passed(areas, y, x, previous)
    corridors, (on, offset, along) = (nothing, (nothing,) * 3) if held is None else held
    columns = zip(
        zones, doubtful, passed, country, corridors, on, offset, along, accuracies or nothing,
        strict=True,
    )  # fmt: skip
    return [
        Placement(
            zones=a, doubtful=b, passed=c, country=d, corridor=e, on_corridor=f, offset_m=g,
            progress_m=h, uncertainty_m=i,
        )
        for a, b, c, d, e, f, g, h, i in columns
    ]  # fmt: skip


def hold(
    lanes: Lanes,
    y: Array,
    x: Array,
    corridors: Sequence[str | None],
    accuracies: Sequence[float | None] | None,
    progress: Sequence[float | None] | None,
    exact: bool,
) -> Held:
    """For each position: on its corridor, offset and progress (m). Raises UnknownCorridor."""
    lane = lanes.numbers(corridors)
    asked = np.flatnonzero(lane >= 0)
    on, offset, along = (np.full(len(lane), None, dtype=object) for _ in range(3))
    continuing = np.zeros(0, dtype=np.intp)
    if progress is not None:
        last = np.array([np.nan if one is None else one for one in progress], dtype=np.float64)
        known = ~np.isnan(last[asked])
        continuing, asked = asked[known], asked[~known]
    if not exact:
        surely = lanes.within(lane[asked], x[asked], y[asked])
        on[asked[surely]] = True
        asked = asked[~surely]

    def write(who: Index, measured: tuple[Array, Array]) -> None:
        on[who] = lanes.on(lane[who], measured[0])
        offset[who], along[who] = measured

    if len(asked):
        write(asked, lanes.offsets(lane[asked], x[asked], y[asked]))
    if len(continuing):
        claimed = np.zeros(len(lane)) if accuracies is None else _claimed(accuracies)
        who = continuing
        write(who, lanes.continued(lane[who], x[who], y[who], last[who], claimed[who]))
    return on.tolist(), offset.tolist(), along.tolist()


def _claimed(accuracies: Sequence[float | None]) -> Array:
    claimed = np.array([one or 0.0 for one in accuracies], dtype=np.float64)
    return np.where(claimed > 0, claimed, 0.0)


def _zones(
    areas: Sequence[Areas], border: Border, y: Array, x: Array, claimed: Array | None
) -> tuple[Names, Iterable[tuple[str, ...]], list[str | None]]:
    """Names of the zones that hold each position, of the doubtful ones, and the country."""
    count = len(y)
    spots = np.stack((x, y))
    country = border.sides(spots)
    zones, doubtful = Layered(count), Layered(count)
    for some in areas:
        look = some.look(spots)
        who, which = some.holding(look)
        country[who[some.bridges(which)]] = BRIDGE
        zones.add(some.named(who, which, count))
        if claimed is not None:
            doubtful.add(some.named(*some.doubtful(look, claimed), count))
    return zones.names, doubtful.names, country.tolist()


class Layered:
    """Names by position, from one or more indexes, sorted."""

    def __init__(self, count: int) -> None:
        self.names: Names = [()] * count
        self._first = True

    def add(self, names: Names) -> None:
        if self._first:
            self.names, self._first = names, False
        else:
            self.names = [
                tuple(sorted(a + b)) if a and b else a or b
                for a, b in zip(self.names, names, strict=True)
            ]


def _passed(
    areas: Sequence[Areas], y: Array, x: Array, previous: Sequence[tuple[float, float] | None]
) -> Names:
    """Raises ValueError for a previous position that is no finite number."""
    passed: Names = [()] * len(y)
    who = np.array([i for i, before in enumerate(previous) if before is not None], dtype=np.intp)
    if not len(who):
        return passed
    start: NDArray[np.float64] = np.array([p for p in previous if p is not None], dtype=np.float64)
    if not np.isfinite(start).all():
        raise ValueError("a previous position is no finite number")
    moved = (start[:, 0] != y[who]) | (start[:, 1] != x[who])
    who, start = who[moved], start[moved]
    found: dict[int, list[tuple[float, str]]] = {}
    for some in areas:
        for i, met, zone in some.crossed(x[who], y[who], start[:, 1], start[:, 0]):
            found.setdefault(int(who[i]), []).append((met, zone))
    for i, met_zones in found.items():
        passed[i] = tuple(zone for _, zone in sorted(met_zones))
    return passed
