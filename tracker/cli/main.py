"""`tracker`: the commands, the global options, and the one place where errors end.

Exit codes: 0 well; 1 a finding (a faulty file, a refusal); 2 usage or configuration; 3 a service
out of reach; 130 interrupted. Heavy imports happen inside the commands, so that help is quick.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from tracker.cli import (
    alerts,
    audit,
    devices,
    key,
    log,
    notify,
    privacy,
    rejects,
    seals,
    shipment,
    witness,
    zones,
)
from tracker.cli.demo.demo import demo
from tracker.cli.service import policy
from tracker.cli.service.asyncapi import asyncapi
from tracker.cli.service.doctor import doctor
from tracker.cli.service.explain import explain
from tracker.cli.service.gateway import gateway
from tracker.cli.service.init import init
from tracker.cli.service.run import run
from tracker.cli.service.watchdog import watchdog
from tracker.cli.service.worker import worker
from tracker.cli.shared import render
from tracker.cli.shared.output import bear_any_encoding
from tracker.cli.shared.session import Session
from tracker.cli.simulation.replay import replay
from tracker.cli.simulation.simulate import simulate
from tracker.domain.errors import TrackerError

app = typer.Typer(
    name="tracker",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # its dump of local variables could show a password
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"tracker {version('seal-tracker')}")
        raise typer.Exit


@app.callback()
def tracker(
    ctx: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(help="The configuration; else $TRACKER_CONFIG, ./tracker.toml, the user's."),
    ] = None,
    tz: Annotated[
        str | None, typer.Option(help="Show times in this zone; else [display] timezone, $TZ, UTC.")
    ] = None,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Electronic-seal traceability in transit: where the truck is, how its seal is, who has it."""
    ctx.obj = Session(config, tz)


app.command()(init)
app.command()(doctor)
app.command()(run)
app.command(hidden=True)(worker)
app.command()(watchdog)
app.command()(gateway)
app.command()(demo)
app.command()(simulate)
app.command()(replay)
app.add_typer(policy.app, name="policy")
app.command()(explain)
app.command()(asyncapi)
app.add_typer(shipment.app, name="shipment")
app.add_typer(alerts.app, name="alerts")
app.add_typer(notify.app, name="notify")
app.add_typer(log.app, name="log")
app.add_typer(key.app, name="key")
app.add_typer(witness.app, name="witness")
app.add_typer(audit.app, name="audit")
app.add_typer(seals.app, name="seals")
app.add_typer(zones.app, name="zones")
app.add_typer(devices.app, name="devices")
app.add_typer(rejects.app, name="rejects")
app.add_typer(privacy.app, name="privacy")


def main(arguments: list[str] | None = None) -> None:
    """Run one command and leave with its exit code."""
    bear_any_encoding()
    try:
        try:
            app(args=arguments, prog_name="tracker")
        except TrackerError as error:
            render.fault(error)
            sys.exit(error.exit_code)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read us has enough. Python would complain once more when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


if __name__ == "__main__":
    main()
