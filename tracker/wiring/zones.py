"""The zones and corridors on file: those that ship, and the configured ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.config import Config, nearest
from tracker.domain.errors import NotFound, UsageError
from tracker.wiring.database import records

if TYPE_CHECKING:
    from geofences.formats import GeofenceSet
    from tracker.adapters.zone_files import ZoneFiles
    from tracker.app.planning import Geography
    from tracker.ports import Records


def geofences(files: Sequence[str], without: Sequence[str] = ()) -> GeofenceSet:
    """The zones and corridors that ship, but for those `without`, and those of `files`.

    Raises UsageError that names the file, the feature and the mend.
    """
    from geofences import formats, library
    from geofences.errors import GeoFault

    try:
        return library.in_force(((file, formats.read(Path(file))) for file in files), without)
    except GeoFault as fault:
        raise UsageError(fault.what, where=fault.where, mend=fault.mend) from fault
    except OSError as error:
        raise UsageError(
            f"cannot be read: {error.strerror}",
            where=str(error.filename),
            mend="correct [zones] files in the configuration",
        ) from error


def geography(config: Config) -> Geography:
    """What the rules are told of places. Raises UsageError, as `geofences` does."""
    from tracker.app.planning import Geography

    found = Geography(
        geofences(config.zones.files, config.zones.without), config.policy, config.layers
    )
    _check_layers(config, found)
    return found


def _check_layers(config: Config, geography: Geography) -> None:
    """Raises UsageError for thresholds of a lane or a crossing that is not on file: a mistyped name
    would leave the lane as it was.
    """
    layers = config.layers
    named = [("corridor", name, f'[policy.lane."{name}"]') for name in layers.lanes]
    named += [("crossing", name, f'[policy.crossing."{name}"]') for name in layers.crossings]
    for hours in layers.hours:
        where = f"[policy.hours.{hours.name}]"
        named += [("corridor", name, f"{where} lanes") for name in hours.lanes]
        named += [("crossing", name, f"{where} crossings") for name in hours.crossings]
    known = {"corridor": set(geography.atlas.corridors), "crossing": geography.crossings}
    for what, name, where in named:
        if name not in known[what]:
            raise UsageError(
                f"no {what} {name!r}",
                where=f"{config.source or 'configuration'}: {where}",
                mend=nearest(name, sorted(known[what]), f"{what}s"),
            )


def zone_files(config: Config) -> ZoneFiles:
    """Watches the configured zone files, and the configuration for which they are."""
    from tracker.adapters.zone_files import ZoneFiles
    from tracker.config import load

    def now() -> Config:
        return load(config.source) if config.source else config

    return ZoneFiles(
        config.source,
        lambda: [Path(name) for name in now().zones.files],
        lambda: geography(now()),
    )


def old_geography(config: Config, version: str) -> Geography:
    """The zones and corridors that were in force as `version` (a part of it will do).

    Raises NotFound with the versions that there are.
    """
    from tracker.app.planning import Geography

    with records(config) as journal:
        kept = journal.geographies()
    found = [one for one in kept if one.version.startswith(version)]
    if len(found) != 1:
        known = ", ".join(one.version for one in kept) or "none yet"
        raise NotFound(f"no single zones version {version!r}", mend=f"in force were: {known}")
    return Geography.of_content(found[0].content, config.policy, config.layers)


def audit_geography(config: Config, records: Records, shipment: str) -> Geography:
    """The zones by which the shipment's newest entry was judged; where those were not kept (nothing
    was ever heard), today's.
    """
    from tracker.app.planning import Geography
    from tracker.app.queries.entries import read

    entries = read(records.entries(scope=shipment))
    version = entries[-1].zones if entries else None
    for kept in records.geographies():
        if kept.version == version:
            return Geography.of_content(kept.content, config.policy, config.layers)
    return geography(config)
