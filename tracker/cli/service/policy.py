"""`tracker policy`: every threshold in force, with its unit and where the number comes from."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli.service.advise import advise
from tracker.cli.shared import completing, render
from tracker.cli.shared.session import Json, load_config, parse_moment, session
from tracker.config import Config
from tracker.domain.errors import UsageError

if TYPE_CHECKING:
    from tracker.app.queries.policy_view import InForce

app = typer.Typer(invoke_without_command=True)


@app.callback()
def policy(
    ctx: typer.Context,
    shipment: Annotated[
        str | None,
        typer.Option(
            help="What holds for this shipment, and which layer decides it.",
            autocompletion=completing.shipments,
        ),
    ] = None,
    at: Annotated[
        datetime | None,
        typer.Option(parser=parse_moment, metavar="RFC3339", help="At this time; left out: now."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show every threshold in force: value, unit, default, source of the number.

    Below them: what the layers change. Later ones decide: [policy], profile, lane, crossing, hours,
    the shipment's own file. With --shipment: what holds for it, and what decides each.
    """
    if ctx.invoked_subcommand is not None:
        return
    if shipment is not None:
        _of_shipment(ctx, shipment, at, as_json=as_json)
        return
    if at is not None:
        raise UsageError("--at is of a shipment", mend="name it: --shipment ID")
    config = load_config(ctx, needed=False)
    render.documents(
        thresholds(config),
        as_json=as_json,
        columns=("THRESHOLD", "VALUE", "UNIT", "DEFAULT", "MEANING", "SOURCE"),
        row=lambda one: tuple(value for name, value in one.items() if name != "layers"),
        empty="",
    )
    if not as_json:
        render.say("")
        render.table(
            ("LAYER", "THRESHOLD", "VALUE", "UNIT", "SOURCE"), _layer_rows(config), empty=""
        )


app.command()(advise)


def thresholds(config: Config) -> list[dict[str, Any]]:
    from tracker.config.keys import keys

    return [
        {
            "name": key.name,
            "value": getattr(config.policy, key.name),
            "unit": key.unit,
            "default": key.default,
            "meaning": key.text,
            "source": key.source,
            "layers": _layers_of(config, key.name),
        }
        for key in keys("policy", type(config.policy)).values()
    ]


def _layers_of(config: Config, threshold: str) -> dict[str, float]:
    """The layers that change it, with what they make of it."""
    named = config.layers.named()
    return {layer: named[layer][threshold] for layer in named if threshold in named[layer]}


def _layer_rows(config: Config) -> list[tuple[Any, ...]]:
    from tracker.config.keys import keys
    from tracker.domain.layers import source

    known = keys("policy", type(config.policy))
    rows: list[tuple[Any, ...]] = []
    for layer, changes in config.layers.named().items():
        for name, value in changes.items():
            rows.append((layer, name, value, known[name].unit, source(layer, name, value)))
        if not changes:
            rows.append((layer, "none", None, "", "as [policy] says"))
    return rows


def _of_shipment(ctx: typer.Context, shipment: str, at: datetime | None, *, as_json: bool) -> None:
    from datetime import UTC

    from tracker import wiring
    from tracker.app.queries.policy_view import in_force

    config = load_config(ctx)
    with wiring.records(config) as records:
        found = in_force(records, wiring.geography(config), shipment, at or datetime.now(UTC))
    if not as_json:
        render.pairs(_head(found, ctx))
        render.say("")
    render.documents(
        found.thresholds,
        as_json=as_json,
        columns=("THRESHOLD", "VALUE", "UNIT", "FROM", "MEANING"),
        row=lambda one: (one.name, one.value, one.unit, one.origin, one.meaning),
        empty="",
    )


def _head(found: InForce, ctx: typer.Context) -> list[tuple[str, Any]]:
    zone = session(ctx).zone
    return [
        ("shipment", found.shipment),
        ("at", render.moment(found.at, zone)),
        ("profile", found.profile),
        ("leg", f"{found.leg + 1} of {found.legs}" if found.legs else None),
        ("lane", found.lane),
        ("crossing", found.crossing),
        ("hours", ", ".join(found.hours) or None),
        ("until", render.moment(found.until, zone) if found.until else None),
    ]
