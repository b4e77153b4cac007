"""What this computer's encoding cannot say must not end a command."""

from __future__ import annotations

import io
import sys


def bear_any_encoding() -> None:
    """A terminal that cannot show a letter shows its number; it is no reason to fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
