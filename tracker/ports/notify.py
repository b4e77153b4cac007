"""Ports of notifications: what is handed to a channel, and what a channel guarantees.

composer  an incident in words, for one reader      (`tracker.messages`)
channel   hands words to the world                  (`tracker.adapters.channels`)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, Protocol

from msgspec import Struct

from tracker.domain.alert import Alert, Severity
from tracker.domain.notice import Update
from tracker.domain.plan import Plan


class Place(Struct, frozen=True, kw_only=True):
    """Where it is, for people. zone: the name of the zone it is in; near: the nearest named place,
    with metres to it; km: along the corridor of that name.
    """

    lat: float
    lon: float
    zone: str | None = None
    near: str | None = None
    near_m: int | None = None
    corridor: str | None = None
    km: float | None = None


class Context(Struct, frozen=True, kw_only=True):
    """What a message needs besides the alert. Everything may be absent.

    plan: of the shipment, with what was declared (vehicle, trailer, documents, parties).
    seal: the number in force. sealed: its state, as in `tracker.domain.seal`.
    place: where the alert is; now_at: where the truck was last believed to be, with when.
    cause, facts: code and facts of the custody entry that caused the update; by: who declared it.
    covers: of a digest, the alerts in it, the newest last; plates: of their trucks, by shipment.
    step, steps: of the ladder; 0: none.
    code: the recipient's own, by which the alert is acknowledged; link: the same as a link.
    late_min: what happened longer ago is told as late. map_link: a map, with {lat} and {lon} for
    degrees; None: no map.
    """

    plan: Plan | None = None
    seal: str | None = None
    sealed: str | None = None
    place: Place | None = None
    now_at: Place | None = None
    seen_at: datetime | None = None
    cause: str | None = None
    facts: Mapping[str, Any] = {}
    by: str | None = None
    covers: Sequence[Alert] = ()
    plates: Mapping[str, str] = {}
    step: int = 0
    steps: int = 0
    code: str | None = None
    link: str | None = None
    late_min: float = 10.0
    map_link: str | None = None


class Text(Struct, frozen=True, kw_only=True):
    """A message in words. title: one line. short: at most 160 characters of GSM 03.38.
    links: name -> URL: "geo" and "map" of where it happened, "geo_now" and "map_now" if the truck
    is elsewhere by now, "acknowledge". late: its first words say that it is old.
    """

    title: str
    body: str
    short: str
    links: Mapping[str, str] = {}
    late: bool = False


class Composer(Protocol):
    """Makes the words. Pure: the same arguments give the same text."""

    def __call__(
        self,
        alert: Alert | None,
        context: Context,
        update: Update,
        *,
        language: str,
        zone: tzinfo,
        now: datetime,
    ) -> Text:
        """alert: None where the update belongs to no single incident (a digest, a test)."""
        ...


class Outgoing(Struct, frozen=True, kw_only=True):
    """One message, ready to go.

    id: by which a receiver knows a copy: it comes at least once. notice, number: the conversation,
        and its place in it; those of one notice come in the order of their numbers.
    attempt: counts from 1; above it, this may be a copy.
    contact: whose address the channel looks up; None: the channel's own receiver.
    thread: what the channel's receipt of an earlier message of this notice to this contact said.
    data: for machines: the update, the alert and what belongs to it, as JSON values by the names of
        docs/json.md.
    """

    id: str
    channel: str
    notice: str
    number: int
    update: Update
    severity: Severity
    title: str
    body: str
    short: str
    language: str = "en"
    contact: str | None = None
    alert: str | None = None
    shipment: str | None = None
    kind: str | None = None
    late: bool = False
    attempt: int = 1
    links: Mapping[str, str] = {}
    data: Mapping[str, Any] = {}
    thread: str | None = None


class Receipt(Struct, frozen=True, kw_only=True):
    """The channel took the message. thread: what to say next time to edit it or to reply to it."""

    thread: str | None = None


class Undelivered(Exception):
    """The channel did not take it. reason: for people and for the custody log: no address, name,
    key or URL stands in it. permanent: trying again cannot help. after_s: the receiver asks not to
    be tried again before so many seconds.
    """

    def __init__(
        self, reason: str, *, permanent: bool = False, after_s: float | None = None
    ) -> None:
        super().__init__(reason)
        self.reason, self.permanent, self.after_s = reason, permanent, after_s


class Channel(Protocol):
    """One way out. `send` is called by one thread at a time, always the same one; a channel that
    hangs holds up itself alone.
    """

    name: str

    def send(self, outgoing: Outgoing, *, timeout_s: float) -> Receipt:
        """Hand it over, and return when it was accepted for good: by the receiver, or by a service
        that stores it and will try on. Raises Undelivered, within about `timeout_s`; any other
        exception counts as a fault that may pass.
        """
        ...

    def close(self) -> None: ...
