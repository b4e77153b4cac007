"""`tracker alerts`: what needs somebody, who took it, how it ended."""

from __future__ import annotations

import typer

from tracker.cli.alerts.accept import accept
from tracker.cli.alerts.ack import ack
from tracker.cli.alerts.assign import assign
from tracker.cli.alerts.close import close
from tracker.cli.alerts.comment import comment
from tracker.cli.alerts.list import list_
from tracker.cli.alerts.show import show
from tracker.cli.alerts.snooze import snooze
from tracker.cli.alerts.watch import watch

app = typer.Typer(
    no_args_is_help=True,
    help="Alerts: list, show, follow, acknowledge, assign, comment, snooze, accept, close.",
)


app.command("list")(list_)
app.command()(show)
app.command()(watch)
app.command()(ack)
app.command()(assign)
app.command()(comment)
app.command()(snooze)
app.command()(accept)
app.command()(close)
