"""`python -m tracker.cli.reference > docs/cli.md`: every command, from the commands themselves."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from typing import Any

import typer

HEADER = """\
# Command reference

Written by `python -m tracker.cli.reference` (`make docs`); a test fails if it is out of date.

Exit codes: 0 well; 1 a finding (a faulty file, a rejected payload, a refusal); 2 usage or
configuration; 3 a service out of reach; 130 interrupted. What `--json` prints is in
[json.md](json.md). `tracker --install-completion` teaches the current shell the commands.
"""
COMMON = {"help", "install_completion", "show_completion"}
"""Typer's own parameters, worded differently from one version to the next."""


def reference() -> str:
    """The whole reference as Markdown."""
    from tracker.cli.main import app

    root = typer.main.get_command(app)
    return HEADER + "".join(_command("tracker", root))


def _command(path: str, command: Any) -> Iterator[str]:
    children = _children(command)
    usage = [path, *(_argument(one) for one in _parameters(command, "argument"))]
    if children:
        usage.append("COMMAND")
    yield f"\n## `{' '.join(usage)}`\n\n{inspect.cleandoc(command.help or '')}\n"
    options = [_option(one) for one in _parameters(command, "option")]
    if options:
        yield "\n| option | |\n|---|---|\n" + "".join(options)
    shown = {name: child for name, child in children.items() if not child.hidden}
    for name, child in shown.items():
        yield from _command(f"{path} {name}", child)


def _children(command: Any) -> dict[str, Any]:
    """Those that a group loads when they are called, too."""
    if not hasattr(command, "list_commands"):
        return {}
    names = list(command.commands)  # in the order in which they were given
    return {name: command.get_command(None, name) for name in names}


def _parameters(command: Any, kind: str) -> list[Any]:
    return [one for one in command.params if one.param_type_name == kind and one.name not in COMMON]


def _argument(parameter: Any) -> str:
    name = parameter.metavar or parameter.name.upper()
    return name if parameter.required or name.startswith("[") else f"[{name}]"


def _option(parameter: Any) -> str:
    names = ", ".join(f"`{name}`" for name in parameter.opts)
    notes = ["required"] if parameter.required else []
    if parameter.envvar:
        notes.append(f"or `${parameter.envvar}`")
    if isinstance(parameter.show_default, str):
        notes.append(f"default: {parameter.show_default}")
    elif parameter.default not in (None, False, "") and not callable(parameter.default):
        notes.append(f"default: {parameter.default}")
    note = f" ({'; '.join(notes)})" if notes else ""
    return f"| {names} | {parameter.help or ''}{note} |\n"


if __name__ == "__main__":
    sys.stdout.write(reference())
