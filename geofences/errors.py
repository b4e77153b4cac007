"""What `geofences` raises: each says what is wrong, where, and how to mend it."""

from __future__ import annotations


class GeoFault(ValueError):
    """Zones or corridors that cannot be used as they stand; nothing is repaired silently."""

    def __init__(self, where: str, what: str, mend: str) -> None:
        super().__init__(where, what, mend)
        self.where = where
        self.what = what
        self.mend = mend

    def __str__(self) -> str:
        return f"{self.where}: {self.what} ({self.mend})"


class UnknownPlace(KeyError):
    """An id that the atlas does not hold."""

    noun = "place"

    def __init__(self, place_id: str) -> None:
        super().__init__(place_id)
        self.place_id = place_id

    def __str__(self) -> str:
        return f"no {self.noun} {self.place_id!r} in the atlas"


class UnknownZone(UnknownPlace):
    noun = "zone"


class UnknownCorridor(UnknownPlace):
    noun = "corridor"
