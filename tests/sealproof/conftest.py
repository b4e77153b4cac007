"""Bundles to take apart. Each is made once: they are only read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.chest import Chest, eventful, handed_out


@pytest.fixture(scope="session")
def chest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chest]:
    """With the shipment S1, from its opening to its delivery. Nothing may be added."""
    made = Chest(tmp_path_factory.mktemp("chest"))
    eventful(made)
    yield made
    made.close()


@pytest.fixture(scope="session")
def raw(chest: Chest) -> bytes:
    """The bundle of S1, with readings and personal values."""
    return chest.bundle(disclose=True)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bundle of a shipment of which little is known, with all kinds of files."""
    made = Chest(tmp_path_factory.mktemp("small"))
    made.open("X", "X1")
    made.release()
    made.open()
    made.hear(1)
    handed_out(made)
    made.cosign(made.release(), 1, 2)
    written = made.bundle(disclose=True)
    made.close()
    return written


@pytest.fixture
def new_chest(tmp_path: Path) -> Iterator[Callable[[], Chest]]:
    """Further logs, to be changed."""
    chests: list[Chest] = []

    def make() -> Chest:
        chests.append(Chest(tmp_path / str(len(chests))))
        return chests[-1]

    yield make
    for one in chests:
        one.close()
