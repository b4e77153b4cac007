"""What is told of an alert, or of its absence. These names are those of docs/json.md."""

from __future__ import annotations

import enum
from datetime import datetime

from msgspec import Struct

from tracker.domain.alert import AlertKind, Severity


class Comparison(Struct, frozen=True, kw_only=True):
    """One thing that a rule compared (`tracker.domain.weighing.Weighed`). origin: the layer that
    decides the threshold, in words; None where none is involved.
    """

    measure: str
    about: str
    value: float | str | bool | None
    limit: float | str | None
    unit: str
    threshold: str | None
    origin: str | None
    speaks: bool


class Judgement(Struct, frozen=True, kw_only=True):
    """A rule at one input. device: None for a rule that looks at the whole shipment. at: of when
    the input is; taken_at: when the tracker took it. input: "reading", "timer" or the name of a
    command. evidence: the identity of the reading. severity: as it was raised, None if it was not.
    """

    rule: str
    device: str | None
    at: datetime
    taken_at: datetime
    input: str
    evidence: str | None
    severity: Severity | None
    comparisons: tuple[Comparison, ...]


class Suppressed(Struct, frozen=True, kw_only=True):
    """Evidence that raised nothing, since it was the same incident as one that was closed.

    alert: that one; closed_by, reason: as it was closed. The limits within which it keeps quiet:
    until, within_m of where it was, in_zone; None: no such limit. first, last: times of the
    evidence; count: how often.
    """

    alert: str | None
    closed_by: str | None
    reason: str | None
    until: datetime | None
    within_m: float | None
    in_zone: str | None
    first: datetime
    last: datetime
    count: int


class Heard(Struct, frozen=True, kw_only=True):
    """A reading as it is told in a story. zones: those its fix lies in. offset_m: how far off the
    corridor. evidence: the alert rests on it.
    """

    time: datetime
    received_at: datetime
    device: str
    lat: float | None
    lon: float | None
    zones: tuple[str, ...]
    offset_m: float | None
    speed_kmh: float | None
    seal: str | None
    battery_pct: float | None
    late: bool
    evidence: bool


class Event(Struct, frozen=True, kw_only=True):
    """One thing that became of the alert, as the log has it."""

    recorded_at: datetime
    type: str
    by: str | None
    detail: str


class Story(Struct, frozen=True, kw_only=True):
    """Of one alert. lasted_min: from the first evidence to the last, or to its end; way_m: along
    the positions between. judgement: the rule when it was raised. note: what stands against the
    telling, in words; "" for nothing.
    """

    readings: tuple[Heard, ...]
    judgement: Judgement | None
    lasted_min: float
    way_m: float
    suppressed: tuple[Suppressed, ...]
    events: tuple[Event, ...]
    note: str


class Answer(enum.StrEnum):
    TOLD = "told"
    """There was an alert of that kind, and it was open then."""
    SETTLED = "settled"
    """It was the same incident as one that had been closed, within the limits of that."""
    QUIET = "quiet"
    """Something that was weighed spoke against it."""
    NOT_LOOKED_AT = "not_looked_at"
    """Nothing had been heard or declared that such a rule looks at."""


class WhyNot(Struct, frozen=True, kw_only=True):
    """alerts: those of the kind that were open then. later: so many readings of before `at` were
    heard only after it. judgements: the last of each rule, and device.
    """

    shipment: str
    kind: AlertKind
    at: datetime
    answer: Answer
    alerts: tuple[str, ...]
    judgements: tuple[Judgement, ...]
    suppressed: tuple[Suppressed, ...]
    later: int
    note: str
