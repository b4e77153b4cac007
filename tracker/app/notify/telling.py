"""The rules of a conversation: what an entry of the log means for those who are told.

What calls for somebody (raised, graver, again) goes to the gathering of its kind, where it waits a
moment for others; machines are told at once. What calls for nobody is told to those who were told
before, at most so often. People who were never told of something that is over need not be.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from tracker.app.feeds import FeedItem
from tracker.app.notify import gathering, ladder, routing
from tracker.app.notify.book import Book, Pair
from tracker.app.notify.conversation import Conversation
from tracker.domain.alert import Alert, AlertStatus, Severity
from tracker.domain.finding import FindingType
from tracker.domain.notice import Update

CALM: dict[str, Update] = {
    FindingType.ALERT_ENDED: Update.OVER,
    FindingType.ALERT_ACKNOWLEDGED: Update.ACKNOWLEDGED,
    FindingType.ALERT_CLOSED: Update.CLOSED,
    FindingType.ALERT_ASSIGNED: Update.ASSIGNED,
    FindingType.ALERT_COMMENTED: Update.COMMENT,
    FindingType.ALERT_SNOOZED: Update.SNOOZED,
}
"""What is told of entries of these types to those who were told before."""
WOKEN = FindingType.ALERT_WOKEN.value
BEGINS = frozenset({FindingType.ALERT_RAISED.value, FindingType.ALERT_CHANGED.value})


def hear(book: Book, item: FeedItem) -> None:
    """One entry of the log."""
    alert, type_ = item.alert, item.entry.type
    if alert is None or (type_ not in BEGINS and type_ not in CALM and type_ != WOKEN):
        return
    known = book.conversation(alert.id)
    if alert.part_of is not None:
        _hear_part(book, known, alert, item)
    elif type_ in BEGINS:
        _grow(book, known or _begun(book, alert), alert, item, new=known is None)
    elif known is not None and type_ == WOKEN:
        _wake(book, known, alert, item)
    elif known is not None:
        _calm_entry(book, known, alert, item)


def _begun(book: Book, alert: Alert) -> Conversation:
    shipment = book.shipment(alert.shipment)
    return Conversation(
        id=alert.id,
        alert=alert.id,
        shipment=alert.shipment,
        scope=alert.scope,
        kind=alert.kind,
        severity=alert.severity,
        parties=routing.parties(shipment),
    )


def _hear_part(book: Book, known: Conversation | None, alert: Alert, item: FeedItem) -> None:
    """Of a part of a graver incident machines are told; people are told of that incident."""
    talk = known or book.routed(_begun(book, alert), alert)
    more = Update.AGAIN if item.entry.type == WOKEN else Update.MORE
    update = Update.RAISED if known is None else CALM.get(item.entry.type, more)
    if alert.severity.rank > talk.severity.rank:
        update = Update.GRAVER
    talk = _tell_machines(book, replace(talk, severity=alert.severity), update, item)
    if talk.digest is not None:
        _move_from_digest(book, talk)
    talk = gathering.leave(book, talk)
    closed = alert.status is AlertStatus.CLOSED
    book.put(replace(talk, digest=None, step_at=None, calm=None, calm_at=None, closed=closed))


def _tell_machines(book: Book, talk: Conversation, update: Update, item: FeedItem) -> Conversation:
    machines: list[Pair] = [(None, channel) for channel in talk.machines]
    return book.emit(talk, update, machines, since=item.entry.recorded_at, entry=item.index)


def _grow(book: Book, talk: Conversation, alert: Alert, item: FeedItem, *, new: bool) -> None:
    """An alert was raised, or more is known of it."""
    graver = alert.severity.rank > talk.severity.rank
    more = len(alert.chapters) > talk.chapters
    talk = replace(talk, chapters=len(alert.chapters))
    if alert.snooze is not None and not (new or graver):
        update = Update.MORE if alert.ended_at is not None or not talk.over else Update.AGAIN
        over = talk.over and alert.ended_at is not None
        book.put(_tell_machines(book, replace(talk, over=over), update, item))
    elif new or graver:
        talk = replace(book.routed(talk, alert), over=False)
        call(book, talk, Update.RAISED if new else Update.GRAVER, item, alert)
    elif talk.over and alert.ended_at is None and not talk.closed:
        _again(book, replace(talk, over=False), item, alert)
    elif more and talk.acknowledged and alert.status is AlertStatus.RAISED:
        call(book, talk, Update.MORE, item, alert)  # so much that somebody is asked anew
    elif more:
        calm(book, talk, Update.MORE, item)
    else:
        book.put(talk)


def call(book: Book, talk: Conversation, update: Update, item: FeedItem, alert: Alert) -> None:
    """Somebody must be told: machines now, people once it is known whether it is one of many."""
    since = item.entry.recorded_at
    talk = _tell_machines(book, talk, update, item)
    if talk.digest is not None:
        _move_from_digest(book, talk)
    talk = replace(talk, digest=None, step=0, step_at=None, acknowledged=False, closed=False)
    talk = replace(talk, calm=None, calm_at=None, said_over=False)
    if talk.ladder is None or alert.status is AlertStatus.CLOSED:
        book.put(talk)
        return
    waits = Update.RAISED if not talk.told else update
    gathering.join(book, replace(talk, waits=waits, since=since, entry=item.index), since)


def _again(book: Book, talk: Conversation, item: FeedItem, alert: Alert) -> None:
    """What was over goes on. Those who have not been told that it was over need not know."""
    if talk.calm is Update.OVER:
        talk = replace(talk, calm=None, calm_at=None)
    if talk.digest is not None and (digest := book.conversation(talk.digest)) is not None:
        book.put(replace(digest, living=(*digest.living, talk.id)))
        book.put(talk)
    elif talk.said_over or not talk.told:
        call(book, talk, Update.AGAIN, item, alert)
    else:
        book.put(_tell_machines(book, talk, Update.AGAIN, item))


def _wake(book: Book, talk: Conversation, alert: Alert, item: FeedItem) -> None:
    """Its snooze is over: those who wait for it are called again, unless it is over too."""
    if alert.snooze is not None or not alert.calls:
        book.put(talk)
    else:
        call(book, replace(talk, over=alert.ended_at is not None), Update.AGAIN, item, alert)


def _calm_entry(book: Book, talk: Conversation, alert: Alert, item: FeedItem) -> None:
    update = CALM[item.entry.type]
    if update is Update.OVER:
        talk = replace(talk, over=True)
    elif update is Update.ACKNOWLEDGED:
        talk = replace(talk, acknowledged=True, step_at=None)
    elif update is Update.CLOSED:
        talk = replace(talk, closed=True, step_at=None)
    elif update is Update.SNOOZED:
        talk = gathering.leave(book, replace(talk, step_at=None))
    elif update is Update.ASSIGNED and _tell_assignee(book, talk, alert, item):
        return
    if talk.waits is not None and not _still_calls(talk):
        talk = gathering.leave(book, talk)
    calm(book, talk, update, item)


def _tell_assignee(book: Book, talk: Conversation, alert: Alert, item: FeedItem) -> bool:
    """Whoever is to see to it is told at once, if it is a contact, told before or not, and with it
    those who were; whether it is one.
    """
    contact = book.policy.contacts.get(alert.assigned_to or "")
    if contact is None or not routing.may_hear(contact, talk.parties or ()):
        return False
    pairs: list[Pair] = [*routing.targets((contact,), talk.severity)]
    pairs += [pair for pair in book.told_before(talk.id) if pair[0] is not None]
    talk = _tell_machines(book, talk, Update.ASSIGNED, item)
    since, entry = item.entry.recorded_at, item.index
    pairs = list(dict.fromkeys(pairs))
    book.put(book.emit(talk, Update.ASSIGNED, pairs, since=since, entry=entry))
    return True


def _still_calls(talk: Conversation) -> bool:
    """What waits to be told must be, still: a critical incident until it is closed, a warning as
    long as it goes on.
    """
    if talk.closed:
        return False
    return talk.severity is Severity.CRITICAL or talk.told or not (talk.over or talk.acknowledged)


def calm(book: Book, talk: Conversation, update: Update, item: FeedItem) -> None:
    """Tell those who were told before: machines now, people at most so often, the newest alone."""
    talk = _tell_machines(book, talk, update, item)
    if talk.digest is not None:
        _in_digest(book, talk, update)
    elif talk.told and not (talk.closed and update is not Update.CLOSED):
        last = talk.calmed_at
        wait = timedelta(minutes=book.policy.limits.calm_min)
        at = book.now if last is None else max(book.now, last + wait)
        talk = replace(talk, calm=update, calm_at=at, calm_entry=item.index)
    book.put(talk)


def tell_calm(book: Book, talk: Conversation) -> Conversation:
    """Tell what waits to be told and calls for nobody, if it may be by now. Not in the turn that
    hears of it, so that of two at once (over, and closed) one is told.
    """
    if talk.calm is None or talk.calm_at is None or talk.calm_at > book.now:
        return talk
    people = [pair for pair in book.told_before(talk.id) if pair[0] is not None]
    said_over = talk.said_over or talk.calm in (Update.OVER, Update.CLOSED)
    talk = book.emit(talk, talk.calm, people, since=talk.calm_at, entry=talk.calm_entry)
    return replace(talk, calm=None, calm_at=None, calmed_at=book.now, said_over=said_over)


def _in_digest(book: Book, talk: Conversation, update: Update) -> None:
    """What becomes of one of many is told when it has become of all."""
    if update in (Update.OVER, Update.CLOSED, Update.ACKNOWLEDGED, Update.SNOOZED):
        living = update in (Update.OVER, Update.CLOSED)
        asking = update is not Update.OVER
        _leave_digest(book, talk, living=living, asking=asking)


def _leave_digest(book: Book, talk: Conversation, *, living: bool, asking: bool) -> None:
    """It is over, or somebody answers for it; of the last of them all of it."""
    digest = book.conversation(talk.digest or "")
    if digest is None:
        return
    was = digest
    if asking:
        digest = replace(digest, asking=tuple(one for one in digest.asking if one != talk.id))
    if living:
        digest = replace(digest, living=tuple(one for one in digest.living if one != talk.id))
    if was.asking and not digest.asking:
        digest = replace(digest, step_at=None, acknowledged=True)
        digest = replace(digest, calm=Update.ACKNOWLEDGED, calm_at=book.now)
    if was.living and not digest.living:
        digest = replace(digest, calm=Update.OVER, calm_at=book.now, over=True)
    book.put(digest)


def _move_from_digest(book: Book, talk: Conversation) -> None:
    """It is told elsewhere from here on, which says nothing of the others."""
    digest = book.conversation(talk.digest or "")
    if digest is not None:
        asking = tuple(one for one in digest.asking if one != talk.id)
        living = tuple(one for one in digest.living if one != talk.id)
        step_at = digest.step_at if asking else None
        book.put(replace(digest, asking=asking, living=living, step_at=step_at))


def look(book: Book, talk: Conversation) -> None:
    """A conversation that is due: what may be told by now, and the next of the ladder. Looked at
    early (the clock was set back), it waits no longer from here on than it ever would.
    """
    talk = _sooner(book, tell_calm(book, talk))
    if talk.step_at is not None and talk.step_at <= book.now:
        talk = _climb(book, talk, talk.step_at)
    book.put(talk)


def _sooner(book: Book, talk: Conversation) -> Conversation:
    calm_at, step_at, rungs = talk.calm_at, talk.step_at, book.policy.ladders.get(talk.ladder or "")
    if calm_at is not None:
        calm_at = min(calm_at, book.now + timedelta(minutes=book.policy.limits.calm_min))
    if step_at is not None and rungs is not None:
        pause = rungs.pause(max(1, talk.step), book.policy.limits)
        step_at = min(step_at, book.now + pause)
    return replace(talk, calm_at=calm_at, step_at=step_at)


def _climb(book: Book, talk: Conversation, due: datetime) -> Conversation:
    """Ask the next, unless somebody has answered."""
    rungs = talk.ladder
    if rungs is None or rungs not in book.policy.ladders or talk.closed or book.answered(talk):
        return replace(talk, step_at=None)
    climbed = ladder.climb(book.policy, rungs, talk.step + 1, talk.severity, book.now, talk.parties)
    pairs = routing.targets(climbed.contacts, talk.severity)
    machines: list[Pair] = [(None, channel) for channel in talk.machines]
    talk = book.emit(talk, Update.ESCALATED, [*pairs, *machines], since=due, step=climbed.step)
    return replace(talk, step=climbed.step, step_at=climbed.next_at)
