"""`tracker witness serve`: run a witness (c2sp.org/tlog-witness), until interrupted."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.service.run import Stopping
from tracker.cli.shared import render
from tracker.cli.witness.shared import KEY_FILE, LISTEN, STATE_FILE
from tracker.domain.errors import UsageError

if TYPE_CHECKING:
    from sealproof.policy import TrustPolicy


LOOK_S = 0.2


def serve(
    key: Annotated[Path, typer.Option(help="The witness's private key.")] = KEY_FILE,
    policy: Annotated[
        Path | None, typer.Option(help="A policy file whose log lines say which logs to cosign.")
    ] = None,
    log: Annotated[
        list[str] | None, typer.Option(metavar="VKEY", help="A log to cosign; repeatable.")
    ] = None,
    state: Annotated[
        Path, typer.Option(help="Where it remembers what it has cosigned.")
    ] = STATE_FILE,
    listen: Annotated[str, typer.Option(metavar="HOST:PORT", help="Port 0: any.")] = LISTEN,
) -> None:
    """Run a witness (c2sp.org/tlog-witness), until interrupted.

    It cosigns a log's checkpoint only if that continues the last one it cosigned. Never set its
    state back: a witness that has forgotten can be made to cosign a fork.
    """
    from tracker import wiring

    trusted = _logs(policy, log or [])
    host, port = _address(listen)
    stopping = Stopping()
    stopping.watch()
    with wiring.witness(key, trusted, state, host, port) as server:
        names = ", ".join(dict.fromkeys(party.name for party in trusted.logs))
        render.warn(f"witness ready: {server.url}, for {names}")
        while not stopping():
            time.sleep(LOOK_S)
    if stopping.signal == signal.SIGINT:
        raise typer.Exit(130)


def _logs(file: Path | None, vkeys: list[str]) -> TrustPolicy:
    """The logs to cosign, of the file and the command line. Raises UsageError."""
    from sealproof.errors import ProofError
    from sealproof.policy import parse_policy
    from tracker import wiring

    if file is not None and vkeys:
        raise UsageError("--policy and --log exclude each other", mend="choose one")
    try:
        text = "".join(f"log {vkey}\n" for vkey in vkeys)
        found = wiring.trust_policy(file) if file else parse_policy(text + "quorum none\n")
    except ProofError as error:
        raise UsageError(str(error), where="--log", mend="`tracker key show` prints it") from error
    if not found.logs:
        raise UsageError(
            "no log to cosign",
            where=str(file or "tracker witness serve"),
            mend="--log VKEY, or --policy FILE with a line 'log <vkey>'",
        )
    return found


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdigit() and int(port) < 65536):
        raise UsageError(f"{text!r} is no HOST:PORT", where="--listen", mend="such as " + LISTEN)
    return host.strip("[]"), int(port)
