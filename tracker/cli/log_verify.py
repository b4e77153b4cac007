"""`tracker log verify`: is the custody log what it claims to be, and how much is proved of it?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tracker.cli import render
from tracker.cli.session import Json, load_config
from tracker.domain.errors import UsageError


def verify(
    ctx: typer.Context,
    since: Annotated[
        Path | None,
        typer.Option(metavar="CHECKPOINT", help="A checkpoint, or receipt, that you kept."),
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Whose signatures count (docs/evidence.md).")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check the custody log from its stored bytes, and say how much is proved.

    CONSISTENT: it agrees with itself. ANCHORED: and with what is held outside. WITNESSED: and with
    a quorum of the policy's witnesses. BROKEN: it does not; the first fault comes first (exits
    with 1).
    """
    from tracker import wiring_log
    from tracker.verify.errors import ProofError
    from tracker.verify.trust import Trust, read_kept, read_trust

    config = load_config(ctx)
    try:
        trust = read_trust(policy) if policy else Trust()
        kept = read_kept(since).note if since else None
    except (ProofError, OSError) as error:
        where = str(getattr(error, "filename", None) or policy or since)
        raise UsageError(f"cannot be used: {error}", where=where) from error
    with render.progress("entries checked", as_json=as_json) as progress:
        verdict = wiring_log.check(config, trust=trust, kept=kept, progress=progress)
    if as_json:
        render.json_line(verdict.as_json())
    else:
        for line in verdict.lines():
            render.say(line)
    if verdict.exit_code:
        raise typer.Exit(verdict.exit_code)
