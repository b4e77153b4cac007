"""Many alerts at once: by ids, or by what they are, which is shown before anything is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from tracker.cli.alerts.shared import OPEN
from tracker.cli.shared import completing, render
from tracker.cli.shared.choice import each, period
from tracker.cli.shared.session import known_shipment, load_config, session
from tracker.domain.alert import Alert, AlertKind, Severity
from tracker.domain.errors import NotFound, UsageError

if TYPE_CHECKING:
    from tracker.app.commands import CommandHandler
    from tracker.domain.command import AnyCommand
    from tracker.domain.finding import Finding
    from tracker.ports import Records

MOST_SHOWN = 40
"""So many are named before somebody is asked; of more, the first."""
Ids = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[ALERT]...",
        help="The alert's id; several may be named. Or choose by the options below.",
        autocompletion=completing.open_alerts,
    ),
]
OfKind = Annotated[
    list[AlertKind] | None,
    typer.Option("--kind", help="All open ones of this kind; may be repeated."),
]
OfSeverity = Annotated[
    list[Severity] | None,
    typer.Option("--severity", help="All open ones of this severity; may be repeated."),
]
OfShipment = Annotated[
    str | None,
    typer.Option(
        "--shipment", help="All open ones of this shipment.", autocompletion=completing.shipments
    ),
]
OfCrossing = Annotated[
    str | None,
    typer.Option("--crossing", help="All open ones of shipments that cross there."),
]
OfDevice = Annotated[
    str | None,
    typer.Option(
        "--device", help="All open ones of this device.", autocompletion=completing.devices
    ),
]
RaisedSince = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="TIME",
        help="All open ones raised from then on: 2026-03-02T08:00, 24h ago.",
    ),
]
All = Annotated[bool, typer.Option("--all", help="All open ones.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before many are changed.")]


class Selection(NamedTuple):
    """Which open alerts: all that fit every one of these. all_: whatever they are."""

    kinds: Sequence[AlertKind] | None = None
    severities: Sequence[Severity] | None = None
    shipment: str | None = None
    crossing: str | None = None
    device: str | None = None
    since: str | None = None
    all_: bool = False


def act(
    ctx: typer.Context,
    ids: Sequence[str] | None,
    selection: Selection,
    make: Callable[[CommandHandler, str], AnyCommand],
    *,
    doing: str,
    yes: bool,
    as_json: bool,
    done: Callable[[CommandHandler, str, Sequence[Finding]], None] | None = None,
) -> None:
    """Give the command that `make` makes of each id. doing: "close", as it is asked about.
    done: called after each, with what came of it.
    """
    from tracker import wiring

    config = load_config(ctx)
    if ids and any(selection):
        raise UsageError(
            "alerts are named, and chosen too", mend="name ids, or choose by options, not both"
        )
    wanted = list(ids or ())
    if not wanted:
        with wiring.records(config) as records:
            chosen = _chosen(ctx, records, selection)
        if not yes:
            _ask(chosen, doing)
        wanted = [alert.id for alert in chosen]
    found: list[Finding] = []
    with wiring.commands(config) as commands:

        def one(alert: str) -> None:
            findings = commands.submit_alert(alert, make(commands, alert))
            found.extend(findings)
            if done is not None:
                done(commands, alert, findings)

        try:
            each(wanted, one)
        finally:
            if found:
                render.findings(found, session(ctx).zone, as_json=as_json)


def _chosen(ctx: typer.Context, records: Records, selection: Selection) -> list[Alert]:
    """Raises UsageError if nothing was chosen by, NotFound if nothing fits."""
    if not any(selection):
        raise UsageError(
            "which alerts?",
            mend="name ids, or choose: --kind, --severity, --shipment, --crossing, --device, "
            "--since, --all",
        )
    if selection.shipment is not None:
        known_shipment(records, selection.shipment)
    begin, _ = period(ctx, selection.since, None)
    found = records.alerts(
        shipment=selection.shipment,
        status=OPEN,
        kinds=[kind.value for kind in selection.kinds or ()],
        since=begin,
    )
    fits = _fits(records, selection)
    found = [alert for alert in found if fits(alert)]
    if not found:
        raise NotFound("no open alert fits", mend="tracker alerts list --open shows them")
    ids = {alert.id for alert in found}
    return [alert for alert in found if alert.part_of not in ids]  # parts follow


def _fits(records: Records, selection: Selection) -> Callable[[Alert], bool]:
    from tracker.domain.spelling import key_of

    key = None if selection.device is None else key_of(selection.device)
    crossings: dict[str | None, Any] = {None: None}

    def crossing(shipment: str | None) -> Any:
        if shipment not in crossings:
            crossings[shipment] = _crossing(records, shipment)
        return crossings[shipment]

    def fits(alert: Alert) -> bool:
        return (
            (not selection.severities or alert.severity in selection.severities)
            and (key is None or (alert.device is not None and key_of(alert.device) == key))
            and (selection.crossing is None or crossing(alert.shipment) == selection.crossing)
        )

    return fits


def _crossing(records: Records, shipment: str | None) -> str | None:
    import msgspec

    from tracker.domain.shipment import Shipment

    stored = None if shipment is None else records.shipment(shipment)
    if stored is None:
        return None
    return msgspec.json.decode(stored.document, type=Shipment).crossing


def _ask(chosen: Sequence[Alert], doing: str) -> None:
    """Show how many and which on stderr, and ask; ends the command unless the answer is yes."""
    counts = Counter((alert.severity, alert.kind) for alert in chosen)
    by_gravity = sorted(counts.items(), key=lambda item: (-item[0][0].rank, item[0][1]))
    kinds = ", ".join(f"{number} {severity} {kind}" for (severity, kind), number in by_gravity)
    typer.echo(f"{_number(chosen)}: {kinds}", err=True)
    for alert in chosen[:MOST_SHOWN]:
        whose = alert.shipment or f"(device {alert.device})"
        typer.echo(f"  {alert.id}  {alert.severity}  {alert.kind}  {whose}", err=True)
    if len(chosen) > MOST_SHOWN:
        typer.echo(f"  and {len(chosen) - MOST_SHOWN} more", err=True)
    typer.confirm(f"{doing.capitalize()} {_number(chosen)}?", abort=True, err=True)


def _number(chosen: Sequence[Alert]) -> str:
    return "1 open alert" if len(chosen) == 1 else f"{len(chosen)} open alerts"
