"""`tracker alerts`: what needs somebody, who took it, how it ended."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import render
from tracker.cli.session import By, Json, known_shipment, load_config, session
from tracker.domain.alert import Alert, AlertStatus, Severity
from tracker.domain.errors import NotFound

if TYPE_CHECKING:
    from tracker.ports import Records

app = typer.Typer(no_args_is_help=True, help="Alerts: list, show, follow, acknowledge, close.")

AlertId = Annotated[str, typer.Argument(metavar="ALERT", help="The alert's id.")]
OfShipment = Annotated[str | None, typer.Option("--shipment", help="Only of this shipment.")]
WATCH_S = 0.5
"""How often `watch` looks. Half a second is soon enough for people and nothing for a database."""
OPEN = [status.value for status in AlertStatus if status is not AlertStatus.CLOSED]


@app.command("list")
def list_(
    ctx: typer.Context,
    shipment: OfShipment = None,
    status: Annotated[
        list[AlertStatus] | None, typer.Option(help="Only of this status; may be repeated.")
    ] = None,
    severity: Annotated[Severity | None, typer.Option(help="Only of this severity.")] = None,
    open_: Annotated[bool, typer.Option("--open", help="Only those not closed.")] = False,
    as_json: Json = False,
) -> None:
    """List alerts, the newest last."""
    from tracker import wiring

    wanted = [one.value for one in status or ()] or (OPEN if open_ else [])
    with wiring.records(load_config(ctx)) as records:
        if shipment is not None:
            known_shipment(records, shipment)
        found = records.alerts(shipment=shipment, status=wanted, severity=severity)
    render.alerts(found, session(ctx).zone, as_json=as_json)


@app.command()
def show(ctx: typer.Context, alert: AlertId, as_json: Json = False) -> None:
    """Show one alert in full, and what became of it: by whom, when, in which words."""
    from tracker import wiring

    zone = session(ctx).zone
    with wiring.records(load_config(ctx)) as records:
        found = records.alert(alert)
        if found is None:
            raise NotFound(f"there is no alert {alert}", mend="`tracker alerts list` names them")
        if as_json:
            render.json_line(found)
            return
        scope = found.shipment or f"device:{found.device}"
        entries = (
            (entry, render.said(entry.leaf, entry.disclosed))
            for entry in records.entries(scope=scope)
        )
        render.alert_pairs(found, zone)
        render.say("")
        render.table(
            ("RECORDED", "WHAT", "BY", "DETAIL"),
            (
                (render.moment(entry.recorded_at, zone), entry.type, said.by, said.detail)
                for entry, said in entries
                if said.alert == alert
            ),
            empty="no entries",
        )


@app.command()
def watch(
    ctx: typer.Context,
    shipment: OfShipment = None,
    as_json: Json = False,
) -> None:
    """Follow alerts as they are raised, change and close, until interrupted.

    Begins with the open ones.
    """
    from tracker import wiring

    zone = session(ctx).zone
    seen: dict[str, Alert] = {}
    with wiring.records(load_config(ctx)) as records:
        while True:
            for alert in changed(records, shipment, seen):
                if as_json:
                    render.json_line(alert)
                else:
                    render.alert_line(alert, zone)
            time.sleep(WATCH_S)


def changed(records: Records, shipment: str | None, seen: dict[str, Alert]) -> list[Alert]:
    """Alerts that are new or different since the last call; `seen` is brought up to date.

    Only the open ones are asked for, however long the history; one that is no longer among them
    has been closed. (Raised and closed between two calls: `alerts list` has it.)
    """
    now = {alert.id: alert for alert in records.alerts(shipment=shipment, status=OPEN)}
    gone = [records.alert(id_) for id_ in seen if id_ not in now]
    found = [alert for id_, alert in now.items() if seen.get(id_) != alert]
    seen.clear()
    seen.update(now)
    return [*found, *(alert for alert in gone if alert is not None)]


@app.command()
def ack(
    ctx: typer.Context,
    alert: AlertId,
    by: By,
    note: Annotated[str, typer.Option(help="What you are doing about it.")] = "",
    as_json: Json = False,
) -> None:
    """Acknowledge an alert: somebody acts on it, so it does not escalate."""
    from tracker import wiring
    from tracker.domain.command import AcknowledgeAlert

    with wiring.desk(load_config(ctx)) as desk:
        command = AcknowledgeAlert(at=desk.now(), by=by, alert=alert, note=note)
        found = desk.submit_alert(alert, command)
    render.findings(found, session(ctx).zone, as_json=as_json)


@app.command()
def close(
    ctx: typer.Context,
    alert: AlertId,
    by: By,
    reason: Annotated[str, typer.Option(help="What it was, and how it ended.")],
    as_json: Json = False,
) -> None:
    """Close an alert, with the reason that an auditor will read."""
    from tracker import wiring
    from tracker.domain.command import CloseAlert

    with wiring.desk(load_config(ctx)) as desk:
        command = CloseAlert(at=desk.now(), by=by, alert=alert, reason=reason)
        found = desk.submit_alert(alert, command)
    render.findings(found, session(ctx).zone, as_json=as_json)
