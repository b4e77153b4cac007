"""Who runs the command, where it is told a user: what the role may do, and of which shipments.

The token in $TRACKER_TOKEN says who: `tracker users token NAME` made it. Without one, whoever can
read the database does as he likes; this keeps honest people to their part on a machine that others
share, and names them in the log.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import typer

from tracker.domain.errors import NotFound, Refused

if TYPE_CHECKING:
    from tracker.app.people.entering import Entered
    from tracker.config import Config

TOKEN = "TRACKER_TOKEN"  # noqa: S105 - the name of a variable
ACTOR = "TRACKER_ACTOR"
SEE, AUDIT, ANSWER, DECLARE, SHARE = "see", "audit", "answer", "declare", "share"
RIGHTS = {
    "shipment": DECLARE,
    "shipment list": SEE,
    "shipment show": SEE,
    "shipment share": SHARE,
    "shipment shares": SHARE,
    "shipment unshare": SHARE,
    "alerts": ANSWER,
    "alerts list": SEE,
    "alerts show": SEE,
    "alerts watch": SEE,
    "explain": SEE,
    "zones list": SEE,
    "zones locate": SEE,
    "zones show": SEE,
    "zones versions": SEE,
    "devices list": SEE,
    "policy": SEE,
    "log": AUDIT,
    "audit": AUDIT,
    "seals list": AUDIT,
    "rejects": AUDIT,
    "seals": DECLARE,
}
"""By command, else by its group; what is not named here is for administrators."""
ADMINISTRATORS = "people"


def right_for(command: str) -> str:
    """command: as it is typed after `tracker`, such as "shipment open"."""
    return RIGHTS.get(command) or RIGHTS.get(command.partition(" ")[0], ADMINISTRATORS)


def entered(config: Config) -> Entered | None:
    """Who the token belongs to; None without one. Raises Refused for one that is not in force."""
    token = os.environ.get(TOKEN)
    if not token:
        return None
    from tracker import wiring

    with wiring.people(config) as kept:
        found = wiring.door(config, kept, wiring.system_clock()).by_token(token.strip())
    if found is None:
        mend = "tracker users token NAME makes a new one"
        raise Refused("the token is not in force", where=f"${TOKEN}", mend=mend)
    return found


def check(ctx: typer.Context, config: Config, who: Entered) -> None:
    """Raises Refused for what the role may not, NotFound for a shipment that it does not see."""
    from tracker.domain.access import Right

    command, viewer = " ".join(ctx.command_path.split()[1:]), who.viewer
    if not viewer.may(Right(right_for(command))):
        role = viewer.role.value if viewer.role else "reader"
        raise Refused(
            f"the role {role} does not give the right to {command}", where=f"${TOKEN}",
            mend="ask an administrator",
        )  # fmt: skip
    by = ctx.params.get("by")
    if by is not None and by != viewer.name:
        raise Refused(f"you are {viewer.name}, not {by}", where="--by", mend="leave it out")
    shipments = _shipments(config, ctx.params)
    if not viewer.sees_all:
        if not shipments:
            mend = "name a shipment of yours; the web application lists them"
            raise Refused(f"{command} is of all shipments, and you see some", mend=mend)
        _must_see(config, who, shipments)
    if viewer.recorded and shipments:
        from tracker import wiring

        with wiring.sharing(config) as sharing:
            for shipment in filter(None, shipments):
                sharing.has_read(who, shipment, command)


def _shipments(config: Config, params: dict[str, Any]) -> list[str]:
    """Those that the command names, itself or by an alert; "" for an alert that is of none."""
    found = [*_ids(params.get("shipment")), *_ids(params.get("shipments"))]
    ids = [*_ids(params.get("alert")), *_ids(params.get("alerts"))]
    if not ids:
        return found
    from tracker import wiring

    with wiring.records(config) as records:
        known = [alert for id_ in ids if (alert := records.alert(id_)) is not None]
    return found + [alert.shipment or "" for alert in known]


def _ids(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _must_see(config: Config, who: Entered, shipments: list[str]) -> None:
    import msgspec

    from tracker import wiring
    from tracker.domain.shipment import Shipment

    with wiring.records(config) as records:
        for shipment in shipments:
            stored = records.shipment(shipment)
            sees = stored is not None and who.viewer.sees(
                msgspec.json.decode(stored.document, type=Shipment)
            )
            if not sees:
                raise NotFound(f"there is no shipment {shipment}" if shipment else "not yours")
