"""What every command shares: the global options, the configuration, the common option types."""

from __future__ import annotations

import getpass
import os
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import typer

from tracker import config
from tracker.cli.shared import completing, entering
from tracker.config.sections import DisplaySection
from tracker.domain.errors import NotFound, TrackerError, UsageError
from tracker.domain.shipment import Moment, SealNumber

if TYPE_CHECKING:
    from tracker.app.people.entering import Entered
    from tracker.ports import Records, StoredShipment


class Session:
    """The global options. Raises UsageError for a zone that is none."""

    def __init__(self, config_file: Path | None, tz: str | None) -> None:
        self.config_file = config_file
        self._named = named_zone(tz) if tz else None
        self._config: config.Config | None = None

    def config(self, *, needed: bool = True) -> config.Config:
        """Read once. Raises UsageError, as `tracker.config.load` does."""
        if self._config is None or (needed and self._config.source is None):
            self._config = config.load(self.config_file, needed=needed)
        return self._config

    @cached_property
    def entered(self) -> Entered | None:
        """The user that $TRACKER_TOKEN is of. Raises Refused for a token that is not in force."""
        return entering.entered(self.config()) if os.environ.get(entering.TOKEN) else None

    def name_actor(self) -> None:
        """Whoever the token is of declares, unless --by says otherwise."""
        try:
            if self.entered is not None:
                os.environ[entering.ACTOR] = self.entered.viewer.name
        except TrackerError:
            return  # told by the command, if it needs the record

    @cached_property
    def zone(self) -> ZoneInfo:
        """In which people are shown times: that of --tz, of the configuration, of $TZ, else UTC."""
        if self._named is not None:
            return self._named
        try:
            configured = self.config(needed=False).display.timezone
        except UsageError:  # told by the command, if it needs the configuration
            configured = None
        if configured is not None:
            return ZoneInfo(configured)
        try:
            return ZoneInfo(os.environ.get("TZ") or "UTC")
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo("UTC")  # POSIX allows more in $TZ than zone names; times show theirs

    @cached_property
    def language(self) -> str:
        """In which people are told what happened: that of the configuration."""
        try:
            return self.config(needed=False).display.language
        except UsageError:  # told by the command, if it needs the configuration
            return DisplaySection().language


def session(ctx: typer.Context) -> Session:
    found = ctx.find_root().obj
    assert isinstance(found, Session)  # noqa: S101 - the root callback has set it
    return found


def load_config(ctx: typer.Context, *, needed: bool = True) -> config.Config:
    """The configuration that --config, the environment and the usual places give. Every command
    that touches the record begins here: where it is told a user, that one's role must allow it.
    """
    found = session(ctx).config(needed=needed)
    if (who := session(ctx).entered) is not None:
        entering.check(ctx, found, who)
    return found


def named_zone(named: str) -> ZoneInfo:
    """Raises UsageError for none of that name."""
    try:
        return ZoneInfo(named)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UsageError(
            f"no time zone {named!r}", where="--tz", mend="for instance America/Monterrey"
        ) from error


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
ShipmentId = Annotated[
    str,
    typer.Argument(metavar="ID", help="The shipment's id.", autocompletion=completing.shipments),
]
