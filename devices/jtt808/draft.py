"""What the extensions (TLVs) of a position have said so far."""

from __future__ import annotations

from typing import Any

from devices.reading import Credential, SealCondition, SealEvent


class Draft:
    """Filled by the readers of `tlv` and `locks`, then made into a Reading.

    jointech: something was said as Jointech's locks say it. other: as only another maker's locks
    do, which outweighs that: a battery or a mileage is told by many. surely: as Jointech's alone
    do. movement: by a model whose alarm bit 16 is its movement. rope: cuts (None: not told) and
    bits of DA, which two makers use. cell: mcc, mnc, lac, cid.
    """

    jointech = other = surely = movement = False
    rope: tuple[int | None, int] | None = None
    battery: float | None = None
    satellites: int | None = None
    altitude: float | None = None
    rssi: int | None = None
    cell: tuple[int | None, int | None, int, int] | None = None
    condition: SealCondition | None = None
    credential: Credential | None = None
    events: frozenset[SealEvent] = frozenset()

    def __init__(self) -> None:
        self.extra: dict[str, Any] = {}

    @property
    def by_jointech(self) -> bool | None:
        """Whether one of Jointech's locks speaks, None if nothing shows it."""
        if self.other or (self.rope is not None and not self.surely):
            return False
        return self.jointech or None

    @property
    def speaks(self) -> bool:
        """Whether something was said of the seal."""
        told = self.events or self.condition is not None
        return bool(told) or self.credential is not None

    def happened(self, event: SealEvent) -> None:
        self.events |= {event}

    def several(self, locks: list[dict[str, Any]], shut: bool) -> None:
        """The locks that hang on it, and whether all are shut."""
        self.extra["locks"] = locks
        self.condition = SealCondition.SEALED if shut else SealCondition.OPEN

    def keep(self, tag: int, value: bytes) -> None:
        """An extension that is not understood: "tlv_E3", in hex; a list where it comes again."""
        name, said = f"tlv_{tag:02X}", value.hex()
        before = self.extra.setdefault(name, said)
        if before is not said:
            self.extra[name] = before = before if isinstance(before, list) else [before]
            before.append(said)


def together(one: bool | None, other: bool | None) -> bool | None:
    """`by_jointech` of two positions of one batch."""
    return False if False in (one, other) else one or other
