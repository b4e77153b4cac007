"""`tracker devices dialects`: list the languages that are understood."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from tracker.cli.shared import render
from tracker.cli.shared.session import Json

if TYPE_CHECKING:
    from devices.catalogue import Dialect


class Spoken(Struct, frozen=True, kw_only=True):
    """One dialect, as `devices dialects` shows it."""

    dialect: str
    about: str
    topics: tuple[str, ...]
    tcp: bool
    udp: bool
    explains: bool
    commands: dict[str, str]


def dialects(as_json: Json = False) -> None:
    """List the languages that are understood: topics, own connections, commands."""
    from devices import catalogue

    render.documents(
        [_spoken(one) for one in catalogue.dialects().values()],
        as_json=as_json,
        columns=("DIALECT", "TOPICS", "OVER", "COMMANDS", "ABOUT"),
        row=lambda one: (
            one.dialect,
            ", ".join(one.topics),
            ", ".join(("MQTT", *("TCP",) * one.tcp, *("UDP",) * one.udp)),
            ", ".join(one.commands),
            one.about,
        ),
        empty="none",
    )


def _spoken(dialect: Dialect) -> Spoken:
    return Spoken(
        dialect=dialect.name,
        about=dialect.about,
        topics=dialect.filters,
        tcp=dialect.session is not None,
        udp=dialect.datagram is not None,
        explains=dialect.explain is not None,
        commands={command.name: command.about for command in dialect.commands},
    )
