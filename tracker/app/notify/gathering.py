"""Incidents of one kind wait a moment for each other: few are told one by one, many as one digest.

Forty trucks that fall silent when a network is down are one thing that somebody must look at. Each
remains an incident of its own, to be acknowledged and closed; only the telling is one.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from msgspec.structs import replace

from tracker.app.notify import ladder, routing
from tracker.app.notify.book import Book, Pair
from tracker.app.notify.conversation import Conversation, Gathering, adds, gathers, group_id
from tracker.domain.alert import Severity
from tracker.domain.notice import Delivery, DeliveryStatus, Update, delivery_id
from tracker.domain.state import LOG_SCOPE

log = logging.getLogger(__name__)


def join(book: Book, talk: Conversation, since: datetime) -> None:
    """It waits to be told; since: when it was raised."""
    if talk.kind is None or talk.ladder is None:
        book.put(talk)
        return
    limits = book.policy.limits
    id_ = group_id(talk.severity, talk.kind, talk.ladder)
    if talk.group is not None and talk.group != id_:
        talk = leave(book, talk, keep=True)
    group = book.gathering(id_)
    until = group.until
    if until is None:
        until = book.now + gathers(talk.severity, limits)
        if group.told_at is not None and _goes_on(group, book.now, limits.digest_window_min):
            told_at = min(group.told_at, book.now)  # the clock may have been set back since
            until = max(until, told_at + adds(talk.severity, limits))
    book.put(
        replace(
            group,
            members=tuple(dict.fromkeys((*group.members, talk.id))),
            until=until,
            recent=(*_recent(group, book), since),
        )
    )
    book.put(replace(talk, group=id_))


def leave(book: Book, talk: Conversation, *, keep: bool = False) -> Conversation:
    """It waits no more. keep: what it waits for is to be told all the same, elsewhere."""
    if talk.group is None:
        return talk
    group = book.gathering(talk.group)
    rest = tuple(one for one in group.members if one != talk.id)
    book.put(replace(group, members=rest, until=group.until if rest else None))
    return replace(talk, group=None, waits=talk.waits if keep else None)


def release(book: Book, group: Gathering) -> None:
    """The moment is over: tell them."""
    limits = book.policy.limits
    waiting = _waiting(book, group)
    recent = _recent(group, book)
    group = replace(group, members=(), until=None, recent=recent)
    if not waiting:
        book.put(group)
        return
    many = len(recent) >= limits.digest_notices
    if many or _goes_on(group, book.now, limits.digest_window_min):
        group = _as_one(book, group, waiting)
    else:
        for talk in waiting:
            tell(book, talk)
        group = replace(group, digest=None, joined_at=None, told_at=None)
    book.put(group)


def _waiting(book: Book, group: Gathering) -> list[Conversation]:
    """Those that wait in it. Where their ladder is gone, the routes as they are now decide."""
    book.load(group.members)
    found = []
    for one in group.members:
        talk = book.conversation(one)
        if talk is None or talk.waits is None or talk.group != group.id:
            continue
        if talk.ladder not in book.policy.ladders and talk.alert is not None:
            alert = book.store.alert(talk.alert)
            talk = talk if alert is None else book.routed(talk, alert)
        if talk.ladder in book.policy.ladders:
            found.append(talk)
        else:
            book.put(replace(talk, waits=None, group=None))
    return found


def tell(book: Book, talk: Conversation) -> None:
    """Tell people of one incident: the first step of its ladder, and whoever was told before."""
    assert talk.ladder is not None and talk.waits is not None  # noqa: S101, PT018 - as `release` has it
    climbed = ladder.climb(book.policy, talk.ladder, 1, talk.severity, book.now, talk.parties)
    pairs: list[Pair] = [*routing.targets(climbed.contacts, talk.severity)]
    pairs += [pair for pair in book.told_before(talk.id) if pair[0] is not None]
    book.dropped += _held(book, talk.id)
    if not pairs:
        log.error("nobody of ladder %s is there to be told of %s", talk.ladder, talk.id)
    talk = book.emit(
        talk,
        talk.waits,
        list(dict.fromkeys(pairs)),
        since=_since(book, talk),
        entry=talk.entry,
        step=climbed.step,
    )
    climbs = not talk.acknowledged
    book.put(
        replace(
            talk,
            waits=None,
            group=None,
            told=True,
            said_over=talk.over,
            step=climbed.step,
            step_at=climbed.next_at if climbs else None,
        )
    )


def _as_one(book: Book, group: Gathering, waiting: list[Conversation]) -> Gathering:
    """Tell them in a digest: that which goes on, as long as it takes more, else a new one."""
    known = book.conversation(group.digest) if group.digest else None
    most = book.policy.limits.digest_most
    if known is None or known.closed or len(known.covers) + len(waiting) > most:
        known = _new_digest(waiting)
    ids = tuple(talk.id for talk in waiting)
    critical = known.severity is Severity.CRITICAL
    still = [talk.id for talk in waiting if not (talk.acknowledged or talk.closed)]
    living = [talk.id for talk in waiting if not (talk.over or talk.closed)]
    digest = replace(
        known,
        covers=tuple(dict.fromkeys((*known.covers, *ids))),
        asking=tuple(dict.fromkeys((*known.asking, *(still if critical else ())))),
        living=tuple(dict.fromkeys((*known.living, *living))),
        over=False,
        acknowledged=False,
        calm=None,
        calm_at=None,
    )
    for talk in waiting:
        book.dropped += _held(book, talk.id)
        told = replace(talk, waits=None, group=None, told=True, digest=digest.id, step_at=None)
        book.put(replace(told, calm=None, calm_at=None))
    assert digest.ladder is not None  # noqa: S101 - of those who wait
    climbed = ladder.climb(book.policy, digest.ladder, 1, digest.severity, book.now, digest.parties)
    pairs: list[Pair] = [*routing.targets(climbed.contacts, digest.severity)]
    pairs += book.told_before(digest.id)
    book.dropped += _held(book, digest.id)
    since = min(_since(book, talk) for talk in waiting)
    digest = book.emit(
        digest, Update.DIGEST, list(dict.fromkeys(pairs)), since=since,
        entry=waiting[-1].entry, step=climbed.step,
    )  # fmt: skip
    if digest.step_at is None:
        next_at = climbed.next_at if digest.asking else None
        digest = replace(digest, step=climbed.step, step_at=next_at)
    book.put(digest)
    return replace(group, digest=digest.id, joined_at=book.now, told_at=book.now)


def _new_digest(waiting: list[Conversation]) -> Conversation:
    first = waiting[0]
    parties = {talk.parties for talk in waiting}
    return Conversation(
        id=f"digest:{first.entry}:{first.id}",
        scope=LOG_SCOPE,
        severity=first.severity,
        kind=first.kind,
        ladder=first.ladder,
        parties=first.parties if len(parties) == 1 else None,
    )


def _since(book: Book, talk: Conversation) -> datetime:
    """From when its wait counts: of a warning, from the end of a pause that was meant."""
    if talk.severity is Severity.CRITICAL and talk.since is not None:
        return talk.since
    return book.now


def _recent(group: Gathering, book: Book) -> tuple[datetime, ...]:
    window = timedelta(minutes=book.policy.limits.digest_window_min)
    return tuple(at for at in group.recent if abs(at - book.now) < window)


def _goes_on(group: Gathering, now: datetime, window_min: float) -> bool:
    """A digest was told, and the next of its kind came within the window."""
    if group.digest is None or group.joined_at is None:
        return False
    return now - group.joined_at <= timedelta(minutes=window_min)


def _held(book: Book, notice: str) -> list[str]:
    """Of what is told anew, what still waits for the hours to begin."""
    held = book.store.deliveries(notice=notice, status=[DeliveryStatus.HELD])
    return [one.id for one in held]


def free(book: Book, held: list[Delivery]) -> None:
    """Hours have begun: what was held for one contact and channel is told as one."""
    lines: dict[Pair, list[Delivery]] = {}
    for one in held:
        lines.setdefault((one.contact, one.channel), []).append(one)
    for mine in lines.values():
        live = {one.id: _open_of(book, one) for one in mine}
        book.dropped += [id_ for id_, alerts in live.items() if not alerts]
        rest = [one for one in mine if live[one.id]]
        if len(rest) == 1:
            book.released.append(rest[0].id)
        elif rest:
            book.dropped += [one.id for one in rest]
            covers = tuple(dict.fromkeys(alert for one in rest for alert in live[one.id]))
            book.deliveries.append(_held_digest(book, rest, covers))


def _held_digest(book: Book, rest: list[Delivery], covers: tuple[str, ...]) -> Delivery:
    first, last = rest[0], rest[-1]
    notice = f"digest:{first.id}"
    shipments = {one.shipment for one in rest}
    return Delivery(
        id=delivery_id(notice, 1, 1),
        notice=notice,
        number=1,
        update=Update.DIGEST,
        severity=max((one.severity for one in rest), key=lambda severity: severity.rank),
        channel=first.channel,
        scope=first.scope if len({one.scope for one in rest}) == 1 else LOG_SCOPE,
        shipment=first.shipment if len(shipments) == 1 else None,
        covers=covers,
        entry=last.entry,
        contact=first.contact,
        due_at=book.now,
        since=max(one.due_at for one in rest),
        created_at=book.now,
    )


def _open_of(book: Book, delivery: Delivery) -> tuple[str, ...]:
    """What it tells of, but for what somebody has closed meanwhile."""
    ids = delivery.covers or ((delivery.alert,) if delivery.alert else ())
    book.load(ids)
    return tuple(one for one in ids if (talk := book.conversation(one)) is None or not talk.closed)
