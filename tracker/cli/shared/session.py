"""What every command shares: the global options, the configuration, the common option types."""

from __future__ import annotations

import getpass
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import typer

from tracker import config
from tracker.domain.errors import NotFound, UsageError
from tracker.domain.shipment import Moment, SealNumber

if TYPE_CHECKING:
    from tracker.ports import Records, StoredShipment


@dataclass(frozen=True, slots=True)
class Session:
    """The global options. `zone` is the time zone in which people are shown times."""

    config_file: Path | None
    zone: ZoneInfo


def session(ctx: typer.Context) -> Session:
    found = ctx.find_root().obj
    assert isinstance(found, Session)  # noqa: S101 - the root callback has set it
    return found


def load_config(ctx: typer.Context, *, needed: bool = True) -> config.Config:
    """The configuration that --config, the environment and the usual places give."""
    return config.load(session(ctx).config_file, needed=needed)


def time_zone(named: str | None) -> ZoneInfo:
    """The zone of --tz (raises UsageError if unknown), else of $TZ if that names one, else UTC."""
    if named:
        try:
            return ZoneInfo(named)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise UsageError(
                f"no time zone {named!r}", where="--tz", mend="for instance America/Monterrey"
            ) from error
    try:
        return ZoneInfo(os.environ.get("TZ") or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")  # POSIX allows more in $TZ than zone names; times show theirs


def parse_moment(text: str) -> datetime:
    try:
        return msgspec.convert(text, Moment)
    except msgspec.ValidationError:
        reason = f"{text!r} is not RFC 3339 with a zone, such as 2025-03-01T08:00:00-06:00"
        raise typer.BadParameter(reason) from None


def parse_number(text: str) -> str:
    try:
        return msgspec.convert(text, SealNumber)
    except msgspec.ValidationError:
        reason = f"{text!r} is no seal number: 1 to 21 letters, digits or '-', not all zeros"
        raise typer.BadParameter(reason) from None


def known_shipment(records: Records, shipment: str) -> StoredShipment:
    """Raises NotFound: a mistyped id must not read as a shipment of which there is nothing."""
    stored = records.shipment(shipment)
    if stored is None:
        raise NotFound(
            f"there is no shipment {shipment}", mend="`tracker shipment list` names them"
        )
    return stored


Json = Annotated[bool, typer.Option("--json", help="One JSON document a line (docs/json.md).")]
By = Annotated[
    str,
    typer.Option(
        "--by",
        envvar="TRACKER_ACTOR",
        default_factory=getpass.getuser,
        show_default="the user of this computer",
        help="Who declares it.",
    ),
]
ShipmentId = Annotated[str, typer.Argument(metavar="ID", help="The shipment's id.")]
