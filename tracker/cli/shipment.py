"""`tracker shipment`: open, look at, declare, close."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import render
from tracker.cli.alerts import OPEN
from tracker.cli.session import (
    By,
    Json,
    ShipmentId,
    known_shipment,
    load_config,
    parse_moment,
    parse_number,
    session,
)
from tracker.domain.errors import UsageError
from tracker.domain.finding import FindingType

if TYPE_CHECKING:
    from tracker.config import Config
    from tracker.domain.command import Command
    from tracker.domain.finding import Finding

app = typer.Typer(no_args_is_help=True, help="Shipments: open, show, declare, close.")

Number = Annotated[str, typer.Option("--seal", help="The seal number read on the doors.")]
Zone = Annotated[str | None, typer.Option("--zone", help="Where: a zone's id.")]


@app.command("open")
def open_(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="JSON or TOML; - is stdin.")],
    by: By,
    as_json: Json = False,
) -> None:
    """Open the shipment that FILE describes: from now on its devices are watched."""
    from tracker import wiring
    from tracker.cli.shipment_file import read

    document, where = read(file)
    with wiring.desk(load_config(ctx)) as desk:
        try:
            shipment = desk.open(document, by=by)
        except UsageError as error:  # it names the place in the document, we the document
            raise UsageError(
                error.what, where=f"{where}: {error.where}", mend=error.mend
            ) from error
    _show(ctx, shipment.id, as_json=as_json)


@app.command()
def show(ctx: typer.Context, shipment: ShipmentId, as_json: Json = False) -> None:
    """Show one shipment: where it is, its seals, its custodian, its open alerts."""
    _show(ctx, shipment, as_json=as_json)


def _show(ctx: typer.Context, shipment: str, *, as_json: bool) -> None:
    from tracker import wiring
    from tracker.cli.overview import overview

    with wiring.records(load_config(ctx)) as records:
        found = overview(known_shipment(records, shipment), records)
        alerts = records.alerts(shipment=shipment, status=OPEN)
    if as_json:
        render.json_line(found)
    else:
        render.overview(found, alerts, session(ctx).zone)


@app.command("list")
def list_(
    ctx: typer.Context,
    open_: Annotated[bool, typer.Option("--open", help="Only those not closed.")] = False,
    as_json: Json = False,
) -> None:
    """List shipments, the newest last."""
    from tracker import wiring
    from tracker.cli.overview import overview

    zone = session(ctx).zone
    with wiring.records(load_config(ctx)) as records:
        found = [overview(stored, records) for stored in records.shipments(closed=not open_)]
    render.documents(
        found,
        as_json=as_json,
        columns=render.OVERVIEW_COLUMNS,
        row=lambda one: render.overview_row(one, zone),
        empty="no shipments",
    )


@app.command()
def handover(
    ctx: typer.Context,
    shipment: ShipmentId,
    to: Annotated[str, typer.Option(help="The custodian that receives.")],
    number: Number,
    by: By,
    from_: Annotated[
        str | None, typer.Option("--from", help="The custodian that releases.")
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="The receiver accepts, with its own reading.")
    ] = False,
    state: Annotated[str, typer.Option(help="The seal's state, as declared.")] = "sealed",
    zone: Zone = None,
    as_json: Json = False,
) -> None:
    """Hand custody over: the releaser declares (--from), then the receiver accepts (--accept).

    Exits with 1 if the receiver read another number: an alert is raised, custody does not pass.
    """
    from tracker import wiring
    from tracker.domain.command import AcceptCustody, OfferCustody

    if accept == (from_ is not None):
        raise UsageError(
            "a handover is either declared or accepted",
            mend="--from RELEASER declares it, --accept accepts it",
        )
    config = load_config(ctx)
    with wiring.desk(config) as desk:
        command: Command
        if from_ is None:
            command = AcceptCustody(at=desk.now(), by=by, receiver=to, number=number, zone=zone)
        else:
            command = OfferCustody(
                at=desk.now(),
                by=by,
                releaser=from_,
                receiver=to,
                number=number,
                state=state,
                zone=zone,
            )
        found = desk.submit(shipment, command)
        _hand_receipts(config, found)
    render.findings(found, session(ctx).zone, as_json=as_json)
    if accept and all(one.type is not FindingType.CUSTODY_ACCEPTED for one in found):
        render.warn(
            "custody has not passed: the numbers differ\n"
            "  -> both are recorded; if one was misread, accept anew with what the seal says"
        )
        raise typer.Exit(1)


@app.command()
def authorise(
    ctx: typer.Context,
    shipment: ShipmentId,
    zone: Annotated[str, typer.Option(help="Where it may be opened: a zone's id.")],
    agency: Annotated[str, typer.Option(help="Which agency may open it.")],
    by: By,
    credential: Annotated[str | None, typer.Option(help="With which card or key.")] = None,
    officer: Annotated[str | None, typer.Option(help="Which officer.")] = None,
    from_: Annotated[
        datetime | None,
        typer.Option("--from", parser=parse_moment, metavar="RFC3339", help="Not before."),
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(parser=parse_moment, metavar="RFC3339", help="Not after.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    as_json: Json = False,
) -> None:
    """Record leave to open the seal: where, who, when, why."""
    from tracker import wiring
    from tracker.domain.command import Authorise
    from tracker.domain.shipment import Authorisation

    leave = Authorisation(
        zone=zone,
        agency=agency,
        reason=reason,
        officer=officer,
        credential=credential,
        from_time=from_,
        until_time=until,
        recorded_by=by,
    )
    with wiring.desk(load_config(ctx)) as desk:
        found = desk.submit(shipment, Authorise(at=desk.now(), by=by, authorisation=leave))
    render.findings(found, session(ctx).zone, as_json=as_json)


@app.command()
def seal(
    ctx: typer.Context,
    shipment: ShipmentId,
    number: Annotated[
        str,
        typer.Option(parser=parse_number, metavar="NUMBER", help="The number now on the doors."),
    ],
    by: By,
    device: Annotated[str | None, typer.Option(help="The lock that carries it.")] = None,
    zone: Zone = None,
    officer: Annotated[str | None, typer.Option(help="The officer who resealed.")] = None,
    agency: Annotated[str | None, typer.Option(help="The officer's agency.")] = None,
    reason: Annotated[str, typer.Option(help="Why it was applied.")] = "",
    verified: Annotated[
        bool, typer.Option("--verified", help="View, Verify, Tug, Twist was done.")
    ] = False,
    incident: Annotated[
        bool, typer.Option("--incident", help="Signs off an opening or tampering; needs --reason.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Record that a seal was applied."""
    from tracker import wiring
    from tracker.domain.command import RecordSeal

    if incident and not reason.strip():
        raise UsageError(
            "--incident needs a reason", mend='--reason "what was inspected, and what was found"'
        )
    with wiring.desk(load_config(ctx)) as desk:
        command = RecordSeal(
            at=desk.now(),
            by=by,
            number=number,
            device=device,
            zone=zone,
            officer=officer,
            agency=agency,
            reason=reason,
            verified=verified,
            incident=incident,
        )
        found = desk.submit(shipment, command)
    render.findings(found, session(ctx).zone, as_json=as_json)


@app.command()
def close(
    ctx: typer.Context,
    shipment: ShipmentId,
    by: By,
    number: Annotated[
        str | None, typer.Option("--seal", help="The number the consignee read.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why, if it is not a plain delivery.")] = "",
    as_json: Json = False,
) -> None:
    """Close a shipment: delivered, or given up with a reason."""
    from tracker import wiring
    from tracker.domain.command import CloseShipment

    config = load_config(ctx)
    with wiring.desk(config) as desk:
        command = CloseShipment(at=desk.now(), by=by, number=number, reason=reason)
        found = desk.submit(shipment, command)
        _hand_receipts(config, found)
    render.findings(found, session(ctx).zone, as_json=as_json)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a shipment's file."""
    from tracker.cli.shipment_file import schema as document

    render.json_line(document())


def _hand_receipts(config: Config, found: list[Finding]) -> None:
    from tracker import wiring_log

    for path in wiring_log.hand_receipts(config, found):
        render.warn(f"receipt for the parties: {path}")
