"""Where words go: JSON and exact bytes for machines, text in the reader's width for people."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import msgspec

from sealproof.plain import plain
from tracker import wording
from tracker.domain.alert import Alert
from tracker.domain.finding import Finding

if TYPE_CHECKING:
    from rich.console import Console

UNCUT = 10_000
"""Columns when there is no terminal: wider than any row."""


def exact(text: str) -> None:
    """In UTF-8, whatever the terminal's encoding: what others read, sign or keep. At once, so that
    whoever reads a pipe sees it when it happens.
    """
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def json_line(document: Any) -> None:
    """One document, one line; findings and alerts with their words."""
    if isinstance(document, Finding | Alert):
        document = wording.document(document)
    exact(msgspec.json.encode(document).decode() + "\n")


def console(*, stderr: bool = False) -> Console:
    """Where people read. NO_COLOR and the like are Rich's business."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else UNCUT
    return Console(stderr=stderr, width=width, highlight=False, markup=False, emoji=False)


def lines(text: str) -> str:
    return "\n".join(plain(line) for line in text.split("\n"))


def say(text: str, *, style: str | None = None) -> None:
    console().print(lines(text), style=style)


def warn(text: str) -> None:
    console(stderr=True).print(lines(text))
