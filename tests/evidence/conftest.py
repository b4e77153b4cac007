from __future__ import annotations

from tests.verify.conftest import chest, new_chest, raw, small

__all__ = ["chest", "new_chest", "raw", "small"]
