"""Where one position is: the answer of `Atlas.locate`."""

from __future__ import annotations

from msgspec import Struct


# gc=False: it holds nothing that could hold it, so the collector need not look at thousands.
class Placement(Struct, frozen=True, kw_only=True, gc=False):
    """Everything geography has to say of one position. Positions may share one.

    zones: ids of the zones that contain it, sorted.
    doubtful: ids of the zones whose edge lies within the fix's claimed accuracy, sorted: the fix
        proves neither that it is inside them nor that it is out.
    passed: ids of the zones that the straight way from the previous position runs through, in the
        order of the way, and that hold neither of its ends; empty if no previous was given.
    country: "US" or "MX" by the border line, "bridge" on a bridge between them; None where the
        line does not decide.
    corridor: the corridor it was held against, None if none was asked.
    on_corridor: within the corridor's half-width; None if none was asked.
    offset_m: metres (geodesic) to the corridor's centre line. Always there when off the corridor;
        when on it only if `exact` was asked.
    progress_m: metres along the centre line from its start to the nearest point; as `offset_m`.
    others: metres along the centre line to where each other stretch of a corridor that meets itself
        is about as near; asked for with the last progress, else empty.
    cell_m: metres from the position to the range of the cell that the device was connected to, 0
        within it; None if that cell is not on file. The atlas leaves it to whoever has cells.
    uncertainty_m: the fix's accuracy as claimed, None if not claimed.
    """

    zones: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    country: str | None = None
    corridor: str | None = None
    on_corridor: bool | None = None
    offset_m: float | None = None
    progress_m: float | None = None
    others: tuple[float, ...] = ()
    uncertainty_m: float | None = None
    cell_m: float | None = None
