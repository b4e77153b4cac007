"""`tracker log prove`: a receipt of one entry."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tracker.cli.log.shared import EntryName, find_entry
from tracker.cli.shared import render
from tracker.cli.shared.naming import named_as
from tracker.cli.shared.session import load_config
from tracker.domain.errors import UsageError


def prove(
    ctx: typer.Context,
    entry: EntryName,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it there.")
    ] = None,
) -> None:
    """Print a receipt of one entry (.tlog-proof): its leaf, its path, the signed checkpoint.

    Whoever has it can prove that the entry was in the log: `tracker-verify FILE --policy POLICY`.
    """
    from tracker import wiring
    from tracker.app.trust.receipts import receipt

    if output is not None:
        named_as(output, ".tlog-proof", ".txt", what="a receipt (.tlog-proof)")
    config = load_config(ctx)
    with wiring.records(config) as records:
        wiring.checkpoint(config, release=True)
        proof = str(receipt(records, find_entry(records, entry).index))
    if output is None:
        render.exact(proof)
    else:
        try:
            output.write_text(proof, encoding="utf-8")
        except OSError as error:
            raise UsageError(
                f"cannot be written: {error.strerror}", where=str(output), mend="name another file"
            ) from error
        render.say(f"wrote {output}")
