"""What a rule weighed: the comparison behind an alert, or behind its absence.

`tracker explain` and `tracker alerts show` tell it. It is made anew from the record when somebody
asks (the same readings, the same rule), so that judging costs nothing for it.
"""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct

from tracker.domain.alert import AlertKind


class Weighed(Struct, frozen=True, kw_only=True):
    """One comparison of a rule.

    measure: a stable snake_case name of what was looked at ("stood", "offset", "in_planned_zone").
    value: what the rule saw; None: it saw none, which is itself an answer. limit: what it held it
    against; None for a plain yes or no. unit: "m", "min", "km/h", ...; "" for none.
    threshold: name in `Policy` of the limit, where it is one. about: of which zone or crossing,
    where it is of one. speaks: it speaks for the alert; one that does not is what keeps it quiet.
    """

    kind: AlertKind
    measure: str
    value: float | str | bool | None = None
    limit: float | str | None = None
    unit: str = ""
    threshold: str | None = None
    about: str = ""
    speaks: bool = False


def lasted(
    kind: AlertKind, measure: str, span: timedelta, limit: timedelta, *, speaks: bool
) -> Weighed:
    """How long something lasted, held against how long it may; both in minutes."""
    return Weighed(
        kind=kind,
        measure=measure,
        value=span.total_seconds() / 60,
        limit=limit.total_seconds() / 60,
        unit="min",
        speaks=speaks,
    )
