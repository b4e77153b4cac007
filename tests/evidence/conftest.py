from __future__ import annotations

from tests.sealproof.conftest import chest, new_chest, raw, small

__all__ = ["chest", "new_chest", "raw", "small"]
