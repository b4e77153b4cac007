"""`tracker witness`: cosign other people's logs, and see who attests to ours."""

from __future__ import annotations

import typer

from tracker.cli.witness.key import key
from tracker.cli.witness.serve import serve
from tracker.cli.witness.status import status

app = typer.Typer(
    no_args_is_help=True, help="Cosign other people's logs; see who attests to this one."
)


@app.callback()
def witness() -> None:
    """Cosign other people's logs; see who attests to this one."""


app.command()(key)
app.command()(serve)
app.command()(status)
