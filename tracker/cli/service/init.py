"""`tracker init`: a configuration that works at once, with a broker password of its own."""

from __future__ import annotations

import os
import secrets
import socket
import tomllib
from pathlib import Path
from typing import Annotated

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import Json
from tracker.config import template
from tracker.config.sections import LogSection, NotifySection
from tracker.domain.errors import UsageError

USUAL_PORT = 1883
PASSWORD_FILE = "broker.password"  # noqa: S105 - a file's name, not what is in it


def init(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where to write.")] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Overwrite what is there.")] = False,
    as_json: Json = False,
) -> None:
    """Write tracker.toml, every key commented, and a password for the embedded broker."""
    config, password, port = write(folder, force=force)
    if as_json:
        render.json_line({"config": str(config), "password_file": str(password), "port": port})
        return
    render.say(f"wrote {config} (broker on port {port}) and {password} (keep it to yourself)")
    render.say("next: `tracker doctor`, then `tracker run`")


def write(folder: Path, *, force: bool = False) -> tuple[Path, Path, int]:
    """What `init` writes: the configuration, the password's file, the broker's port.

    Raises UsageError if they are there already (unless `force`) or cannot be written.
    """
    config, password = folder / "tracker.toml", folder / PASSWORD_FILE
    _refuse_to_overwrite([config, password], force=force)
    port = free_port()
    origin = _kept_origin(config) or new_origin()
    text = template(
        {
            ("log", "origin"): origin,
            ("database", "url"): "sqlite:///tracker.db",
            ("broker", "embedded"): True,
            ("broker", "port"): port,
            ("broker", "username"): "tracker",
            ("broker", "password_file"): PASSWORD_FILE,
        }
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_private(password, secrets.token_urlsafe(24) + "\n")
        config.write_text(text, encoding="utf-8")
        _make_log_key(folder, origin)
        _make_code_key(folder)
    except OSError as error:
        raise UsageError(
            f"cannot write: {error.strerror}",
            where=str(error.filename),
            mend="choose a folder where you may write",
        ) from error
    return config, password, port


def _make_log_key(folder: Path, origin: str) -> None:
    """The key that signs the custody log; one that is there already stays."""
    from tracker import wiring

    path = folder / LogSection().key_file
    if not path.exists():
        wiring.new_log_key(path, origin)


def _make_code_key(folder: Path) -> None:
    """The key of the codes by which alerts are acknowledged; one that is there already stays."""
    from tracker import wiring

    wiring.code_key(folder / NotifySection().code_key_file)


def free_port() -> int:
    """1883 if nothing listens there, else one the system calls free (it may be taken later)."""
    for port in (USUAL_PORT, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise UsageError("no port is free on 127.0.0.1", mend="free one, or set [broker] port")


def new_origin() -> str:
    """This host's name, which people recognise, and a number that no other log has."""
    host = "".join(c for c in socket.gethostname() if c.isalnum() or c in "-.") or "localhost"
    return f"{host}/tracker-{secrets.token_hex(4)}"


def _kept_origin(config: Path) -> str | None:
    """The origin of the file to be overwritten: a log keeps its name for life."""
    try:
        origin = tomllib.loads(config.read_text(encoding="utf-8")).get("log", {}).get("origin")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return None
    return origin if isinstance(origin, str) else None


def _refuse_to_overwrite(files: list[Path], *, force: bool) -> None:
    there = [str(file) for file in files if file.exists()]
    if there and not force:
        raise UsageError(
            "is there already" if len(there) == 1 else "are there already",
            where=" and ".join(there),
            mend="choose another folder, or overwrite with `tracker init --force`",
        )


def _write_private(path: Path, text: str) -> None:
    """Created with mode 0600 from its first moment, not narrowed afterwards."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
