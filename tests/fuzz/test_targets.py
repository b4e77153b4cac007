"""The fuzzer's targets hold for their seeds, and for some spoilt ones: so they are targets."""

from __future__ import annotations

from random import Random

import pytest

from tests.fuzz.targets import TARGETS

SPOILT = 40


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_a_target_holds_for_its_seeds(name: str) -> None:
    seeds = TARGETS[name].seeds()
    assert seeds
    for seed in seeds:
        TARGETS[name].check(seed)


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_and_for_what_is_near_them(name: str) -> None:
    draw, seeds = Random(name), TARGETS[name].seeds()
    for _ in range(SPOILT):
        spoilt = bytearray(draw.choice(seeds))
        for _ in range(draw.randint(1, 3)):
            start = draw.randint(0, len(spoilt))
            spoilt[start : start + draw.randint(0, 4)] = draw.randbytes(draw.randint(0, 4))
        TARGETS[name].check(bytes(spoilt))
