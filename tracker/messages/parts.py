"""What the lines of a message are made of: the truck, the place, the time, the evidence.

A `Telling` is one alert (or none) for one reader; each function here says one thing of it.
"""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from msgspec import Struct

from sealproof.wording import kind
from tracker import wording
from tracker.domain.alert import Alert
from tracker.domain.geo import metres_between
from tracker.domain.notice import Update
from tracker.messages.frame import Frame
from tracker.ports import Context, Place

MOVED_M = 1000.0
"""A truck that is further from where it happened is told with both places. Source: ours: nearer,
one map shows both.
"""
KM_FROM_M = 1000
HOURS_FROM_MIN, DAYS_FROM_MIN = 120, 48 * 60
"""From here on a while is told in hours, in days."""


class Telling(Struct, frozen=True):
    """What is told to one reader. language: of codes and kinds; frame: the words around them."""

    context: Context
    update: Update
    language: str
    frame: Frame
    zone: tzinfo
    now: datetime


# When


def clock(at: datetime, telling: Telling) -> str:
    """By the reader's clocks: the time alone on the same day, "14:05 CST"."""
    here, today = at.astimezone(telling.zone), telling.now.astimezone(telling.zone)
    return f"{here:%H:%M %Z}" if here.date() == today.date() else f"{here:%Y-%m-%d %H:%M %Z}"


def moment(at: datetime, telling: Telling) -> str:
    """In full, with the name of the zone: "2025-03-03 12:00 CST (America/Monterrey)"."""
    return f"{at.astimezone(telling.zone):%Y-%m-%d %H:%M %Z} ({telling.zone})"


def while_(span: timedelta, frame: Frame) -> str:
    """How long, in the unit that fits: "45 min", "3 h", "2 days"."""
    minutes = round(span.total_seconds() / 60)
    if minutes < HOURS_FROM_MIN:
        return frame.minutes.format(n=minutes)
    if minutes < DAYS_FROM_MIN:
        return frame.hours.format(n=round(minutes / 60))
    return frame.days.format(n=round(minutes / (24 * 60)))


def behind(alert: Alert, telling: Telling) -> timedelta | None:
    """How much later than it happened it is told, where that is late; else None.

    Who is asked because nobody answered is told late only of what was late when it was raised; an
    addition (it is graver, it goes on) is as old as the newest evidence.
    """
    if not telling.update.calls:
        return None
    if telling.update is Update.ESCALATED:
        late = alert.raised_at - alert.occurred_at
    elif telling.update is Update.RAISED:
        late = telling.now - alert.occurred_at
    else:
        late = telling.now - max(alert.last_seen, alert.occurred_at)
    return late if late > timedelta(minutes=telling.context.late_min) else None


# What, and how sure


def signals(alert: Alert) -> tuple[str, ...]:
    """The kinds of alert that a likely theft is made of; of others none."""
    named = [
        part
        for chapter in alert.chapters
        for part in str(chapter.facts.get("signals") or "").split(", ")
        if part
    ]
    return tuple(dict.fromkeys(named))


def what(alert: Alert, telling: Telling) -> str:
    """The kind of alert; a likely theft names its parts."""
    name = kind(alert.kind, telling.language)
    parts = ", ".join(kind(one, telling.language) for one in signals(alert))
    return f"{name} ({parts})" if parts else name


def happened(alert: Alert, telling: Telling) -> str:
    """All that is told of it, in order; words of before there were chapters stand before."""
    return wording.of_alert(alert, telling.language)


def evidence(alert: Alert, telling: Telling) -> str:
    """How many signs there are of it, until when, and whether they came late."""
    frame = telling.frame
    if alert.last_seen > alert.occurred_at:
        at = clock(alert.last_seen, telling)
        text = frame.evidence_until.format(count=alert.count, at=at)
    else:
        text = frame.evidence.format(count=alert.count)
    return f"{text}; {frame.backlog}" if alert.late else text


# Which truck


def plates(telling: Telling) -> str | None:
    plan = telling.context.plan
    vehicle = plan.shipment.vehicle if plan is not None else None
    return vehicle.plates if vehicle is not None else None


def trailer(telling: Telling) -> str | None:
    plan = telling.context.plan
    hauled = plan.shipment.trailer if plan is not None else None
    return hauled.plates if hauled is not None else None


def who(alert: Alert, telling: Telling) -> str:
    """The truck in short: plates and shipment; of a device without one, the device."""
    named = [plates(telling), alert.shipment or alert.device]
    return ", ".join(one for one in named if one)


# Where


def degrees(place: Place) -> tuple[str, str]:
    """Five digits: a metre."""
    return f"{place.lat:.5f}", f"{place.lon:.5f}"


def happened_at(alert: Alert, telling: Telling) -> Place | None:
    if telling.context.place is not None or alert.lat is None or alert.lon is None:
        return telling.context.place
    return Place(lat=alert.lat, lon=alert.lon)


def moved_to(alert: Alert, telling: Telling) -> Place | None:
    """Where the truck was last believed to be, if that is elsewhere than where it happened."""
    there, now = happened_at(alert, telling), telling.context.now_at
    if there is None or now is None:
        return now
    return now if metres_between(there.lat, there.lon, now.lat, now.lon) > MOVED_M else None


def in_words(place: Place, frame: Frame) -> str:
    """The zone it is in, or the nearest place with its distance; the kilometre of the corridor."""
    parts = []
    if place.zone:
        parts.append(frame.inside.format(zone=place.zone))
    elif place.near and place.near_m is not None:
        parts.append(frame.near.format(distance=_distance(place.near_m), near=place.near))
    if place.corridor and place.km is not None:
        parts.append(frame.km.format(km=f"{place.km:.1f}", corridor=place.corridor))
    return ", ".join(parts)


def _distance(metres: int) -> str:
    return f"{metres} m" if metres < KM_FROM_M else f"{metres / 1000:.0f} km"


def links(place: Place, map_link: str | None) -> dict[str, str]:
    """name -> URL: "geo" opens the reader's own map, "map" the house's."""
    lat, lon = degrees(place)
    named = {"geo": f"geo:{lat},{lon}"}
    if map_link is not None:
        named["map"] = map_link.format(lat=lat, lon=lon)
    return named
