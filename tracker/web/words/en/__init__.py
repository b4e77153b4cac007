"""English."""

from __future__ import annotations

from collections.abc import Mapping

from tracker.web.words.en import board, common, records

TEXTS: Mapping[str, str] = {**common.TEXTS, **board.TEXTS, **records.TEXTS}
