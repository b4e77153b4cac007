"""`tracker alerts ack --code`: acknowledge by the code that a message carried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import load_config, session
from tracker.domain.errors import Refused, UsageError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from tracker.domain.alert import Alert

OfMessage = Annotated[
    str | None,
    typer.Option(
        "--code",
        help="The code in a message: acknowledges what it tells of, as whom it was sent to.",
    ),
]


def by_code(ctx: typer.Context, code: str, note: str, *, named: bool, as_json: bool) -> None:
    """Whoever was told answers. named: alerts were named too. Raises UsageError if alerts or people
    were, Refused where everything is closed.
    """
    from tracker import wiring
    from tracker.app.notify.answering import acknowledge

    source = ctx.get_parameter_source("by")
    if named or (source is not None and source.name == "COMMANDLINE"):
        what = "what to acknowledge" if named else "--by"
        raise UsageError(
            f"a code says who answers of what, and {what} is named too",
            where="--code",
            mend="leave that out",
        )
    config, zone = load_config(ctx), session(ctx).zone
    with wiring.answers(config) as answers, wiring.commands(config) as commands:
        answer = answers.take(code, commands.now())
        outcome = acknowledge(commands, answer, note=note)
    if outcome.findings:
        render.findings(outcome.findings, zone, as_json=as_json)
    told = [_before(one, zone) for one in outcome.before]
    if not outcome.findings and any(one.closed_at is not None for one in outcome.before):
        raise Refused("; ".join(told), mend="nothing is left to be acknowledged with this code")
    for line in told:
        render.warn(line)


def _before(alert: Alert, zone: ZoneInfo) -> str:
    did, by, at = "acknowledged", alert.acknowledged_by, alert.acknowledged_at
    if alert.closed_at is not None:
        did, by, at = "closed", alert.closed_by, alert.closed_at
    when = "" if at is None else f" at {render.moment(at, zone)}"
    return f"{alert.id} was {did} before, by {by}{when}"
