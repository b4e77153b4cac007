"""What a stranger wrote, for a terminal."""

from __future__ import annotations


def plain(line: str) -> str:
    """Control characters, and those that change the direction of writing, as escapes: nothing in
    it steers the terminal it is read on.
    """
    if line.isprintable():
        return line
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in line
    )
