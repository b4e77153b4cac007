"""`tracker alerts show`: an alert in full, and its story."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli.alerts.shared import AlertIds
from tracker.cli.shared import render
from tracker.cli.shared.choice import each
from tracker.cli.shared.judged import comparisons, input_of, kept_quiet
from tracker.cli.shared.naming import named_as
from tracker.cli.shared.session import Json, load_config, session
from tracker.domain.errors import NotFound, UsageError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from tracker.app.explain.told import Heard, Story
    from tracker.domain.alert import Alert


def show(
    ctx: typer.Context,
    alerts: AlertIds,
    map_: Annotated[
        Path | None,
        typer.Option("--map", help="A picture of where it happened (.png); needs Pillow."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Tell an alert's story: the readings that led to it, what the rule compared with what, what
    was kept quiet since, and what became of it: by whom, when, in which words.

    What was compared is found by telling the shipment's record again.
    """
    from tracker import wiring
    from tracker.wording import document

    if map_ is not None:
        named_as(map_, ".png", what="a picture (.png)")
        if len(alerts) > 1:
            raise UsageError("--map is of one alert", mend="name one")
    config, zone = load_config(ctx), session(ctx).zone
    with wiring.records(config) as records:

        def one(alert: str) -> None:
            found = records.alert(alert)
            if found is None:
                raise NotFound(
                    f"there is no alert {alert}", mend="`tracker alerts list` names them"
                )
            story = wiring.story(config, records, found)
            if as_json:
                render.json_line({**document(found), "story": story})
            else:
                if alert != alerts[0]:
                    render.say("")
                _show(found, story, zone, session(ctx).language)
            if map_ is not None:
                _draw(ctx, found, story, map_)

        each(alerts, one)


def _show(alert: Alert, story: Story, zone: ZoneInfo, language: str) -> None:
    render.alert_pairs(alert, zone, language)
    render.pairs(
        [
            ("lasted", _lasted(story)),
            ("note", story.note or None),
        ]
    )
    if story.readings:
        _show_readings(story, zone)
    if story.judgement is not None:
        render.say("")
        judgement = story.judgement
        render.say(f"{judgement.rule} raised it {input_of(judgement, zone)}:")
        comparisons(judgement, zone, language)
    kept_quiet(story.suppressed, zone)
    render.say("")
    render.table(
        ("RECORDED", "WHAT", "BY", "DETAIL"),
        (
            (render.moment(event.recorded_at, zone), event.type, event.by, event.detail)
            for event in story.events
        ),
        empty="no entries",
    )


def _lasted(story: Story) -> str:
    return f"{story.lasted_min:.0f} min, over {story.way_m / 1000:.1f} km"


def _show_readings(story: Story, zone: ZoneInfo) -> None:
    from tracker.map.sketch import Spot, sketch

    render.say("")
    render.table(
        ("", "TIME", "DEVICE", "POSITION", "OFF ROAD", "KM/H", "SEAL", "BATTERY", "ZONES"),
        (_row(number, one, zone) for number, one in enumerate(story.readings, start=1)),
        empty="",
    )
    spots = [
        Spot(one.lat, one.lon, _sign(number, one))
        for number, one in enumerate(story.readings, start=1)
        if one.lat is not None and one.lon is not None
    ]
    drawn = sketch(spots)
    if drawn is not None:
        render.say("")
        for line in drawn.lines:
            render.say(f"  {line}".rstrip())
        render.say(
            f"  {drawn.width_m / 1000:.1f} km across, {drawn.height_m / 1000:.1f} km high, north "
            "is up; # is evidence"
        )


def _row(number: int, one: Heard, zone: ZoneInfo) -> tuple[Any, ...]:
    late = " (late)" if one.late else ""
    return (
        f"{_sign(number, one)}{number}" if one.evidence else number,
        f"{render.moment(one.time, zone)}{late}",
        one.device,
        render.place(one.lat, one.lon),
        None if one.offset_m is None else f"{one.offset_m:.0f} m",
        one.speed_kmh,
        one.seal,
        None if one.battery_pct is None else f"{one.battery_pct:.0f} %",
        ", ".join(one.zones),
    )


def _sign(number: int, one: Heard) -> str:
    return "#" if one.evidence else str(number % 10)


def _draw(ctx: typer.Context, alert: Alert, story: Story, file: Path) -> None:
    """The shipment's map, looking at the readings of the story."""
    from msgspec.structs import replace

    from tracker import wiring
    from tracker.map.png import picture
    from tracker.map.scene import bounds_of

    if alert.shipment is None:
        raise UsageError(f"{alert.id} is no shipment's: there is no map", mend="leave --map out")
    scene = wiring.map_scene(
        load_config(ctx), session(ctx).zone, shipment=alert.shipment, warn=render.warn
    )
    places = [
        (one.lon, one.lat) for one in story.readings if one.lat is not None and one.lon is not None
    ]
    if (bounds := bounds_of(places)) is not None:
        west, south, east, north = bounds
        edge = max(east - west, north - south, LEAST_DEG) / 4
        scene = replace(scene, focus=(west - edge, south - edge, east + edge, north + edge))
    try:
        file.write_bytes(picture(scene))
    except OSError as error:
        raise UsageError(
            f"cannot be written: {error.strerror}", where=str(file), mend="name another file"
        ) from error


LEAST_DEG = 0.01
"""Some kilometre: a map of one place shows what lies around it."""
