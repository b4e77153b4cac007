"""`tracker audit seals`: audit the inventory of seals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from tracker.cli.shared.session import Json, load_config

if TYPE_CHECKING:
    pass
from tracker.cli.audit.shared import _tell


def seals(ctx: typer.Context, as_json: Json = False) -> None:
    """Audit the inventory of seals: issued = used + void + on hand, each number once.

    Exits with 1 if anything is unaccounted for.
    """
    from datetime import UTC, datetime

    from tracker import wiring
    from tracker.audit.seals import audit_seals

    config = load_config(ctx)
    with wiring.records(config) as records:
        found = audit_seals(records, config.policy, datetime.now(UTC))
    _tell(ctx, found, as_json=as_json)
