"""What the commands of `tracker alerts` share."""

from __future__ import annotations

from typing import Annotated

import typer

from sealproof.wording.en.parts import VERDICTS
from tracker.cli.shared import completing
from tracker.domain.alert import AlertStatus, Verdict
from tracker.domain.errors import UsageError

AlertIds = Annotated[
    list[str],
    typer.Argument(
        metavar="ALERT...",
        help="The alert's id; several may be named.",
        autocompletion=completing.alerts,
    ),
]
OpenAlertIds = Annotated[
    list[str],
    typer.Argument(
        metavar="ALERT...",
        help="The alert's id; several may be named.",
        autocompletion=completing.open_alerts,
    ),
]
OfShipment = Annotated[
    str | None,
    typer.Option("--shipment", help="Only of this shipment.", autocompletion=completing.shipments),
]


def parse_verdict(text: str) -> Verdict:
    try:
        return Verdict(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is none of {', '.join(Verdict)}") from None


def needed(verdict: Verdict | None, command: str) -> Verdict:
    """Raises UsageError without one."""
    if verdict is None:
        raise UsageError(
            "nobody said whether the alert was true",
            where="--as",
            mend=f"tracker alerts {command} ... --as VERDICT, one of "
            + ", ".join(f"{one} ({VERDICTS[one].removeprefix('false, ')})" for one in Verdict),
        )
    return verdict


As = Annotated[
    Verdict | None,
    typer.Option(
        "--as",
        parser=parse_verdict,
        metavar="VERDICT",
        help=f"What it turned out to be: {', '.join(Verdict)}.",
        autocompletion=completing.verdicts,
    ),
]

OPEN = [status.value for status in AlertStatus if status is not AlertStatus.CLOSED]
