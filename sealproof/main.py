"""`tracker-verify`: a bundle or a receipt, against what its reader trusts. No network, no database.

Exit codes: 0 proved as required; 1 BROKEN; 2 usage, or a policy that cannot be read; 3 not broken,
and not proved as required: below `--require`, or no policy says whom to believe, or others
contradict a time of the record.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from sealproof import VERSION
from sealproof.bundle import Bundle, check_bundle
from sealproof.errors import ProofError
from sealproof.grades import UNPROVEN, Grade, Verdict
from sealproof.plain import plain
from sealproof.receipt import Receipt, check_receipt
from sealproof.story import ShipmentStory
from sealproof.telling import tell
from sealproof.tlogproof import HEADER, MAX_BYTES
from sealproof.trust import KeptCheckpoint, Trust, read_kept, read_trust


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify one file; the exit code. Wrong usage leaves with SystemExit(2)."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # whatever the terminal can show
    parser = _parser()
    asked = parser.parse_args(arguments)
    try:
        trust = Trust() if asked.policy is None else read_trust(asked.policy)
        kept = None if asked.since is None else read_kept(asked.since)
        document, lines, verdict = _verified(asked.file, trust, kept)
    except ProofError as error:
        parser.error(str(error))
    except OSError as error:
        parser.error(f"{error.filename}: {error.strerror}")
    required = _required(asked.require, trust)
    code = verdict.exit_code_for(required)
    if code == UNPROVEN:
        lines = chain(lines, _unproven(verdict, required))
    # A stranger's text must not steer the terminal it is read on.
    told = json.dumps(document) if asked.json else "\n".join(plain(line) for line in lines)
    try:
        print(told, flush=True)
    except BrokenPipeError:  # its reader has read enough; Python would flush once more at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tracker-verify",
        description="Verify an evidence bundle (bundle.zip) or a receipt (.tlog-proof), offline.",
        epilog="Exit code: 0 proved as required, 1 BROKEN, 2 usage, 3 proved less than required.",
    )
    parser.add_argument("file", type=Path, help="the bundle or the receipt")
    parser.add_argument(
        "--policy", type=Path, help="whom you trust: your own file (c2sp.org/tlog-policy)"
    )
    parser.add_argument(
        "--since",
        type=Path,
        metavar="CHECKPOINT",
        help="a checkpoint or receipt that you kept: the log must continue it",
    )
    parser.add_argument(
        "--require",
        choices=[grade.name for grade in Grade if grade > Grade.BROKEN],
        metavar="GRADE",
        help="WITNESSED, ANCHORED or CONSISTENT: less ends with 3 (default: CONSISTENT with a "
        "policy; without one, more than can be proved)",
    )
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--version", action="version", version=f"sealproof {VERSION}")
    return parser


def _verified(
    file: Path, trust: Trust, kept: KeptCheckpoint | None
) -> tuple[dict[str, Any], Iterator[str], Verdict]:
    with file.open("rb") as opened:
        if opened.read(len(HEADER)) == HEADER.encode():
            opened.seek(0)
            receipt = check_receipt(opened.read(MAX_BYTES + 1), trust, kept)
            return _receipt_json(receipt), _receipt_lines(receipt), receipt.verdict
        bundle = check_bundle(opened, trust, kept)
    return _bundle_json(bundle), _bundle_lines(bundle), bundle.verdict


def _required(asked: str | None, trust: Trust) -> Grade:
    """Without a policy anybody could have made the file, which nobody should take for proof unless
    he says that this is enough.
    """
    if asked is not None:
        return Grade[asked]
    return Grade.ANCHORED if trust.policy is None else Grade.CONSISTENT


def _unproven(verdict: Verdict, required: Grade) -> Iterator[str]:
    yield ""
    if verdict.grade < required:
        yield f"not proved: {required.name} is required, and it is {verdict.grade.name}"
    if verdict.doubts:
        yield f"not proved: others contradict {len(verdict.doubts)} times of the record; see above"


def _bundle_json(bundle: Bundle) -> dict[str, Any]:
    document = bundle.verdict.as_json()
    if bundle.completeness is not None and not bundle.verdict.faults:
        document |= {
            "origin": bundle.origin,
            "shipment": bundle.shipment,
            "closed": bundle.completeness.closed,
            "completeness": str(bundle.completeness),
        }
    return document


def _bundle_lines(bundle: Bundle) -> Iterator[str]:
    yield from bundle.verdict.lines()
    if bundle.completeness is None or bundle.verdict.faults:
        return  # what is broken is not retold as if it were true
    yield ""
    yield f"shipment {bundle.shipment} of the log {bundle.origin}"
    first, last = bundle.entries[0], bundle.entries[-1]
    yield f"  recorded from {first.recorded_at.isoformat()} to {last.recorded_at.isoformat()}"
    yield f"  {bundle.completeness}"
    yield "  what was never recorded cannot be shown missing"
    yield from _story_lines(tell(bundle.entries, bundle.disclosed))


def _story_lines(told: ShipmentStory) -> Iterator[str]:
    for change in told.seals:
        number = f", number {change.number}" if change.number else ""
        yield (
            f"  seal   {change.at.isoformat()} {change.device} {change.before} -> "
            f"{change.after}{number}: {change.detail}"
        )
    for handover in told.handovers:
        what = "accepted" if handover.accepted else "offered"
        yield (
            f"  custody {handover.at.isoformat()} {what}: {handover.giver} -> {handover.taker}, "
            f"seal {handover.number}"
        )
    for alert in told.alerts:
        state = "closed" if alert.closed else "not closed"
        yield (
            f"  alert  {alert.raised_at.isoformat()} {alert.severity} {alert.kind}, {state}: "
            f"{alert.detail}"
        )
    for gap in told.gaps:
        yield f"  gap    {gap.device}: nothing heard for {gap.seconds} s to {gap.end.isoformat()}"
    yield f"  {told.late} entries rest on readings that came late, from a device's store"


def _receipt_json(receipt: Receipt) -> dict[str, Any]:
    document = receipt.verdict.as_json()
    if receipt.entry is not None and receipt.checkpoint is not None:
        document |= {
            "origin": receipt.checkpoint.origin,
            "size": receipt.checkpoint.size,
            "index": receipt.entry.index,
            "entry": dict(receipt.entry.said),
        }
    return document


def _receipt_lines(receipt: Receipt) -> Iterator[str]:
    yield from receipt.verdict.lines()
    entry, checkpoint = receipt.entry, receipt.checkpoint
    if entry is not None and checkpoint is not None:
        yield ""
        yield f"entry {entry.id}, number {entry.index} of the log {checkpoint.origin}"
        yield f"  recorded {entry.recorded_at.isoformat()}, {entry.type}: {entry.detail}"
