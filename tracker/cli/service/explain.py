"""`tracker explain`: why there was an alert of a kind at a time, or why there was none."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.shared import completing, render
from tracker.cli.shared.choice import moment_of
from tracker.cli.shared.judged import comparisons, input_of, kept_quiet
from tracker.cli.shared.session import Json, load_config, session
from tracker.domain.alert import AlertKind

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from tracker.app.explain.told import WhyNot


def explain(
    ctx: typer.Context,
    shipment: Annotated[
        str,
        typer.Argument(
            metavar="SHIPMENT", help="The shipment's id.", autocompletion=completing.shipments
        ),
    ],
    kind: Annotated[AlertKind, typer.Option(help="The kind of alert.")],
    at: Annotated[
        str,
        typer.Option(
            "--at", metavar="TIME", help="When: 2026-03-02T08:00, 90m ago. Left out: now."
        ),
    ] = "0m",
    as_json: Json = False,
) -> None:
    """Say why an alert of a kind was raised, or why none was: which rule looked, what it saw, what
    kept it quiet.

    The record is told again up to then, by the zones in force then and the policy and rules of
    today; what had not been received by then is not known. `alerts show` tells an alert's story.
    """
    from tracker import wiring

    config, zone = load_config(ctx), session(ctx).zone
    moment = moment_of(at, zone, datetime.now(UTC), where="--at")
    with wiring.records(config) as records:
        found = wiring.why_not(config, records, shipment, kind, moment)
    if as_json:
        render.json_line(found)
        return
    _say(found, zone, session(ctx).language)


def _say(found: WhyNot, zone: ZoneInfo, language: str) -> None:
    from tracker.app.explain.told import Answer

    answers = {
        Answer.TOLD: f"yes: {', '.join(found.alerts)} was open",
        Answer.SETTLED: "no: it had been closed, and went on within the limits of that",
        Answer.QUIET: "no",
        Answer.NOT_LOOKED_AT: "no: nothing that such a rule looks at had been heard or declared",
    }
    render.pairs(
        [
            ("shipment", found.shipment),
            ("at", render.moment(found.at, zone)),
            ("alert", f"{found.kind}? {answers[found.answer]}"),
            ("heard later", _later(found.later)),
            ("note", found.note or None),
        ]
    )
    for judgement in found.judgements:
        render.say("")
        device = f" of {judgement.device}" if judgement.device else ""
        render.say(f"{judgement.rule}{device}, {input_of(judgement, zone)}:")
        comparisons(judgement, zone, language)
    kept_quiet(found.suppressed, zone)


def _later(count: int) -> str | None:
    if not count:
        return None
    return f"{count} readings of before then were received only after it"
