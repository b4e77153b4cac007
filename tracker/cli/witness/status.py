"""`tracker witness status`: how much of this log each outsider has attested to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer
from msgspec import Struct

from tracker.cli.shared import render
from tracker.cli.shared.session import Json, load_config, session

if TYPE_CHECKING:
    from tracker.config import Config


class Attested(Struct, frozen=True, kw_only=True):
    """How far one outsider's word reaches: `size` None if there is none yet."""

    kind: str
    name: str
    url: str
    size: int | None
    at: datetime | None
    behind: int


def status(ctx: typer.Context, as_json: Json = False) -> None:
    """Show how much of this log each witness and time-stamping authority has attested to."""
    zone = session(ctx).zone
    render.documents(
        _attested(load_config(ctx)),
        as_json=as_json,
        columns=("KIND", "NAME", "ENTRIES", "AT", "BEHIND", "URL"),
        row=lambda one: (
            *(one.kind, one.name, one.size, render.moment(one.at, zone), one.behind, one.url),
        ),
        empty="nobody is asked: see [witness] and [timestamp] in the configuration",
    )


def _attested(config: Config) -> Iterator[Attested]:
    from tracker import wiring

    asked = wiring.attestors(config)
    if not asked:
        return
    with wiring.records(config) as records:
        size = records.head().size
        newest: dict[tuple[str, str], Any] = {
            (one.kind, one.name): one for one in records.attestations()
        }
    for attestor, _ in asked:
        last = newest.get((attestor.kind, attestor.name))
        yield Attested(
            kind=attestor.kind,
            name=attestor.name,
            url=attestor.url,
            size=last.size if last else None,
            at=last.at if last else None,
            behind=size - (last.size if last else 0),
        )
