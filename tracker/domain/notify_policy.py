"""Who is told of what, when and how often: the `[notify]` configuration as values.

Incidents are matched to a *route*; the route names a *ladder* of people and the machines' channels.
A ladder has steps; a step names contacts and rosters. Who of a roster is on duty says its hours.
Numbers are in `NotifyLimits`, each with default, unit and source.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from tracker.domain.alert import AlertKind, Severity
from tracker.domain.duty import DutyHours
from tracker.domain.threshold import meta

Language = Literal["es", "en"]


class NotifyLimits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every number of notifications."""

    gather_critical_s: Annotated[
        float,
        meta(
            "a critical incident waits so long for others of its kind, to be told with them",
            "s",
            "ours: a tenth of the ten seconds within which it must be told",
            most=5,
        ),
    ] = 1.0
    gather_warning_s: Annotated[
        float, meta("a warning waits so long for others of its kind", "s", "ours")
    ] = 45.0
    digest_notices: Annotated[
        int,
        meta(
            "so many incidents of one kind within the window are told as one digest",
            "notices",
            "ours: nobody reads more of a kind one by one; forty at once are one cause",
            least=2,
        ),
    ] = 6
    digest_window_min: Annotated[
        float, meta("the window for a digest", "min", "ours: an outage ends within it for all")
    ] = 2.0
    digest_again_min: Annotated[
        float,
        meta("what a digest has to add is told no oftener than this", "min", "ours", least=1),
    ] = 5.0
    digest_critical_s: Annotated[
        float,
        meta(
            "the same of a digest of critical incidents",
            "s",
            "ours: each of them must be told within ten seconds",
            least=1,
            most=60,
        ),
    ] = 6.0
    digest_most: Annotated[
        int,
        meta(
            "a digest of so many takes no more; the next begins another", "notices", "ours", least=2
        ),
    ] = 200
    calm_min: Annotated[
        float,
        meta(
            "what calls for nobody (acknowledged, over, more of the same) is told of one incident "
            "no oftener than this",
            "min",
            "ours",
        ),
    ] = 5.0
    warnings_per_hour: Annotated[
        int,
        meta(
            "a contact is told of so many warnings in an hour; the rest comes in one digest",
            "notices",
            "ours: alerts nobody acts on are the norm where there are more",
            least=1,
        ),
    ] = 12
    late_min: Annotated[
        float,
        meta("what happened longer ago than this is told as late", "min", "ours"),
    ] = 10.0
    every_min: Annotated[
        float,
        meta(
            "the next of a ladder is asked after this, unless the ladder says otherwise",
            "min",
            "ours: as long as a critical alert may wait for its acknowledgement",
            least=0.01,
        ),
    ] = 5.0
    again_factor: Annotated[
        float,
        meta(
            "when a ladder is through it begins anew, and each round is slower by this",
            "times",
            "ours: somebody is asked until somebody answers, and nobody ten times in a day",
            least=1,
            most=100,
        ),
    ] = 2.0
    again_most_min: Annotated[
        float, meta("no step of a ladder is longer than this", "min", "ours: a day", least=1)
    ] = 1440.0
    timeout_s: Annotated[
        float,
        meta(
            "how long a channel may take to accept, unless the channel says otherwise",
            "s",
            "ours: as long as a critical alert may take to reach a person",
            least=0.1,
            most=600,
        ),
    ] = 10.0
    lease_s: Annotated[
        float,
        meta(
            "what a worker has in hand longer than a channel may take, another may send after this",
            "s",
            "ours: a worker that died must not hold up what it had begun",
            least=0.05,
            most=600,
        ),
    ] = 5.0
    retry_first_s: Annotated[
        float, meta("the first pause after a failure", "s", "ours", least=0.01)
    ] = 2.0
    retry_most_s: Annotated[
        float, meta("the pauses double up to this", "s", "ours", least=0.01)
    ] = 300.0
    retry_critical_s: Annotated[
        float,
        meta(
            "of critical incidents they double up to this",
            "s",
            "ours: a gateway that is back must not wait for minutes",
            least=0.01,
        ),
    ] = 30.0
    retry_jitter: Annotated[
        float,
        meta(
            "a pause is longer by a random part of itself up to this, so that not all come at once",
            "times",
            "ours",
            most=1,
        ),
    ] = 0.3
    dead_after_min: Annotated[
        float,
        meta(
            "what no attempt has delivered for so long is dead, and an alert says so",
            "min",
            "ours: the ladder has asked others meanwhile",
        ),
    ] = 60.0
    log_every_s: Annotated[
        float,
        meta(
            "deliveries become custody entries together, so often",
            "s",
            "ours: each commit among a shipment's entries makes the intake compute once more",
        ),
    ] = 5.0
    poll_s: Annotated[
        float,
        meta("how often it is looked for what is new", "s", "ours", least=0.01, most=5),
    ] = 0.5
    keep_days: Annotated[
        float,
        meta("deliveries are kept so long; the custody log keeps what became of them", "days",
              "ours: a month's report", least=1),
    ] = 35.0  # fmt: skip


class Contact(Struct, frozen=True, kw_only=True):
    """One who can be told. `id` is a label of the configuration; names, numbers and addresses are
    with the channels' secrets.

    custodian: to whom they belong: they hear of that custodian's shipments alone. None: the house.
    channels: by which they are told, all at once; for_warnings: of warnings, if by fewer of them.
    hours: when they may be told of warnings; outside they are gathered, and told as one digest when
    the hours begin. Critical incidents know no hours.
    """

    id: str
    custodian: str | None = None
    language: Language = "es"
    timezone: str = "UTC"
    channels: tuple[str, ...] = ()
    for_warnings: tuple[str, ...] | None = None
    hours: DutyHours | None = None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def told_by(self, severity: Severity) -> tuple[str, ...]:
        """The channels for an incident of this severity."""
        if severity is Severity.CRITICAL or self.for_warnings is None:
            return self.channels
        return self.for_warnings


class Shift(Struct, frozen=True, kw_only=True):
    """Who is on duty in these hours."""

    hours: DutyHours
    contacts: tuple[str, ...]


class Roster(Struct, frozen=True, kw_only=True):
    """Who is on duty when, by the clocks of one zone. Where no shift applies, `otherwise`."""

    id: str
    timezone: str = "UTC"
    shifts: tuple[Shift, ...] = ()
    otherwise: tuple[str, ...] = ()

    def on_duty(self, at: datetime) -> tuple[str, ...]:
        """The contacts on duty, in the order of the shifts."""
        zone = ZoneInfo(self.timezone)
        now = [shift for shift in self.shifts if shift.hours.contains(at, zone)]
        found = dict.fromkeys(contact for shift in now for contact in shift.contacts)
        return tuple(found) or self.otherwise


class Ladder(Struct, frozen=True, kw_only=True):
    """Who is asked first, and who next while nobody has acknowledged. Each step names contacts and
    rosters, and is told at once. every_min: between two steps; None: that of the limits.
    severities: of an incident that is less, only the first step is told.
    """

    id: str
    steps: tuple[tuple[str, ...], ...]
    every_min: float | None = None
    severities: tuple[Severity, ...] = (Severity.CRITICAL,)

    def climbs(self, severity: Severity) -> bool:
        return severity in self.severities

    def pause(self, step: int, limits: NotifyLimits) -> timedelta:
        """From the step that was just told (counted from 1, on through all rounds) to the next."""
        round_ = (step - 1) // len(self.steps)
        first = limits.every_min if self.every_min is None else self.every_min
        slower = first * limits.again_factor ** min(round_, 60)
        return timedelta(minutes=min(slower, max(first, limits.again_most_min)))

    def names(self, step: int) -> tuple[str, ...]:
        """Who is told with this step, counted from 1; after the last comes the first again."""
        return self.steps[(step - 1) % len(self.steps)]


class Incident(Struct, frozen=True, kw_only=True):
    """What routes look at. lanes: the corridors of the shipment's legs; custodians: all parties of
    the shipment, by their ids.
    """

    kind: AlertKind
    severity: Severity
    crossing: str | None = None
    lanes: tuple[str, ...] = ()
    custodians: tuple[str, ...] = ()


class Route(Struct, frozen=True, kw_only=True):
    """Which incidents are told to whom. An empty condition always holds; texts may have * and ?.

    ladder: the people; channels: machines, which are told every update at once.
    """

    severity: tuple[Severity, ...] = ()
    kinds: tuple[str, ...] = ()
    crossings: tuple[str, ...] = ()
    lanes: tuple[str, ...] = ()
    custodians: tuple[str, ...] = ()
    ladder: str | None = None
    channels: tuple[str, ...] = ()

    def takes(self, incident: Incident) -> bool:
        return (
            (not self.severity or incident.severity in self.severity)
            and _any(self.kinds, (incident.kind.value,))
            and _any(self.crossings, () if incident.crossing is None else (incident.crossing,))
            and _any(self.lanes, incident.lanes)
            and _any(self.custodians, incident.custodians)
        )


def _any(patterns: Sequence[str], values: Sequence[str]) -> bool:
    return not patterns or any(fnmatchcase(v, p) for p in patterns for v in values)


class NotifyPolicy(Struct, frozen=True, kw_only=True):
    """All of it. Of the routes the first that takes an incident says which ladder; the channels of
    all that take it are told. hours: of contacts that have none of their own.
    """

    limits: NotifyLimits = NotifyLimits()
    contacts: Mapping[str, Contact] = {}
    rosters: Mapping[str, Roster] = {}
    ladders: Mapping[str, Ladder] = {}
    routes: tuple[Route, ...] = ()

    @property
    def tells(self) -> bool:
        """Somebody or something is told of incidents at all."""
        return bool(self.routes)

    def on_duty(self, names: Sequence[str], at: datetime) -> tuple[Contact, ...]:
        """The contacts that these names of contacts and rosters mean at that time, each once."""
        ids = list[str]()
        for name in names:
            roster = self.rosters.get(name)
            ids += (name,) if roster is None else roster.on_duty(at)
        return tuple(self.contacts[one] for one in dict.fromkeys(ids) if one in self.contacts)
