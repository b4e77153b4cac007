from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.people import PeopledOffice


@pytest.fixture
def office(tmp_path: Path) -> Iterator[PeopledOffice]:
    """A signed log in which every kind of name stands; everything is released."""
    opened = PeopledOffice(tmp_path)
    opened.drive()
    opened.signer.release()
    yield opened
    opened.close()
