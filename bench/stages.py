"""Where a reading's time goes, stage by stage, without a broker."""

from __future__ import annotations

import time
from collections.abc import Sequence

from bench import load
from devices import catalogue, identity
from devices.reading import Fix, Reading
from tracker.app.ingest import Ingest
from tracker.ports import Message

COUNT, BATCH = 20_000, 256


class _NoInbox:
    """Messages are handed to `take` directly."""

    trouble = ""

    def receive(self, timeout: float, limit: int = 0) -> list[Message]:
        return []

    def acknowledge(self, messages: Sequence[Message]) -> None: ...

    def settled(self) -> bool:
        return False

    def wake(self) -> None: ...

    def close(self) -> None: ...


class _Silent:
    def tell(self, findings: object, alerts: object) -> None: ...


def report() -> None:
    """Prints readings per second of each stage alone and of all together."""
    batch = load.messages(COUNT)
    begun = time.perf_counter()
    readings = [
        item
        for one in batch
        for item in catalogue.decode(one.topic, one.payload, one.received_at)
        if isinstance(item, Reading)
    ]
    decode = time.perf_counter() - begun
    begun = time.perf_counter()
    for reading in readings:
        identity.digest(reading, identity.body(reading))
    identify = time.perf_counter() - begun
    with load.journal() as (journal, geography, clock):
        fixes = [r.position for r in readings if isinstance(r.position, Fix)]
        begun = time.perf_counter()
        for start in range(0, COUNT, BATCH):
            some = fixes[start : start + BATCH]
            geography.atlas.locate(
                [f.lat for f in some], [f.lon for f in some], corridors=[load.CORRIDOR] * len(some)
            )
        place = time.perf_counter() - begun
        ingest = Ingest(
            inbox=_NoInbox(),
            journal=journal,
            clock=clock,
            geography=geography,
            origin="bench/log",
            notifier=_Silent(),
        )
        begun = time.perf_counter()
        for start in range(0, COUNT, BATCH):
            ingest.take(batch[start : start + BATCH])
        whole = time.perf_counter() - begun
    print(f"{COUNT:,} readings of {load.TRUCKS} shipments in batches of {BATCH}, SQLite FULL")
    for name, seconds in (("decode", decode), ("identify", identify), ("place", place)):
        print(f"  {name:<28}{COUNT / seconds:>12,.0f}/s {seconds / whole:>7.0%} of the whole")
    rest = whole - decode - identify - place
    print(f"  {'rules, log, commit (rest)':<28}{COUNT / rest:>12,.0f}/s {rest / whole:>7.0%}")
    print(f"  {'all of it, durable':<28}{COUNT / whole:>12,.0f}/s")
