"""The ports: what the use cases need of the world, and what each adapter guarantees.

    world    what comes in from outside, and who is told
    work     what one batch changes
    journal  where it is kept, and read
    rows     what is read there
    signing  what is signed of the log
    notify   what is handed to channels, and what they guarantee
    crew     several workers, each a process
    news     what machines are told, as values
    outbox   what is to be told, and what became of it

Adapters live in `tracker.adapters`; only `tracker.wiring` constructs them.
"""

from __future__ import annotations

from tracker.ports.crew import Crew, Report
from tracker.ports.journal import Journal, Records, Store
from tracker.ports.news import AlertDocument, News, ShipmentNews
from tracker.ports.notify import (
    Channel,
    Composer,
    Context,
    Outgoing,
    Place,
    Receipt,
    Text,
    Undelivered,
)
from tracker.ports.outbox import Outbox, StoredNotice
from tracker.ports.rows import (
    DeviceRow,
    EntryRow,
    HeardRow,
    Heartbeat,
    NamedEntry,
    RejectRow,
    StoredEntry,
    StoredSecret,
    Watch,
)
from tracker.ports.signing import (
    Attestation,
    CheckpointBook,
    KeyRing,
    LogHead,
    LogKeys,
    SignedLog,
    Signer,
    StoredCheckpoint,
)
from tracker.ports.work import (
    Carried,
    Erasure,
    Followed,
    FollowerRow,
    NewEntry,
    Snapshot,
    Stale,
    StoredGeography,
    StoredReading,
    StoredShipment,
    StoredState,
    Work,
    must_be_fresh,
)
from tracker.ports.world import (
    Beacon,
    Clock,
    Inbox,
    Message,
    Notifier,
    Publisher,
    SettableClock,
    WatchedClock,
)

__all__ = [
    "AlertDocument",
    "Attestation",
    "Beacon",
    "Carried",
    "Channel",
    "CheckpointBook",
    "Clock",
    "Composer",
    "Context",
    "Crew",
    "DeviceRow",
    "EntryRow",
    "Erasure",
    "Followed",
    "FollowerRow",
    "HeardRow",
    "Heartbeat",
    "Inbox",
    "Journal",
    "KeyRing",
    "LogHead",
    "LogKeys",
    "Message",
    "NamedEntry",
    "NewEntry",
    "News",
    "Notifier",
    "Outbox",
    "Outgoing",
    "Place",
    "Publisher",
    "Receipt",
    "Records",
    "RejectRow",
    "Report",
    "SettableClock",
    "ShipmentNews",
    "SignedLog",
    "Signer",
    "Snapshot",
    "Stale",
    "Store",
    "StoredCheckpoint",
    "StoredEntry",
    "StoredGeography",
    "StoredNotice",
    "StoredReading",
    "StoredSecret",
    "StoredShipment",
    "StoredState",
    "Text",
    "Undelivered",
    "Watch",
    "WatchedClock",
    "Work",
    "must_be_fresh",
]
