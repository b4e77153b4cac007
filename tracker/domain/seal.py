"""The seal's states, and what is remembered of one seal."""

from __future__ import annotations

import enum
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace


class SealState(enum.StrEnum):
    UNASSIGNED = "UNASSIGNED"
    ARMED = "ARMED"
    SEALED = "SEALED"
    OPEN_AUTHORISED = "OPEN_AUTHORISED"
    OPEN_UNAUTHORISED = "OPEN_UNAUTHORISED"
    TAMPERED = "TAMPERED"
    UNKNOWN = "UNKNOWN"
    FAULT = "FAULT"
    RELEASED = "RELEASED"


class Episode(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The seal was in this state, with this number, until then."""

    state: SealState
    number: str | None
    until: datetime


PAST_KEPT = 16


class SealRecord(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One lock's seal in one timeline.

    number: the number in force, None until one is known. used: every number before it.
    pending_number: a new number recorded by a person, which the lock has not confirmed yet.
    opened_in: the zones occupied when it was opened with leave; it must be resealed there.
    unrecorded: it was resealed, and nobody has said with which number and why.
    told: the number that the lock itself named since it was closed last. closed_at: when that was.
    pending_at: when the pending number was recorded.
    opened_with: the credential's id.
    past: the newest episodes that are over, oldest first (at most PAST_KEPT).
    unheard: UNKNOWN because its own device, which speaks, has no word of it.
    record_due: when an opening or a reseal that nobody recorded yet becomes suspicious.
    """

    state: SealState = SealState.UNASSIGNED
    since: datetime | None = None
    number: str | None = None
    pending_number: str | None = None
    pending_at: datetime | None = None
    told: str | None = None
    closed_at: datetime | None = None
    used: tuple[str, ...] = ()
    reseals: int = 0
    lock_count: int | None = None
    opened_at: datetime | None = None
    opened_in: tuple[str, ...] = ()
    opened_with: str | None = None
    record_due: datetime | None = None
    unrecorded: bool = False
    resealed_silently: bool = False
    unheard: bool = False
    past: tuple[Episode, ...] = ()

    def moved(self, to: SealRecord, at: datetime) -> SealRecord:
        """`to`, remembering the episode that ends with it. None before it outlasts it: a shipment
        may be opened after what its seal then tells, and `at` is the seal's own time.
        """
        before = (replace(episode, until=min(episode.until, at)) for episode in self.past)
        ended = Episode(state=self.state, number=self.number, until=at)
        return replace(to, past=(*before, ended)[-PAST_KEPT:])

    def as_of(self, at: datetime) -> SealRecord:
        """The seal as it was at an earlier time, as far as it is remembered: the lock count of
        then is not.
        """
        for number, episode in enumerate(self.past):
            if at < episode.until:
                return replace(
                    self,
                    state=episode.state,
                    number=episode.number,
                    past=self.past[:number],
                    record_due=None,
                    pending_number=None,
                    lock_count=None,
                )
        return replace(self, lock_count=None)

    @property
    def on_duty(self) -> bool:
        """The seal protects cargo now, so that an opening of it matters."""
        return self.state in ON_DUTY

    @property
    def breached(self) -> bool:
        return self.state in (SealState.OPEN_UNAUTHORISED, SealState.TAMPERED)


ON_DUTY = frozenset({SealState.SEALED, SealState.UNKNOWN, SealState.FAULT})
