"""What the extensions (TLVs) of a position have said so far."""

from __future__ import annotations

from typing import Any

from devices.reading import Credential, SealCondition, SealEvent


class Draft:
    """Filled by the readers of `tlv` and `locks`, then made into a Reading.

    jointech: something was said as Jointech's locks say it. other: as only another maker's locks
    do, which outweighs that: a battery or a mileage is told by many. cell: mcc, mnc, lac, cid.
    """

    jointech = other = False
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
        return False if self.other else self.jointech or None

    def happened(self, event: SealEvent) -> None:
        self.events |= {event}

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
