"""Where one position is: the answer of `Atlas.locate`."""

from __future__ import annotations

from msgspec import Struct


class Placement(Struct, frozen=True, kw_only=True):
    """Everything geography has to say of one position.

    zones: ids of the zones that contain it, sorted.
    country: "US" or "MX" by the border line; None where the line does not decide.
    corridor: the corridor it was held against, None if none was asked.
    on_corridor: within the corridor's half-width; None if none was asked.
    offset_m: metres (geodesic) to the corridor's centre line. Always there when off the corridor;
        when on it only if `exact` was asked.
    progress_m: metres along the centre line from its start to the nearest point; as `offset_m`.
    uncertainty_m: the fix's accuracy as claimed, None if not claimed.
    """

    zones: tuple[str, ...] = ()
    country: str | None = None
    corridor: str | None = None
    on_corridor: bool | None = None
    offset_m: float | None = None
    progress_m: float | None = None
    uncertainty_m: float | None = None
