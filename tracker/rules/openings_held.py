"""An opening whose own word is still awaited: held, and decided by all that came until it is due.

What decides is event times, not the order of arrival: a known credential shown at the opening or
before it (`opening_evidence_s` for the clock's sake), with no word between them that it was sealed.
A card shown afterwards excuses nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from devices.reading import SealReport
from tracker.domain.codes import Code
from tracker.domain.policy import minutes
from tracker.domain.seal import SealRecord, SealState
from tracker.rules.base import View
from tracker.rules.openings import OPENINGS, OpeningVerdict, known, shown
from tracker.rules.seals import is_sealed, own_time, words_missing

MOST = 8
"""So many are held at most, and so many cards of each: the newest."""


class Shown(Struct, frozen=True, kw_only=True):
    """A known credential that opened the lock, and when."""

    at: datetime
    credential: str | None


class Held(Struct, frozen=True, kw_only=True):
    """at: by the device's own clock, as all that it is held against.

    opened: the seal as it left it if it was lawful, with the times of the record. code, places:
    what is told of it if it was not. told: it has been, and the word may still end that. due:
    receipt. shown: the cards heard of. sealed, resealed: the last word that it was sealed before
    the opening, and the first one after. unheard: its serials said that words from just before
    were missing.
    """

    opened: SealRecord
    at: datetime
    due: datetime
    code: Code
    places: str | None = None
    told: bool = False
    shown: tuple[Shown, ...] = ()
    sealed: datetime | None = None
    resealed: datetime | None = None
    unheard: bool = False

    def lawful(self, slack: timedelta) -> Shown | None:
        """The word that proves it; None if there is none."""
        for card in self.shown:
            if card.at > self.at + slack:
                continue
            if self.sealed is None or self.sealed <= card.at:
                return card
        return None


def holding(view: View, verdict: OpeningVerdict, opened: SealRecord) -> Held:
    """The opening that this reading shows, to be decided when its word had time to come."""
    policy, before = view.policy, view.before
    wait = policy.opening_evidence_min if verdict.waits else policy.backlog_grace_min
    was_sealed = before is not None and before.at is not None and before.seal.on_duty
    places = verdict.facts.get("places")
    return Held(
        opened=opened,
        at=own_time(view),
        due=view.now + minutes(wait),
        code=verdict.code,
        places=places if isinstance(places, str) else None,
        told=not verdict.waits,
        sealed=before.at if was_sealed and before else None,
        unheard=verdict.waits and words_missing(view),
    )


def merged(held: tuple[Held, ...], new: Held) -> tuple[tuple[Held, ...], bool]:
    """With one more; and whether it is an opening that is held already, told by another reading."""
    for number, old in enumerate(held):
        if old.told or _closed_between(old, new):
            continue
        first, opened = min(old.at, new.at), old.opened
        if new.at < old.at:
            opened = replace(opened, opened_at=new.opened.opened_at)
        sealed = max(filter(None, (old.sealed, new.sealed)), default=None)
        earlier = replace(old, at=first, opened=opened, sealed=sealed)
        return (*held[:number], earlier, *held[number + 1 :]), True
    return (*held, new)[-MOST:], False


def _closed_between(old: Held, new: Held) -> bool:
    if new.at > old.at:
        return any(at is not None and old.at < at < new.at for at in (old.resealed, new.sealed))
    return any(at is not None and new.at < at < old.at for at in (old.sealed, new.resealed))


def witnessed(view: View, held: tuple[Held, ...], report: SealReport) -> tuple[Held, ...]:
    """Each opening with what this reading tells of it."""
    slack = timedelta(seconds=view.policy.opening_evidence_s)
    if OPENINGS & report.events and known(view.plan, report):
        card = Shown(at=own_time(view), credential=shown(report))
        return tuple(_proved(view, opening, card, slack) for opening in held)
    if is_sealed(report):
        return tuple(_closed(opening, own_time(view)) for opening in held)
    return held


def remembered(view: View, cards: tuple[Shown, ...], report: SealReport) -> tuple[Shown, ...]:
    """With the known card of an opening, and lawful: what it left open may come after it, word by
    word and late, each of them judged alone.
    """
    if not (OPENINGS & report.events and known(view.plan, report)):
        return cards
    card = Shown(at=own_time(view), credential=shown(report))
    return cards if card in cards else (*cards, card)[-MOST:]


def recalled(view: View, held: Held, cards: tuple[Shown, ...]) -> Held:
    """The opening with those of the cards that were shown just before it, since the seal was closed
    as it was then.
    """
    slack = timedelta(seconds=view.policy.opening_evidence_s)
    within = minutes(view.policy.opening_evidence_min)
    since = view.seal.past[-1].until if view.seal.past else None
    for card in cards:
        if held.at - card.at <= within and (since is None or since <= card.at):
            held = _proved(view, held, card, slack)
    return held


def _proved(view: View, held: Held, card: Shown, slack: timedelta) -> Held:
    if card.at > held.at + slack or card in held.shown:
        return held
    due = view.now if held.told else held.due
    return replace(held, shown=(*held.shown, card)[-MOST:], due=min(due, held.due))


def _closed(held: Held, at: datetime) -> Held:
    if at < held.at:
        return held if held.sealed and held.sealed >= at else replace(held, sealed=at)
    if at == held.at or (held.resealed and held.resealed <= at):
        return held
    return replace(held, resealed=at)


def is_present(seal: SealRecord, held: Held) -> bool:
    """The present seal is open by this very opening."""
    since = held.opened.opened_at
    if seal.state not in (SealState.OPEN_AUTHORISED, SealState.OPEN_UNAUTHORISED):
        return False
    return seal.opened_at is not None and since is not None and since <= seal.opened_at
