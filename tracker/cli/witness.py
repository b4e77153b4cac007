"""`tracker witness`: cosign other people's logs, and see who attests to ours."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from msgspec import Struct

from tracker.cli import render
from tracker.cli.run import Stopping
from tracker.cli.session import Json, load_config, session
from tracker.domain.errors import UsageError

if TYPE_CHECKING:
    from tracker.config import Config
    from tracker.verify.policy import Policy

app = typer.Typer(
    no_args_is_help=True, help="Cosign other people's logs; see who attests to this one."
)
KEY_FILE, STATE_FILE, LISTEN = Path("witness.key"), Path("witness.state"), "127.0.0.1:8470"
LOOK_S = 0.2


class Attested(Struct, frozen=True, kw_only=True):
    """How far one outsider's word reaches: `size` None if there is none yet."""

    kind: str
    name: str
    url: str
    size: int | None
    at: datetime | None
    behind: int


@app.callback()
def witness() -> None:
    """Cosign other people's logs; see who attests to this one."""


@app.command()
def key(
    name: Annotated[
        str,
        typer.Argument(help="The witness's name, unique in the world: host/name, without spaces."),
    ],
    out: Annotated[Path, typer.Option(help="The file for the private key.")] = KEY_FILE,
) -> None:
    """Make a witness's key, and print what others need to know of it: its vkey.

    The file is readable by you alone. The vkey goes into the policy of whoever relies on the
    witness.
    """
    from tracker.wiring_outsiders import new_witness_key

    render.say(new_witness_key(out, name))


@app.command()
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
    from tracker import wiring_outsiders

    trusted = _logs(policy, log or [])
    host, port = _address(listen)
    stopping = Stopping()
    stopping.watch()
    with wiring_outsiders.witness(key, trusted, state, host, port) as server:
        names = ", ".join(dict.fromkeys(party.name for party in trusted.logs))
        render.warn(f"witness ready: {server.url}, for {names}")
        while not stopping():
            time.sleep(LOOK_S)
    if stopping.signal == signal.SIGINT:
        raise typer.Exit(130)


@app.command()
def status(ctx: typer.Context, as_json: Json = False) -> None:
    """Show how much of this log each witness and time-stamping authority has attested to."""
    zone = session(ctx).zone
    render.documents(
        _attested(load_config(ctx)),
        as_json=as_json,
        columns=("KIND", "NAME", "ENTRIES", "AT", "BEHIND", "URL"),
        row=lambda one: (
            *(one.kind, one.name, one.size, render.moment(one.at, zone), one.behind, one.url),
        ),
        empty="nobody is asked: see [witness] and [timestamp] in the configuration",
    )


def _attested(config: Config) -> Iterator[Attested]:
    from tracker import wiring, wiring_outsiders

    asked = wiring_outsiders.attestors(config)
    if not asked:
        return
    with wiring.records(config) as records:
        size = records.head().size
        newest: dict[tuple[str, str], Any] = {
            (one.kind, one.name): one for one in records.attestations()
        }
    for attestor, _ in asked:
        last = newest.get((attestor.kind, attestor.name))
        yield Attested(
            kind=attestor.kind,
            name=attestor.name,
            url=attestor.url,
            size=last.size if last else None,
            at=last.at if last else None,
            behind=size - (last.size if last else 0),
        )


def _logs(file: Path | None, vkeys: list[str]) -> Policy:
    """The logs to cosign, of the file and the command line. Raises UsageError."""
    from tracker.verify.errors import ProofError
    from tracker.verify.policy import parse_policy
    from tracker.wiring_outsiders import trust

    if file is not None and vkeys:
        raise UsageError("--policy and --log exclude each other", mend="choose one")
    try:
        text = "".join(f"log {vkey}\n" for vkey in vkeys)
        found = trust(file) if file else parse_policy(text + "quorum none\n")
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
