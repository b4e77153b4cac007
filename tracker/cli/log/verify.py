"""`tracker log verify`: is the custody log what it claims to be, and how much is proved of it?"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import Json, load_config
from tracker.domain.errors import UsageError


class Required(enum.StrEnum):
    """The grades that can be asked for (sealproof.grades)."""

    CONSISTENT = "CONSISTENT"
    ANCHORED = "ANCHORED"
    WITNESSED = "WITNESSED"


def verify(
    ctx: typer.Context,
    since: Annotated[
        Path | None,
        typer.Option(metavar="CHECKPOINT", help="A checkpoint, or receipt, that you kept."),
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Whose signatures count (docs/evidence.md).")
    ] = None,
    require: Annotated[
        Required,
        typer.Option(help="Less, or a time that others contradict, exits with 1."),
    ] = Required.CONSISTENT,
    as_json: Json = False,
) -> None:
    """Check the custody log from its stored bytes, and say how much is proved.

    CONSISTENT: it agrees with itself. ANCHORED: and with what is held outside. WITNESSED: and with
    a quorum of the policy's witnesses. BROKEN: it does not; the first fault comes first. Exits
    with 1 if it is BROKEN, less than --require, or says a time that others contradict.
    """
    from sealproof.grades import Grade
    from sealproof.trust import Trust, read_kept, read_trust
    from tracker import wiring

    config = load_config(ctx)
    with _readable(policy, "`tracker key show` prints its log lines; see docs/evidence.md"):
        trust = read_trust(policy) if policy else Trust()
    with _readable(since, "give what `tracker log checkpoint` printed then, or a receipt"):
        kept = read_kept(since).note if since else None
    with render.progress("entries checked", as_json=as_json) as progress:
        verdict = wiring.check_log(config, trust=trust, kept=kept, progress=progress)
    if as_json:
        render.json_line(verdict.as_json())
    else:
        for line in verdict.lines():
            render.say(line)
    if verdict.exit_code_for(Grade[require.name]):
        raise typer.Exit(1)


@contextmanager
def _readable(file: Path | None, mend: str) -> Iterator[None]:
    """Raises UsageError for a file that is not there, or is not what it should be."""
    from sealproof.errors import ProofError

    try:
        yield
    except OSError as error:
        where = str(error.filename or file)
        raise UsageError(f"cannot be read: {error.strerror}", where=where, mend=mend) from error
    except ProofError as error:
        raise UsageError(str(error), where=str(file), mend=mend) from error
