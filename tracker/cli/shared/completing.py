"""What the shell offers after TAB: ids of shipments, alerts, devices, rejects, zones.

The database is opened to read and never made. Whatever goes wrong, nothing is offered and nothing
is said: a shell would print it into the middle of somebody's command.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from tracker.config import Config
    from tracker.ports import Records

MOST = 500
"""So many of the newest are offered: more is no help to anybody."""
Offer = Callable[[typer.Context, str], list[str]]


def _offered(found: Callable[[Config], Iterable[str]]) -> Offer:
    @functools.wraps(found)
    def offer(ctx: typer.Context, incomplete: str) -> list[str]:
        with suppress(Exception):
            from tracker import config

            named = ctx.find_root().params.get("config")
            every = dict.fromkeys(found(config.load(named, needed=False)))
            return [one for one in every if one.startswith(incomplete)]
        return []

    # The shell's machinery looks at the names of the parameters.
    del offer.__wrapped__
    offer.__annotations__ = {"ctx": typer.Context, "incomplete": str, "return": list[str]}
    return offer


def _recorded(found: Callable[[Records], Iterable[str]]) -> Offer:
    def read(config: Config) -> list[str]:
        from tracker import wiring

        with wiring.read_only(config) as records:
            return list(found(records))

    return _offered(read)


def _shipments(records: Records) -> Iterable[str]:
    return (one.id for one in records.shipments(limit=MOST))


def _devices(records: Records) -> Iterable[str]:
    return (device for one in records.shipments(limit=MOST) for device in one.devices)


def _alerts(records: Records) -> Iterable[str]:
    return (one.id for one in records.alerts(limit=MOST))


def _open_alerts(records: Records) -> Iterable[str]:
    from tracker.domain.alert import AlertStatus

    wanted = [one.value for one in AlertStatus if one is not AlertStatus.CLOSED]
    return (one.id for one in records.alerts(status=wanted, limit=MOST))


def _rejects(records: Records) -> Iterable[str]:
    return (str(one.id) for one in records.rejects(limit=MOST))


def _verdicts(config: Config) -> Iterable[str]:
    from tracker.domain.alert import Verdict

    return tuple(Verdict)


def _channels(config: Config) -> Iterable[str]:
    return config.notices.channels


def _contacts(config: Config) -> Iterable[str]:
    return config.notices.policy.contacts


def _thresholds(config: Config) -> Iterable[str]:
    return type(config.policy).__struct_fields__


def _zones(config: Config) -> Iterable[str]:
    from tracker import wiring

    return (one.id for one in wiring.geofences(config.zones.files).zones)


def _places(config: Config) -> Iterable[str]:
    from tracker import wiring

    found = wiring.geofences(config.zones.files)
    return [*(zone.id for zone in found.zones), *(corridor.id for corridor in found.corridors)]


def _corridors(config: Config) -> Iterable[str]:
    from tracker import wiring

    return (one.id for one in wiring.geofences(config.zones.files).corridors)


def _crossings(config: Config) -> Iterable[str]:
    from tracker import wiring

    zones = wiring.geofences(config.zones.files).zones
    return (one.crossing for one in zones if one.crossing is not None)


shipments, devices = _recorded(_shipments), _recorded(_devices)
alerts, open_alerts = _recorded(_alerts), _recorded(_open_alerts)
rejects = _recorded(_rejects)

channels, contacts = _offered(_channels), _offered(_contacts)
verdicts, thresholds = _offered(_verdicts), _offered(_thresholds)
zones, places = _offered(_zones), _offered(_places)
corridors, crossings = _offered(_corridors), _offered(_crossings)
