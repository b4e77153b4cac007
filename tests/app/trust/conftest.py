from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.signed import SignedOffice


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SignedOffice]:
    """A signed log of one eventful shipment; everything is released."""
    opened = SignedOffice(tmp_path)
    opened.drive()
    opened.signer.release()
    yield opened
    opened.close()
