"""`tracker log export`: everything that proves one shipment's record, for a stranger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from tracker.cli import render
from tracker.cli.session import By, ShipmentId, known_shipment, load_config
from tracker.domain.errors import Refused, TrackerError, UsageError

if TYPE_CHECKING:
    from tracker.attesting import Kept
    from tracker.config import Config
    from tracker.ports import Records


def export(
    ctx: typer.Context,
    shipment: ShipmentId,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The bundle (.zip).")
    ],
    by: By,
    disclose: Annotated[
        bool, typer.Option("--disclose", help="With the names of people, unless erased.")
    ] = False,
    readings: Annotated[
        bool, typer.Option("--readings/--no-readings", help="With the raw telemetry, or without.")
    ] = True,
    since: Annotated[
        list[Path] | None,
        typer.Option(metavar="CHECKPOINT", help="One that its reader kept, or a receipt."),
    ] = None,
) -> None:
    """Write a shipment's evidence bundle: `tracker-verify FILE --policy POLICY` checks it offline.

    An entry that states how many there are is recorded first, unless the last one does; the log is
    signed; witnesses and time-stamping authorities are asked for their word on it.
    """
    from tracker import wiring, wiring_log
    from tracker.evidence.bundle import Wanted, write

    config = load_config(ctx)
    with wiring.journal(config) as journal:
        known_shipment(journal, shipment)
        sizes = [_kept_size(journal, file) for file in since or ()]
        if not _ends_with_count(journal, shipment):
            _state_count(config, shipment, by)
        wiring_log.checkpoint(config, release=True)
        _ask_outsiders(config, journal)
        wanted = Wanted(
            disclose=disclose,
            readings=readings,
            since=sizes,
            drawn=_drawn(ctx, config, shipment),
            keys=(wiring_log.signer(config),),
        )
        with _replaced(output) as file:
            packed = write(file, journal, shipment, wanted, datetime.now(UTC))
            digest = _proved(file, config)
    render.pairs(
        [
            ("written", output),
            ("SHA-256", digest),
            ("entries", packed.entries),
            ("readings", packed.readings if readings else "left out"),
            ("personal values", packed.disclosed if disclose else "withheld"),
            ("checkpoints", packed.checkpoints),
            ("proved against", f"the checkpoint of {packed.size} entries"),
        ]
    )


@contextmanager
def _replaced(output: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of `output` if all goes well. Raises UsageError."""
    part = output.with_name(output.name + ".part")
    try:
        with part.open("w+b") as file:
            yield file
        part.replace(output)
    except OSError as error:
        raise UsageError(
            f"cannot be written: {error.strerror}", where=str(output), mend="name another file"
        ) from error
    finally:
        part.unlink(missing_ok=True)


def _ends_with_count(records: Records, shipment: str) -> bool:
    from tracker.verify.history import CLOSED, HANDED_OUT

    last = None
    for last in records.entries(scope=shipment):  # noqa: B007 - the last one is wanted
        pass
    return last is not None and last.type in (CLOSED, HANDED_OUT)


def _state_count(config: Config, shipment: str, by: str) -> None:
    from tracker import wiring
    from tracker.domain.command import RecordHead

    with wiring.desk(config) as desk:
        desk.record(shipment, RecordHead(at=desk.now(), by=by))


def _kept_size(records: Records, file: Path) -> int:
    """Of a checkpoint that this log released. Raises UsageError for what is none, Refused for one
    of another course of the log.
    """
    from tracker.verify.checkpoint import parse_checkpoint, parse_text
    from tracker.verify.errors import ProofError
    from tracker.verify.trust import read_kept

    try:
        kept = parse_text(read_kept(file).note.text)
    except (ProofError, OSError) as error:
        raise UsageError(f"is no checkpoint: {error}", where=str(file)) from error
    for stored in records.checkpoints(since=kept.size):
        if stored.size == kept.size and parse_checkpoint(stored.note)[0] == kept:
            return kept.size
    raise Refused(
        f"this log never released that checkpoint of {kept.size} entries",
        where=str(file),
        mend="`tracker log verify --since` with it says what differs",
    )


def _ask_outsiders(config: Config, journal: Kept) -> None:
    """Once, now: the checkpoint is new. Who does not answer is named, and left out."""
    from tracker import wiring_outsiders
    from tracker.attesting import newest_checkpoint
    from tracker.log.tree import Tree

    newest = newest_checkpoint(journal)
    if newest is None:
        return
    has = {(one.kind, one.name) for one in journal.attestations(size=newest.size)}
    for attestor, _ in wiring_outsiders.attestors(config):
        if (attestor.kind, attestor.name) in has:
            continue
        try:
            journal.attest(attestor.attest(newest, Tree(newest.size, journal.tile)))
        except TrackerError as error:
            render.warn(f"without the {attestor.kind} of {attestor.name}: {error}")


def _drawn(ctx: typer.Context, config: Config, shipment: str) -> bytes | None:
    """The map. A bundle without one is a bundle too: what is missing is said."""
    from tracker.cli.zones_show import scene_of
    from tracker.picture.png import picture

    try:
        return picture(scene_of(ctx, config, shipment, None, None))
    except UsageError as error:
        render.warn(f"the report is without a map: {error}")
        return None


def _proved(file: BinaryIO, config: Config) -> str:
    """The file's digest, once it was verified as a stranger would. Raises Refused."""
    import hashlib

    from tracker import wiring_log
    from tracker.verify.bundle import check_bundle
    from tracker.verify.policy import Party, Policy
    from tracker.verify.trust import Trust

    own = tuple(Party(key.name, key) for key in wiring_log.keys(config))
    verdict = check_bundle(file, Trust(Policy(logs=own))).verdict
    if verdict.exit_code:
        raise Refused(
            f"the bundle would not stand: {verdict.faults[0]}",
            mend="`tracker log verify` says what is wrong with the log",
        )
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(1 << 20):
        digest.update(chunk)
    return digest.hexdigest()
