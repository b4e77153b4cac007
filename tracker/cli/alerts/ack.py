"""`tracker alerts ack`: acknowledge: somebody acts on it, so it does not escalate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.alerts import bulk
from tracker.cli.shared import render
from tracker.cli.shared.session import By, Json, load_config, session
from tracker.domain.errors import Refused, UsageError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from tracker.app.commands import CommandHandler
    from tracker.domain.alert import Alert
    from tracker.domain.command import AnyCommand
    from tracker.domain.finding import Finding


def ack(
    ctx: typer.Context,
    by: By,
    alerts: bulk.Ids = None,
    code: Annotated[
        str | None,
        typer.Option(
            help="The code in a message: acknowledges what it tells of, as whom it was sent to.",
        ),
    ] = None,
    note: Annotated[str, typer.Option(help="What you are doing about it.")] = "",
    kind: bulk.OfKind = None,
    severity: bulk.OfSeverity = None,
    shipment: bulk.OfShipment = None,
    crossing: bulk.OfCrossing = None,
    device: bulk.OfDevice = None,
    since: bulk.RaisedSince = None,
    all_: bulk.All = False,
    yes: bulk.Yes = False,
    as_json: Json = False,
) -> None:
    """Acknowledge an alert: somebody acts on it, so it does not escalate.

    The first who does is who acknowledged it. A later one is told so, and is on record beside.
    """
    if code is not None:
        _by_code(ctx, alerts, code, note, as_json=as_json)
        return
    from tracker.domain.codes import Code
    from tracker.domain.command import AcknowledgeAlert

    def make(commands: CommandHandler, alert: str) -> AnyCommand:
        return AcknowledgeAlert(at=commands.now(), by=by, alert=alert, note=note)

    def done(commands: CommandHandler, alert: str, findings: Sequence[Finding]) -> None:
        first = commands.journal.alert(alert)
        if first is None or first.acknowledged_at is None:
            return
        if any(one.code is Code.ALERT_ACKNOWLEDGED_BEFORE for one in findings):
            when = render.moment(first.acknowledged_at, session(ctx).zone)
            render.warn(
                f"{alert} was acknowledged before, by {first.acknowledged_by} at {when}\n"
                "  -> that stands; yours is on record beside it"
            )

    selection = bulk.Selection(kind, severity, shipment, crossing, device, since, all_)
    bulk.act(ctx, alerts, selection, make, doing="acknowledge", yes=yes, as_json=as_json, done=done)


def _by_code(
    ctx: typer.Context, alerts: list[str] | None, code: str, note: str, *, as_json: bool
) -> None:
    """Whoever was told answers. Raises Refused where others have done it before."""
    from tracker import wiring
    from tracker.app.notify.answering import acknowledge

    source = ctx.get_parameter_source("by")
    if alerts or (source is not None and source.name == "COMMANDLINE"):
        what = "--by" if not alerts else "an alert"
        raise UsageError(
            f"a code says who answers of what, and {what} is named too",
            where="--code",
            mend=f"leave {what} out",
        )
    config, zone = load_config(ctx), session(ctx).zone
    with wiring.answers(config) as answers, wiring.commands(config) as commands:
        answer = answers.take(code, commands.now())
        outcome = acknowledge(commands, answer, note=note)
    if outcome.findings:
        render.findings(outcome.findings, zone, as_json=as_json)
    others = [one for one in outcome.before if one.acknowledged_by != answer.contact]
    told = [_before(one, zone) for one in outcome.before]
    if others and not outcome.findings:
        raise Refused("; ".join(told), mend="nothing is left to be acknowledged with this code")
    for line in told:
        render.warn(line)


def _before(alert: Alert, zone: ZoneInfo) -> str:
    did, by, at = "acknowledged", alert.acknowledged_by, alert.acknowledged_at
    if alert.closed_at is not None:
        did, by, at = "closed", alert.closed_by, alert.closed_at
    when = "" if at is None else f" at {render.moment(at, zone)}"
    return f"{alert.id} was {did} already by {by}{when}"
