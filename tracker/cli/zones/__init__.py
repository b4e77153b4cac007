"""`tracker zones`: the places that are known, and what is where."""

from __future__ import annotations

import typer

from tracker.cli.zones.check import check
from tracker.cli.zones.export import export
from tracker.cli.zones.import_ import import_
from tracker.cli.zones.list import list_
from tracker.cli.zones.locate import locate
from tracker.cli.zones.show import show
from tracker.cli.zones.versions import versions

app = typer.Typer(no_args_is_help=True, help="Zones and corridors: list, check, import, locate.")


app.command()(check)
app.command("import")(import_)
app.command()(export)
app.command()(versions)
app.command()(show)
app.command("list")(list_)
app.command(context_settings={"ignore_unknown_options": True})(locate)
