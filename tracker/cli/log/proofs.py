"""`tracker log checkpoint`, `prove` and `entry`: what an outsider is given of the log."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import Json, load_config, session
from tracker.domain.errors import NotFound, UsageError

if TYPE_CHECKING:
    from tracker.ports import EntryRow, Records

_NUMBER = re.compile(r"[0-9]{1,18}")
"""What a database's integer holds."""
EntryName = Annotated[
    str, typer.Argument(metavar="ENTRY", help="Its index, or its id: SHIPMENT#NUMBER.")
]


def checkpoint(
    ctx: typer.Context,
    release: Annotated[
        bool, typer.Option("--release/--newest", help="Sign what is new first, or show the last.")
    ] = True,
    as_json: Json = False,
) -> None:
    """Print the log's newest signed checkpoint: give it to whoever may doubt the log later.

    With it, `tracker log verify --since FILE` shows that nothing before it was changed.
    """
    from tracker import wiring

    found = wiring.checkpoint(load_config(ctx), release=release)
    if found is None:
        raise NotFound("no checkpoint was released yet", mend="without --newest one is made")
    if as_json:
        render.json_line({**msgspec.structs.asdict(found), "note": found.note.decode()})
        return
    sys.stdout.write(found.note.decode())


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

    config = load_config(ctx)
    with wiring.records(config) as records:
        wiring.checkpoint(config, release=True)
        proof = str(receipt(records, _find(records, entry).index))
    if output is None:
        sys.stdout.write(proof)
    else:
        try:
            output.write_text(proof, encoding="utf-8")
        except OSError as error:
            raise UsageError(
                f"cannot be written: {error.strerror}", where=str(output), mend="name another file"
            ) from error
        render.say(f"wrote {output}")


def entry(ctx: typer.Context, entry: EntryName, as_json: Json = False) -> None:
    """Show one entry whole: what it says, who is behind it, its hashes."""
    from sealproof.merkle import leaf_hash
    from tracker import wiring
    from tracker.log.document import read

    with wiring.records(load_config(ctx)) as records:
        found = _find(records, entry)
    if as_json:
        render.json_line(document(found))
        return
    said, zone = read(found.leaf), session(ctx).zone
    payload = said.payload
    render.pairs(
        (
            ("index", found.index),
            ("id", said.id),
            ("type", said.type),
            ("occurred", render.moment(found.occurred_at, zone)),
            ("recorded", render.moment(found.recorded_at, zone)),
            ("device", payload.device),
            ("zone", payload.zone),
            ("detail", payload.detail),
            *((f"fact {name}", fact) for name, fact in payload.facts.items() if fact is not None),
            *((place, found.disclosed.get(place, "erased")) for place in said.commitments),
            ("readings bound", said.heard.count if said.heard else None),
            ("leaf hash", leaf_hash(found.leaf).hex()),
            ("follows", said.prev),
        )
    )


def document(entry: EntryRow) -> dict[str, Any]:
    """An entry as --json prints it; `disclosed`: what its commitments hide, unless erased."""
    fields = msgspec.structs.asdict(entry)
    del fields["secrets"]
    return {**fields, "leaf": msgspec.Raw(entry.leaf), "disclosed": entry.disclosed}


def _find(records: Records, name: str) -> EntryRow:
    """Raises NotFound."""
    scope, _, seq = name.rpartition("#")
    if _NUMBER.fullmatch(name):
        found = next(records.entries(after=int(name) - 1, limit=1), None)
        if found is not None and found.index == int(name):
            return found
    elif scope and _NUMBER.fullmatch(seq):
        for one in records.entries(scope=scope):
            if one.seq == int(seq):
                return one
    raise NotFound(
        f"there is no entry {name}", mend="name its INDEX in `tracker log show`, or SCOPE#SEQ"
    )
