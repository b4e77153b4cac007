"""Personal data: what is kept of people, and its erasure, which breaks no proof.

The log commits to names; the names lie beside it, with the salts. Beside it too lie the alerts'
names, the shipments' documents, what the engine's states remember, and whom messages went to.
Erasing is one work like
any other: a running tracker finds the journal changed, and takes the states up as they are then.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from tracker import engine, wording
from tracker.app.commands import CommandHandler
from tracker.app.unit_of_work import UnitOfWork
from tracker.domain.command import EraseData
from tracker.domain.errors import NotFound, Refused, UsageError
from tracker.domain.finding import Finding, FindingType
from tracker.domain.personal import Whose, anybodys, nameless, of, people
from tracker.domain.shipment import Shipment
from tracker.domain.state import LOG_SCOPE
from tracker.ports import Erasure, Store, StoredShipment


class PersonalValue(Struct, frozen=True, kw_only=True):
    """One value that is kept of somebody.

    where: the log's entry, the alert, the shipment's document, the engine's state or the delivery
    of a message of which `id` is the id. place: which member of it. type: of an entry, its type.
    """

    value: str
    where: Literal["entry", "alert", "shipment", "state", "delivery"]
    id: str
    place: str
    shipment: str | None = None
    type: str | None = None


class Mentions(NamedTuple):
    """How many texts name somebody still, where people wrote it or a device's id holds it."""

    entries: int
    alerts: int
    shipments: int


def kept(
    store: Store, *, person: str | None = None, shipment: str | None = None
) -> Iterator[PersonalValue]:
    """All that is kept of people; only of that person, only with that shipment."""
    whose = anybodys if person is None else of(person)
    for entry in store.named(scope=shipment, value=person):
        yield PersonalValue(
            value=entry.value,
            where="entry",
            id=entry.id,
            place=entry.place,
            shipment=None if ":" in entry.scope else entry.scope,
            type=entry.type,
        )
    for alert in store.alerts(shipment=shipment):
        for place, value in people(alert, whose):
            yield PersonalValue(
                value=value, where="alert", id=alert.id, place=place, shipment=alert.shipment
            )
    for stored in _shipments(store, shipment):
        for place, value in people(_declared(stored), whose):
            yield PersonalValue(
                value=value, where="shipment", id=stored.id, place=place, shipment=stored.id
            )
    for scope, body in _states(store, shipment):
        state = engine.decode(body)
        for place, value in people(state, whose):
            yield PersonalValue(
                value=value, where="state", id=scope, place=place, shipment=state.shipment
            )
    for delivery in store.named_deliveries(contact=person, shipment=shipment):
        yield PersonalValue(
            value=delivery.contact or "",
            where="delivery",
            id=delivery.id,
            place="contact",
            shipment=delivery.shipment,
        )


def erasable(
    store: Store, *, person: str | None = None, shipment: str | None = None
) -> list[PersonalValue]:
    """Of what is kept, what an erasure takes. With a shipment's it leaves who erased something:
    they answer for that, and an erasure of the person reaches them.
    """
    found = kept(store, person=person, shipment=shipment)
    return [one for one in found if person is not None or one.type != FindingType.DATA_ERASED]


def erase_person(
    commands: CommandHandler, store: Store, person: str, *, by: str, reason: str
) -> list[Finding]:
    """Erase this name, exactly as written, wherever it is kept; the entry that says so.

    Raises NotFound if nothing is kept under it, UsageError if the erasure's own entry would name
    the person again, ServiceUnreachable as `Store.scrub` does.
    """
    if by == person:
        raise UsageError(
            "the entry of the erasure would keep the name that it erases",
            where="--by",
            mend="somebody else erases it, or an office: --by dpo",
        )
    _must_not_name(reason, [person])
    found = erasable(store, person=person)
    told = _erased(commands, found, of(person), LOG_SCOPE, by, reason)
    store.scrub()
    if not found:
        raise NotFound(
            f"nothing is kept under the name {person!r}",
            mend="if it was not erased before, `tracker privacy list` shows how it is written",
        )
    return told


def erase_shipment(
    commands: CommandHandler,
    store: Store,
    shipment: str,
    *,
    by: str,
    reason: str,
    closed_only: bool = False,
) -> list[Finding]:
    """Erase whatever is kept of people with this shipment; the entry that says so, none if nothing
    was left.

    Raises NotFound; Refused if closed_only and it is open; UsageError if the reason names somebody
    who is erased; ServiceUnreachable as `Store.scrub` does.
    """
    stored = store.shipment(shipment)
    if stored is None:
        raise NotFound(f"no shipment {shipment!r}", mend="tracker shipment list shows them")
    if closed_only and stored.closed_at is None:
        raise Refused(
            f"shipment {shipment} is open", mend="close it first, or leave out --closed-only"
        )
    found = erasable(store, shipment=shipment)
    _must_not_name(reason, {one.value for one in found})
    told = _erased(commands, found, anybodys, shipment, by, reason)
    store.scrub()
    return told


def mentions(store: Store, names: Iterable[str], *, shipment: str | None = None) -> Mentions:
    """Texts that erasing does not touch: details, reasons, ids; all, or those of a shipment."""
    named = _pattern(names)
    entries = (one.leaf.decode() for one in store.stored_entries() if shipment in (None, one.scope))
    alerts = (
        f"{wording.of_alert(one)}\n{one.close_reason}\n{one.device}"
        for one in store.alerts(shipment=shipment)
    )
    documents = (one.document.decode() for one in _shipments(store, shipment))
    return Mentions(
        *(sum(1 for text in texts if named.search(text)) for texts in (entries, alerts, documents))
    )


def _must_not_name(reason: str, names: Iterable[str]) -> None:
    """What the log once says, it says for good."""
    if not reason.strip():
        raise Refused("data is not erased without a reason", mend="say at whose request: --reason")
    if any(_pattern([name]).search(reason) for name in names):
        raise UsageError(
            "the reason names somebody whose data is erased, and the log would keep it",
            where="--reason",
            mend="say it without the name: a request's number",
        )


def _pattern(names: Iterable[str]) -> re.Pattern[str]:
    """Any of them as whole words, as JSON writes them."""
    written = {msgspec.json.encode(name).decode()[1:-1] for name in names}
    found = "|".join(re.escape(one) for one in sorted(written)) or r"(?!)"
    return re.compile(rf"(?<!\w)(?:{found})(?!\w)", re.IGNORECASE)


def _erased(
    commands: CommandHandler,
    found: list[PersonalValue],
    whose: Whose,
    scope: str,
    by: str,
    reason: str,
) -> list[Finding]:
    """What was found is looked for before the work is begun: that takes long where much is kept,
    and work must not be stale when it is done. What is added meanwhile was not asked for.
    """
    if not found:
        return []
    counts = dict(sorted(Counter(_kind(one) for one in found).items()))

    def fill(unit: UnitOfWork) -> None:
        _forget(unit, found, whose)
        unit.judge(scope, EraseData(at=commands.now(), by=by, counts=counts, reason=reason))

    return commands.durably(fill)


def _kind(one: PersonalValue) -> str:
    """Of an entry, where its leaf commits to it; else the field alone: the way there has ids."""
    return one.place if one.where == "entry" else f"{one.where}.{one.place.rpartition('.')[2]}"


def _forget(unit: UnitOfWork, found: list[PersonalValue], whose: Whose) -> None:
    """The documents are not planned anew: nothing that a plan is made of changes, and names must go
    even if a zone that it needs is gone.
    """
    for one in found:
        if one.where in ("entry", "alert", "delivery"):
            unit.erasures.append(Erasure(of=one.where, id=one.id, place=one.place))
    scopes = {one.id for one in found if one.where == "state"}
    unit.registry.hold(scopes)
    for scope in scopes:
        unit.states[scope] = nameless(unit.state(scope), whose)
    ids = {one.id for one in found if one.where == "shipment"}
    for stored in map(unit.shipment, sorted(ids)):
        if stored is not None:
            document = msgspec.json.encode(nameless(_declared(stored), whose))
            unit.shipments.append(replace(stored, document=document))


def _shipments(store: Store, shipment: str | None) -> list[StoredShipment]:
    """That one, or all."""
    if shipment is None:
        return store.shipments()
    stored = store.shipment(shipment)
    return [] if stored is None else [stored]


def _states(store: Store, scope: str | None) -> Iterator[tuple[str, bytes]]:
    """Of that scope, or all."""
    if scope is None:
        yield from ((one.scope, one.body) for one in store.states())
    elif (body := store.state(scope)) is not None:
        yield scope, body


def _declared(stored: StoredShipment) -> Shipment:
    return msgspec.json.decode(stored.document, type=Shipment)
