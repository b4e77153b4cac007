"""`tracker devices send`: tell a device something. It is in the custody log before it is sent."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli.shared import completing, render
from tracker.cli.shared.session import By, Json, load_config, session
from tracker.domain.errors import NotFound, ServiceUnreachable, UsageError

if TYPE_CHECKING:
    from devices.catalogue import Dialect
    from devices.wire import Command
    from tracker.config import Config

SECRET = frozenset({"password"})
"""Arguments that do not belong in a log."""
SERIALS = 0xFFFF
"""Serials of commands are 1 to this: JT/T 808 has 16 bits for them."""
REACHED = ("sent", "answered")


def send(
    ctx: typer.Context,
    device: Annotated[
        str, typer.Argument(metavar="DEVICE", help="Its id.", autocompletion=completing.devices)
    ],
    command: Annotated[
        str, typer.Argument(metavar="COMMAND", help="tracker devices dialects lists them.")
    ],
    by: By,
    argument: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="What the command needs; repeatable."),
    ] = None,
    dialect: Annotated[
        str | None, typer.Option(help="Its dialect; left out, the one it was heard in.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why; to unlock, it is needed.")] = "",
    wait: Annotated[
        float, typer.Option(min=0, help="Seconds to wait for what becomes of it.")
    ] = 10.0,
    as_json: Json = False,
) -> None:
    """Tell a device something, through the gateway that holds its connection.

    To unlock, an authorisation must be in force where the lock is (tracker shipment authorise).
    Exits with 1 if that is not so, or the device is not connected; with 3 if no gateway answers.
    """
    from tracker import wiring
    from tracker.domain.command import CommandResult, SendCommand

    config = load_config(ctx)
    speaks = _dialect(config, device, dialect)
    known, arguments = _command(speaks, command), _arguments(argument or ())
    serial = secrets.randbelow(SERIALS) + 1
    _check(speaks, known, device, arguments, serial)
    order = f"{device}-{secrets.token_hex(6)}"
    who: dict[str, Any] = {"by": by, "device": device, "name": command, "order": order}
    last: Any = None
    with wiring.commands(config) as commands, wiring.caller(config, speaks.name, device) as caller:
        shown = {name: "***" if name in SECRET else value for name, value in arguments.items()}
        commands.submit_device(
            SendCommand(
                at=commands.now(),
                dialect=speaks.name,
                arguments=shown,
                reason=reason,
                unlocks=known.unlocks,
                **who,
            )
        )
        for last in caller.order(order, serial, command, arguments, wait):
            _tell(last, ctx, as_json=as_json)
        status, detail = (last.status, last.detail) if last else ("unheard", "no gateway answered")
        commands.submit_device(
            CommandResult(at=commands.now(), status=status, detail=detail, **who)
        )
    if last is None:
        raise ServiceUnreachable(
            f"no gateway answered within {wait:g} s; the command is in the log as unheard",
            where=device,
            mend="run `tracker gateway` on the same broker",
        )
    if last.status not in REACHED:
        raise typer.Exit(1)


def _dialect(config: Config, device: str, named: str | None) -> Dialect:
    from devices import catalogue
    from tracker import wiring

    if named is None:
        with wiring.records(config) as records:
            named = next((one.dialect for one in records.devices() if one.device == device), None)
    if named is None:
        raise NotFound(f"no device {device!r} has been heard", mend="say what it speaks: --dialect")
    speaks = catalogue.dialects().get(named)
    taking = [one.name for one in catalogue.dialects().values() if one.command is not None]
    if speaks is None or speaks.command is None:
        raise NotFound(f"{named} takes no commands", mend=f"those that do: {', '.join(taking)}")
    return speaks


def _command(dialect: Dialect, name: str) -> Command:
    for command in dialect.commands:
        if command.name == name:
            return command
    known = "; ".join(f"{one.name} ({one.about})" for one in dialect.commands)
    raise NotFound(f"{dialect.name} has no command {name!r}", mend=f"known: {known or 'none'}")


def _arguments(said: list[str] | tuple[()]) -> dict[str, str]:
    found = {}
    for text in said:
        name, equals, value = text.partition("=")
        if not name or not equals:
            raise UsageError(f"{text!r} is no argument", where="--argument", mend="NAME=VALUE")
        found[name] = value
    return found


def _check(
    dialect: Dialect, command: Command, device: str, arguments: dict[str, str], serial: int
) -> None:
    """UsageError for what the dialect would not send, before anything is recorded."""
    assert dialect.command is not None  # noqa: S101 - chosen so
    try:
        dialect.command(device, command.name, arguments, serial)
    except ValueError as error:
        takes = "; ".join(f"{name}=... ({about})" for name, about in command.arguments.items())
        raise UsageError(
            str(error), where=f"{dialect.name} {command.name}", mend=takes or "it takes no argument"
        ) from error


def _tell(result: Any, ctx: typer.Context, *, as_json: bool) -> None:
    if as_json:
        render.json_line(result)
        return
    answer = f": {result.payload}" if result.payload else ""
    when = render.moment(result.at, session(ctx).zone)
    render.say(f"{when}  {result.device}  {result.status}  {result.detail}{answer}")
