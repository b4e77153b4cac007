"""`tracker users token | tokens | revoke`: tokens for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer
from msgspec import Struct

from tracker.cli.shared import render
from tracker.cli.shared.output import exact
from tracker.cli.shared.session import By, Json, load_config, session
from tracker.cli.users.shared import Name


class TokenView(Struct, frozen=True, kw_only=True):
    """`tracker users tokens --json`: these are its stable names. Tokens themselves are not kept."""

    id: str
    user: str
    label: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


def token(
    ctx: typer.Context,
    name: Name,
    by: By,
    label: Annotated[str, typer.Option(help="What it is for.")] = "",
    days: Annotated[float | None, typer.Option(help="It ends after so many days.")] = None,
) -> None:
    """Make a token for a program that acts as this user. It is printed this once."""
    from tracker import wiring

    with wiring.accounts(load_config(ctx)) as accounts:
        secret = accounts.new_token(name, label, by=by, days=days)
    exact(secret + "\n")


def tokens(ctx: typer.Context, as_json: Json = False) -> None:
    """List tokens, without the tokens themselves."""
    from tracker import wiring

    zone = session(ctx).zone
    with wiring.people(load_config(ctx)) as people:
        listed = [
            TokenView(
                id=kept.id,
                user=kept.user,
                label=kept.label,
                created_at=kept.created_at,
                expires_at=kept.expires_at,
                revoked_at=kept.revoked_at,
            )
            for kept in people.tokens()
        ]
    render.documents(
        listed,
        as_json=as_json,
        columns=("ID", "USER", "FOR", "SINCE", "ENDS", "REVOKED"),
        row=lambda kept: (
            kept.id,
            kept.user,
            kept.label,
            render.moment(kept.created_at, zone),
            render.moment(kept.expires_at, zone) if kept.expires_at else "",
            render.moment(kept.revoked_at, zone) if kept.revoked_at else "",
        ),
        empty="no tokens",
    )


def revoke(
    ctx: typer.Context,
    id_: Annotated[str, typer.Argument(metavar="ID", help="The token's id.")],
    by: By,
) -> None:
    """Take a token back: it serves nobody from now on."""
    from tracker import wiring

    with wiring.accounts(load_config(ctx)) as accounts:
        accounts.revoke_token(id_, by=by)
    render.warn(f"token {id_} is revoked")
