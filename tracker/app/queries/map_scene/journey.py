"""Where a shipment's devices were: from stored readings to tracks, with their stops and gaps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from devices.reading import Fix
from tracker.app.queries.beliefs import Told, told
from tracker.app.queries.map_scene.places import position
from tracker.app.queries.map_scene.thin import thinned
from tracker.domain.geo import metres_between
from tracker.domain.policy import Policy, minutes
from tracker.map.scene import MapTrack, Position, TrackDoubt, TrackGap, TrackStop
from tracker.ports import StoredReading

MOST_POINTS = 5_000
"""Drawn in one track: so many still move smoothly in a browser without a graphics card."""
STOP = timedelta(minutes=5)
"""A halt is marked from this on: shorter ones are traffic lights."""


class SeenAt(Struct, frozen=True):
    """One fix, whether it came late, and whether it was believed."""

    fix: Fix
    late: bool
    believed: bool = True


Span = tuple[int, int]
"""First and last index of fixes."""


def fixes(
    readings: Iterable[StoredReading], doubted: Collection[Told] = ()
) -> dict[str, list[SeenAt]]:
    """By device, in the order of the fixes' times; one that was sent again counts once. doubted:
    those that were not believed.
    """
    found: dict[str, dict[tuple[datetime, float, float], SeenAt]] = {}
    for stored in readings:
        fix = stored.reading.position
        if isinstance(fix, Fix):
            of_device = found.setdefault(stored.reading.device, {})
            believed = told(stored.reading.device, fix) not in doubted
            of_device.setdefault((fix.time, fix.lat, fix.lon), SeenAt(fix, stored.late, believed))
    return {
        device: sorted(places.values(), key=lambda place: place.fix.time)
        for device, places in found.items()
    }


def tracks(
    found: Mapping[str, Sequence[SeenAt]],
    roles: Mapping[str, str],
    policy: Policy,
    zone: ZoneInfo,
    *,
    most: int = MOST_POINTS,
) -> tuple[MapTrack, ...]:
    """One for each device that had a position, in the order of `roles`."""
    return tuple(
        _track(device, role, found[device], policy, zone, most)
        for device, role in roles.items()
        if found.get(device)
    )


class Drawn(Struct, frozen=True):
    """What of a device's fixes is drawn. line: of all of them. chosen: indices of those that are
    left when it is thinned; gaps and the ends of stops are among them.
    """

    line: list[Position]
    chosen: list[int]
    gaps: list[int]
    stops: list[Span]


def drawn(places: Sequence[SeenAt], policy: Policy, most: int) -> Drawn:
    """About `most` of these, or more if stops and gaps need them."""
    line = [position(one.fix.lon, one.fix.lat) for one in places]
    gaps, stops = list(_gaps(places, policy)), list(_stops(places, policy))
    turns = [i for i in range(1, len(places)) if places[i].late != places[i - 1].late]
    kept = {*gaps, *(i + 1 for i in gaps), *turns, *(i - 1 for i in turns)}
    kept.update(i for span in stops for i in span)
    return Drawn(line, thinned(line, kept, most), gaps, stops)


def _track(
    device: str, role: str, seen: Sequence[SeenAt], policy: Policy, zone: ZoneInfo, most: int
) -> MapTrack:
    places = believed(seen)
    shape = drawn(places, policy, most)
    line, chosen, gaps, stops = shape.line, shape.chosen, shape.gaps, shape.stops
    now_at = {index: place for place, index in enumerate(chosen)}
    return MapTrack(
        device=device,
        role=role,
        line=tuple(line[i] for i in chosen),
        times=tuple(shown(places[i].fix.time, zone) for i in chosen),
        speeds=tuple(places[i].fix.speed_kmh for i in chosen),
        late=tuple(now_at[i] for i in chosen if places[i].late),
        gaps=tuple(
            TrackGap(
                index=now_at[i],
                text=f"no position for {_span(places, (i, i + 1), zone)}",
            )
            for i in gaps
        ),
        stops=tuple(
            TrackStop(at=line[(a + b) // 2], text=f"stood {_span(places, (a, b), zone)}")
            for a, b in stops
        ),
        fixes=len(places),
        doubted=tuple(
            TrackDoubt(
                at=position(one.fix.lon, one.fix.lat),
                text=f"{shown(one.fix.time, zone)}: not believed",
            )
            for one in seen
            if not one.believed
        ),
    )


def believed(seen: Sequence[SeenAt]) -> list[SeenAt]:
    """Those that the track is made of."""
    return [one for one in seen if one.believed]


def _gaps(places: Sequence[SeenAt], policy: Policy) -> Iterator[int]:
    """Where the time to the next fix is more than the rules let pass for a device that moved, or
    for one that was parked if the next fix is at the same place."""
    for i in range(len(places) - 1):
        a, b = places[i].fix, places[i + 1].fix
        stood = metres_between(a.lat, a.lon, b.lat, b.lon) <= policy.stop_radius_m
        limit = policy.silence_parked_min if stood else policy.silence_moving_min
        if b.time - a.time > minutes(limit):
            yield i


def _stops(places: Sequence[SeenAt], policy: Policy) -> Iterator[Span]:
    """Runs of fixes, all within `stop_radius_m` of their first, that last for STOP or more."""
    start = 0
    for i in range(1, len(places) + 1):
        a = places[start].fix
        if i < len(places):
            b = places[i].fix
            if metres_between(a.lat, a.lon, b.lat, b.lon) <= policy.stop_radius_m:
                continue
        if places[i - 1].fix.time - a.time >= STOP:
            yield start, i - 1
        start = i


def _span(places: Sequence[SeenAt], span: Span, zone: ZoneInfo) -> str:
    first, last = (places[i].fix.time for i in span)
    count = round((last - first).total_seconds() / 60)
    return f"{count} min, from {shown(first, zone)} to {shown(last, zone)}"


def shown(when: datetime, zone: ZoneInfo) -> str:
    """To the second, with the zone's name."""
    return when.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %Z")
