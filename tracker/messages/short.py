"""An SMS: what matters most, in 160 characters of GSM 03.38.

A message is made of pieces. Each has a rank: the lowest are placed first, in full, or cut down to
what still says something; what finds no room is left out. They stand in the order they are given.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from tracker.messages.gsm import SHORT, cut, plain, septets

BETWEEN = ". "


class Piece(Struct, frozen=True):
    """rank: 0 is placed first. least: septets below which it says nothing any more; None: it is
    whole or not there. most: no more of it even where there is room.
    """

    text: str
    rank: int
    least: int | None = None
    most: int = SHORT


def fit(pieces: Sequence[Piece]) -> str:
    """As much of them as fits, the lowest ranks first."""
    placed, used = dict[int, str](), 0
    for at in sorted(range(len(pieces)), key=lambda at: (pieces[at].rank, at)):
        piece = pieces[at]
        text = plain(piece.text).rstrip(". ")
        room = min(SHORT - used - (len(BETWEEN) if placed else 0), piece.most)
        if not text or room <= 0:
            continue
        if septets(text) > room:
            if piece.least is None or room < piece.least:
                continue
            text = cut(text, room)
        if not text:
            continue
        used += septets(text) + (len(BETWEEN) if placed else 0)
        placed[at] = text
    return BETWEEN.join(placed[at] for at in sorted(placed))
