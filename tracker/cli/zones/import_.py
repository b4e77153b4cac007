"""`tracker zones import`: a customer's own zones and corridors, as a zones file of ours."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli.shared import render
from tracker.cli.shared.naming import named_as
from tracker.cli.shared.session import Json, load_config
from tracker.cli.zones import reading as zones_reading
from tracker.cli.zones.reading import (
    Crs,
    Encoding,
    Files,
    IdPrefix,
    Kind,
    KindOf,
    LatLon,
    Map,
    Radius,
)
from tracker.domain.errors import Refused, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geofences.checks.changes import Change
    from geofences.checks.lint import LintResult
    from geofences.checks.neighbours import SourcedPlace
    from geofences.formats import GeofenceSet
    from tracker.config import Config

MOST_CHANGES = 50
"""Lines of changes that people are shown."""


def import_(
    ctx: typer.Context,
    files: Files,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Else zones/NAME.geojson beside the configuration."),
    ] = None,
    crs: Crs = None,
    names: Map = None,
    kind: Kind = None,
    id_prefix: IdPrefix = "",
    kinds: KindOf = None,
    radius: Radius = None,
    lat_lon: LatLon = False,
    encoding: Encoding = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would change; write nothing.")
    ] = False,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Exit with 0 though something has been left out.")
    ] = False,
    all_or_nothing: Annotated[
        bool, typer.Option("--all-or-nothing", help="With an error anywhere write nothing.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Let go what the output has and the files have not.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Turn zones and corridors of any format into a GeoJSON file for [zones] files.

    Everything is checked as `tracker zones check` does. What has errors is left out and named, the
    rest is written, and the exit code is 1. Nothing is repaired; positions are reprojected to
    WGS 84 and heights dropped.
    """
    from geofences.checks import changes, lint

    told = zones_reading.reading(
        crs, names, kind, id_prefix,
        kinds=kinds, radius_m=radius, lat_first=lat_lon, encoding=encoding,
    )  # fmt: skip
    config = load_config(ctx, needed=False)
    target = output or _usual_target(config, files)
    if target.resolve() in {file.resolve() for file in files}:
        raise UsageError("is to be read and written", where=str(target), mend="name another -o")
    named_as(target, ".geojson", ".json", what="GeoJSON (.geojson)")
    with zones_reading.handled():
        before = _existing(target)
        survey = lint.survey(
            files, told, known=_in_force(config, target), progress=zones_reading.progress()
        )
        after, left_out = _kept(survey)
        found = changes.changes(before, after)
    good = _is_good(survey, after, all_or_nothing=all_or_nothing)
    gone = sum(change.kind == "gone" for change in found)
    write = good and not dry_run and (replace or not gone)
    if write:
        _write(after, target)
    in_force = target.resolve() in {Path(file).resolve() for file in config.zones.files}
    if as_json:
        render.json_line(_document(survey, found, left_out, target, write, in_force))
    else:
        _tell(survey, found, left_out)
        if write:
            _tell_written(config, target, in_force=in_force)
    if not good:
        if not after.places and not as_json:
            render.warn("nothing in them could be a zone or a corridor, so nothing is written")
        raise typer.Exit(1)
    if gone and not dry_run and not replace:
        raise Refused(
            f"{gone} of its places are not in these files, so nothing was written",
            where=str(target),
            mend="--replace lets them go, -o names another file, --dry-run names them",
        )
    if left_out and not skip_bad:
        raise typer.Exit(1)


def _usual_target(config: Config, files: Sequence[Path]) -> Path:
    if len(files) > 1:
        raise UsageError("several files become one", mend="name it with -o OUT.geojson")
    folder = config.source.parent if config.source else Path()
    return folder / "zones" / f"{files[0].stem}.geojson"


def _existing(target: Path) -> GeofenceSet:
    from geofences import formats

    return formats.read(target) if target.exists() else formats.GeofenceSet()


def _in_force(config: Config, target: Path) -> list[SourcedPlace]:
    """What ships and what other files bring: its ids are taken, its areas may overlap ours."""
    from geofences import formats
    from geofences.checks import neighbours

    found = neighbours.shipped(off=config.zones.without)
    for file in config.zones.files:
        if Path(file).resolve() != target.resolve():
            places = formats.read(Path(file)).places
            found += [neighbours.SourcedPlace(file, place.id, place) for place in places]
    return found


def _kept(survey: LintResult) -> tuple[GeofenceSet, list[str]]:
    """What goes into the file, and the features that do not for their errors."""
    from geofences import formats

    placed = survey.sound()
    bad = dict.fromkeys(
        f"{fault.file}, {fault.feature}"
        for fault in survey.faults
        if fault.severity == "error" and fault.feature
    )
    return formats.GeofenceSet.of({one.place.id: one.place for one in placed}.values()), list(bad)


def _is_good(survey: LintResult, after: GeofenceSet, *, all_or_nothing: bool) -> bool:
    """Whether the rest can be written: an error of a whole file leaves nothing sound of it."""
    errors = [fault for fault in survey.faults if fault.severity == "error"]
    if not after.places or (all_or_nothing and errors):
        return False
    return all(error.feature for error in errors)


def _write(geofences: GeofenceSet, target: Path) -> None:
    """Whole or not at all: a running tracker may read it at any time."""
    from geofences.io import export

    with zones_reading.handled():
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            fresh.write_text(export.geojson_text(geofences), encoding="utf-8")
            fresh.replace(target)
        finally:
            fresh.unlink(missing_ok=True)


def _document(
    survey: LintResult,
    found: Sequence[Change],
    left_out: list[str],
    target: Path,
    written: bool,
    in_force: bool,
) -> dict[str, Any]:
    return {
        "file": str(target),
        "written": written,
        "configured": in_force,
        **{
            kind: [change.id for change in found if change.kind == kind]
            for kind in ("new", "changed", "gone", "same")
        },
        "bad": left_out,
        "faults": survey.faults,
        "notes": survey.notes,
        "counts": survey.tallies,
    }


def _tell(survey: LintResult, found: Sequence[Change], left_out: list[str]) -> None:
    from geofences.checks import changes

    for note in survey.notes:
        render.warn(note)
    zones_reading.show_tallies(survey.tallies)
    if survey.faults:
        zones_reading.show_faults(survey.faults, empty="")
    for name in left_out:
        render.warn(f"left out: {name}")
    told = [change for change in found if change.kind != "same"]
    rows = [(one.kind, one.id, ", ".join(one.what)) for one in told[:MOST_CHANGES]]
    render.table(("CHANGE", "ID", "IN"), rows, empty="nothing changes")
    if len(told) > MOST_CHANGES:
        render.say(f"... and {len(told) - MOST_CHANGES:,} more (--json has them all)")
    counted = changes.count(found)
    render.say(", ".join(f"{number:,} {kind}" for kind, number in counted.items()))


def _tell_written(config: Config, target: Path, *, in_force: bool) -> None:
    render.say(f"wrote {target}")
    if in_force:
        render.say(f"it stands in [zones] files of {config.source}")
        return
    base = config.source.parent.resolve() if config.source else Path.cwd()
    listed = [*config.zones.files, str(target.resolve())]
    shown = ", ".join(f'"{_beside(Path(file), base)}"' for file in listed)
    where = config.source or "tracker.toml (`tracker init` makes one)"
    render.say(f"it is not in use yet: in {where}, under [zones], write\n  files = [{shown}]")


def _beside(file: Path, base: Path) -> str:
    """As the configuration may name it: relative to its own folder."""
    resolved = file.resolve()
    return resolved.relative_to(base).as_posix() if resolved.is_relative_to(base) else str(resolved)
