"""`tracker users list`: who may use the web application."""

from __future__ import annotations

from datetime import datetime

import typer
from msgspec import Struct

from tracker.cli.shared import render
from tracker.cli.shared.session import Json, load_config, session
from tracker.domain.access import Role
from tracker.ports.people import User


class UserView(Struct, frozen=True, kw_only=True):
    """`tracker users list --json`: these are its stable names."""

    name: str
    role: Role
    carrier: str | None
    language: str | None
    time_zone: str | None
    created_at: datetime
    disabled_at: datetime | None
    password: bool


def user_view(user: User) -> UserView:
    return UserView(
        name=user.name,
        role=user.role,
        carrier=user.carrier,
        language=user.language,
        time_zone=user.time_zone,
        created_at=user.created_at,
        disabled_at=user.disabled_at,
        password=user.password is not None,
    )


def list_(ctx: typer.Context, as_json: Json = False) -> None:
    """List users."""
    from tracker import wiring

    zone = session(ctx).zone
    with wiring.people(load_config(ctx)) as people:
        users = [user_view(user) for user in people.users()]
    render.documents(
        users,
        as_json=as_json,
        columns=("NAME", "ROLE", "CARRIER", "SINCE", "DISABLED"),
        row=lambda user: (
            user.name,
            user.role,
            user.carrier or "",
            render.moment(user.created_at, zone),
            render.moment(user.disabled_at, zone) if user.disabled_at else "",
        ),
        empty="no users; `tracker users add NAME --role administrator` makes the first",
    )
