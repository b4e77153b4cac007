"""The zones and corridors on file: those that ship, and the configured ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.config import Config
from tracker.domain.errors import NotFound, UsageError
from tracker.wiring.database import records

if TYPE_CHECKING:
    from geofences.formats import GeofenceSet
    from tracker.adapters.zone_files import ZoneFiles
    from tracker.app.planning import Geography


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

    return Geography(geofences(config.zones.files, config.zones.without), config.policy)


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
    return Geography.of_content(found[0].content, config.policy)
