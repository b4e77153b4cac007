"""The scene as a PNG, painted by Pillow without a browser: the map, and beside it the legend.

All is painted at twice its size and then reduced, which smooths what Pillow draws in steps.
"""

from __future__ import annotations

import io

from tracker.domain.errors import UsageError
from tracker.map.scene import Scene

WIDTH, HEIGHT, PANEL = 1600, 1000, 330
"""Pixels; the panel is the part that the legend has."""
TWICE = 2


def picture(scene: Scene, width: int = WIDTH, height: int = HEIGHT) -> bytes:
    """The PNG file. Raises UsageError, with what installs it, if Pillow is not there."""
    try:
        from PIL import Image
    except ImportError:
        raise UsageError(
            "a PNG needs Pillow, which is not installed",
            where="--png",
            mend="pip install 'pillow>=10.1'",
        ) from None
    from tracker.map.canvas import PAPER
    from tracker.map.legend import Legend
    from tracker.map.paint import Painter

    whole = Image.new("RGB", (width * TWICE, height * TWICE), PAPER)
    painter = Painter(scene, (width - PANEL) * TWICE, height * TWICE, TWICE)
    painter.everything()
    whole.paste(painter.image, (0, 0))
    Legend(whole, (width - PANEL) * TWICE, TWICE).paint(painter.seen())
    small = whole.resize((width, height), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    small.save(out, format="PNG", optimize=True)
    return out.getvalue()
