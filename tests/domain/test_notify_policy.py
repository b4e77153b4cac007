"""Who is on duty, which step comes when, what a route takes; every number explains itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from tracker.domain.alert import AlertKind, Severity
from tracker.domain.duty import DutyHours
from tracker.domain.notice import Delivery, DeliveryStatus, Update, delivery_id
from tracker.domain.notify_policy import (
    Contact,
    Incident,
    Ladder,
    NotifyLimits,
    NotifyPolicy,
    Roster,
    Route,
    Shift,
)

NOON = datetime(2025, 3, 3, 18, 0, tzinfo=UTC)  # a Monday, 12:00 in Monterrey
HINTS = get_type_hints(NotifyLimits, include_extras=True)


@pytest.mark.parametrize("name", sorted(NotifyLimits.__struct_fields__))
def test_every_number_says_what_it_is_its_unit_and_its_source(name: str) -> None:
    hint = HINTS[name]
    assert get_origin(hint) is Annotated
    (meta,) = (part for part in get_args(hint) if isinstance(part, Meta))
    extra = meta.extra or {}
    assert all(extra[key] for key in ("text", "unit", "source"))
    for unit in ("min", "s", "days"):
        if extra["unit"] == unit:
            assert name.endswith(f"_{unit}")


def policy() -> NotifyPolicy:
    day = Shift(hours=DutyHours.parse("Mon-Fri 07:00-19:00"), contacts=("ana", "bob"))
    both = Shift(hours=DutyHours.parse("11:00-13:00"), contacts=("bob", "eva"))
    return NotifyPolicy(
        contacts={name: Contact(id=name, channels=("pipe",)) for name in ("ana", "bob", "eva")},
        rosters={
            "desk": Roster(
                id="desk",
                timezone="America/Monterrey",
                shifts=(day, both),
                otherwise=("eva",),
            )
        },
    )


def test_who_is_on_duty_is_by_the_clocks_of_the_roster() -> None:
    def names(at: datetime) -> list[str]:
        return [contact.id for contact in policy().on_duty(("desk", "ana"), at)]

    assert names(NOON) == ["ana", "bob", "eva"]
    assert names(NOON.replace(hour=14)) == ["ana", "bob"]
    assert names(NOON.replace(hour=12)) == ["eva", "ana"], "06:00: nobody's shift"


def test_the_steps_come_round_again_and_slower() -> None:
    ladder, limits = Ladder(id="l", steps=(("a",), ("b",))), NotifyLimits()
    assert [ladder.names(step) for step in (1, 2, 3, 4)] == [("a",), ("b",), ("a",), ("b",)]
    pauses = [ladder.pause(step, limits).total_seconds() / 60 for step in range(1, 7)]
    assert pauses == [5, 5, 10, 10, 20, 20]
    assert ladder.pause(10_000, limits) == timedelta(minutes=1440)


@given(steps=st.integers(1, 4), every=st.floats(1, 3000))
def test_nobody_is_asked_ten_times_in_a_day(steps: int, every: float) -> None:
    ladder = Ladder(id="l", steps=(("a",),) * steps, every_min=every)
    at, asked = timedelta(), 0
    step = 1
    while at < timedelta(days=1):
        asked += ladder.names(step) == ("a",)
        at += ladder.pause(step, NotifyLimits())
        step += 1
    assert asked <= 11 * steps
    assert ladder.pause(1, NotifyLimits()) == timedelta(minutes=every)


def test_a_route_takes_what_fits_all_its_conditions() -> None:
    incident = Incident(
        kind=AlertKind.ROUTE_DEVIATION,
        severity=Severity.CRITICAL,
        crossing="world-trade",
        lanes=("mty-nld-85d",),
        custodians=("tmx", "dray"),
    )
    assert Route().takes(incident)
    fits = Route(
        severity=(Severity.CRITICAL,),
        kinds=("route_*", "seal_*"),
        crossings=("world-*",),
        lanes=("*85d",),
        custodians=("dray",),
    )
    assert fits.takes(incident)
    assert not Route(custodians=("other",)).takes(incident)
    assert not Route(crossings=("*",)).takes(
        Incident(kind=AlertKind.SILENCE, severity=Severity.WARNING)
    ), "what has no crossing fits no crossing"


def test_a_delivery_says_how_long_it_took_once_it_was_accepted() -> None:
    delivery = Delivery(
        id=delivery_id("S-1-3", 2, 1),
        notice="S-1-3",
        number=2,
        update=Update.GRAVER,
        severity=Severity.CRITICAL,
        channel="pipe",
        scope="S-1",
        due_at=NOON,
        since=NOON,
        created_at=NOON,
        status=DeliveryStatus.ACCEPTED,
        settled_at=NOON + timedelta(seconds=1.5),
    )
    assert delivery.id == "S-1-3/2.1"
    assert delivery.waited_ms == 1500
    assert delivery.status.settled
    assert not DeliveryStatus.HELD.settled
    assert Update.ESCALATED.calls
    assert not Update.OVER.calls
