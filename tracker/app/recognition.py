"""What a reading is before it is judged: which one, of which device, and of what time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from devices import identity
from devices.reading import Reading
from tracker.app.shipments import ShipmentRegistry
from tracker.app.stored import StoredSoFar
from tracker.app.unit_of_work import UnitOfWork
from tracker.domain.clocks import retimed
from tracker.ports import StoredReading


def identified(readings: Iterable[tuple[Reading, bool]]) -> list[StoredReading]:
    """Each with its identity; of copies within the batch, the first. A retained one (True beside
    it) is stored: by the broker, not by the device.
    """
    found: dict[tuple[str, datetime, bytes], StoredReading] = {}
    for reading, retained in readings:
        if retained:
            reading = replace(reading, buffered=True)  # noqa: PLW2901 - so marked
        item = _stored(reading, retained=retained)
        found.setdefault(item.identity, item)
    return list(found.values())


def as_declared(item: StoredReading, registry: ShipmentRegistry) -> StoredReading:
    """Under the id that its shipment writes: one device, however its own id is written."""
    name = registry.named(item.reading.device)
    if name == item.reading.device:
        return item
    reading = replace(item.reading, device=name)
    return replace(item, reading=reading, digest=identity.digest(reading, item.body))


def fresh(items: list[StoredReading], unit: UnitOfWork, so_far: StoredSoFar) -> list[StoredReading]:
    """Those that are not stored yet; of a clock whose offset was learnt, at the time that follows.

    One that came before its clock's offset was learnt is the same when it comes again.
    """
    devices = {item.reading.device for item in items}
    aheads = {device: ahead for device in devices if (ahead := unit.clock_of(device))}
    if not aheads:
        known = so_far.known(items)
        return [item for item in items if item.identity not in known]
    moved = {item.identity: item for item in items}
    for item in items:
        ahead = aheads.get(item.reading.device, 0)
        if ahead and (reading := retimed(item.reading, ahead)) is not item.reading:
            moved[item.identity] = _stored(reading, retained=item.retained)
    known = so_far.known([*items, *(new for old, new in moved.items() if new.identity != old)])
    return [new for old, new in moved.items() if old not in known and new.identity not in known]


def _stored(reading: Reading, *, retained: bool) -> StoredReading:
    body = identity.body(reading)
    return StoredReading(
        reading=reading,
        body=body,
        digest=identity.digest(reading, body),
        shipment=None,
        late=False,
        retained=retained,
    )
