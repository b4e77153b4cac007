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

from tracker.cli.offered import Commands
from tracker.domain.errors import TrackerError

app = typer.Typer(
    name="tracker",
    cls=Commands,
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
    from tracker.cli.shared.session import Session

    ctx.obj = Session(config, tz)
    ctx.obj.name_actor()


def main(arguments: list[str] | None = None) -> None:
    """Run one command and leave with its exit code."""
    from tracker.cli.shared.encoding import bear_any_encoding

    bear_any_encoding()
    try:
        try:
            app(args=arguments, prog_name="tracker")
        except TrackerError as error:
            from tracker.cli.shared import render

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
