"""`tracker doctor`: is everything there that the tracker needs?"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import typer
from msgspec import Struct

from tracker.cli.service import liveness
from tracker.cli.shared import render
from tracker.cli.shared.session import Json, load_config
from tracker.config import Config
from tracker.domain.errors import ServiceUnreachable, TrackerError, UsageError

BUILT = datetime(2025, 1, 1, tzinfo=UTC)
"""No clock can truly show less: this program is younger."""
LEAST_FREE_BYTES = 100 * 2**20
"""Less room than this is a fault: SQLite needs some to commit anything at all."""


class HealthCheck(Struct, frozen=True, kw_only=True):
    """One answer. `found` says what is there or what is wrong, `mend` what to do about it."""

    name: str
    ok: bool
    found: str
    mend: str = ""
    unreachable: bool = False


def doctor(ctx: typer.Context, as_json: Json = False) -> None:
    """Check configuration, database, broker, tracker, zones, clock and disk; say how to mend them.

    Starts nothing. Before the first `tracker run` it is well that nothing runs. Exits with 0 if all
    is well, 3 if a service is out of reach, else 1.
    """
    checks = []
    for check in examine(lambda: load_config(ctx)):
        checks.append(check)
        if as_json:
            render.json_line(check)
        else:
            render.say(f"{'ok    ' if check.ok else 'FAILED'}  {check.name:<14}  {check.found}")
            if check.mend:
                render.say(f"        {'':<14}  -> {check.mend}")
    if any(check.unreachable for check in checks):
        raise typer.Exit(3)
    if not all(check.ok for check in checks):
        raise typer.Exit(1)


def examine(load: Callable[[], Config]) -> Iterator[HealthCheck]:
    """Every check in turn. Without a sound configuration there is nothing else to look at."""
    try:
        config = load()
    except TrackerError as error:
        yield _failed("configuration", error)
        return
    found = str(config.source) if config.source else "from the environment alone"
    yield HealthCheck(name="configuration", ok=True, found=found)
    for name, look in CHECKS.items():
        try:
            yield HealthCheck(name=name, ok=True, found=look(config))
        except TrackerError as error:
            yield _failed(name, error)


def _failed(name: str, error: TrackerError) -> HealthCheck:
    what = f"{error.where}: {error.what}" if error.where else error.what
    unreachable = isinstance(error, ServiceUnreachable)
    return HealthCheck(name=name, ok=False, found=what, mend=error.mend, unreachable=unreachable)


def _custody_log(config: Config) -> str:
    from tracker import wiring

    newest = wiring.checkpoint(config, release=False)
    with wiring.records(config) as records:
        size = records.head().size
    released = newest.size if newest else 0
    return f"{config.log.origin}: {size} entries, {released} of them under a signed checkpoint"


def _zones(config: Config) -> str:
    from tracker import wiring

    geofences = wiring.geofences(config.zones.files, config.zones.without)
    return f"{len(geofences.zones)} zones, {len(geofences.corridors)} corridors"


def _dialects(_config: Config) -> str:
    from devices import catalogue

    for one in catalogue.broken():
        raise UsageError(one.why, where=one.name, mend=one.mend)
    found = catalogue.dialects()
    return f"{len(found)} languages of devices, {len(catalogue.filters())} topics"


def _clock(_config: Config) -> str:
    now = datetime.now(UTC)
    if now < BUILT:
        raise UsageError(
            f"this computer's clock says {now:%Y-%m-%d}", mend="set it, or start its time service"
        )
    return f"{now:%Y-%m-%d %H:%M:%S} UTC"


def _disk(config: Config) -> str:
    folder = _folder(config)
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise UsageError(
            f"cannot write: {error.strerror}",
            where=str(folder),
            mend="let this user write there, or name another folder in [database] url",
        ) from error
    if free < LEAST_FREE_BYTES:
        raise UsageError(
            f"only {free / 2**20:.0f} MiB are free", where=str(folder), mend="make room"
        )
    return f"{folder}: {free / 2**30:.1f} GiB free"


def _folder(config: Config) -> Path:
    """Where the database's file is; for a database elsewhere, where the broker's store is."""
    _, file, path = config.database.url.partition("sqlite:///")
    return Path(path if file else config.embedded.store).parent


CHECKS: dict[str, Callable[[Config], str]] = {
    "database": liveness.database,
    "custody log": _custody_log,
    "broker": liveness.broker,
    "tracker": liveness.tracker,
    "notices": liveness.notices,
    "zones": _zones,
    "dialects": _dialects,
    "clock": _clock,
    "disk": _disk,
}
