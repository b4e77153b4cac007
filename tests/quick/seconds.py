"""What test files have taken when they ran last, on this computer: kept in pytest's own cache."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

KEY = "quick/seconds"
FILE = Path(".pytest_cache/v") / KEY
UNKNOWN_S, UNKNOWN_E2E_S = 2.0, 20.0
"""For a file that has not run here; the second for one that starts processes of the product."""


class Seconds:
    def __init__(self, root: Path) -> None:
        self._root = root
        try:
            self._known: dict[str, dict[str, float]] = json.loads((root / FILE).read_text())
        except (OSError, ValueError):
            self._known = {}

    def of(self, file: str) -> float:
        """Of all the file's tests, one after the other."""
        if file in self._known:
            return sum(self._known[file].values())
        starts = "mark.e2e" in (self._root / file).read_text(encoding="utf-8")
        return UNKNOWN_E2E_S if starts else UNKNOWN_S

    def fitting(self, files: Iterable[str], within_s: float) -> tuple[list[str], list[str]]:
        """Those that fit into the time, taken in their order, and the others."""
        chosen, rest = [], []
        for file in files:
            if self.of(file) <= within_s:
                within_s -= self.of(file)
                chosen.append(file)
            else:
                rest.append(file)
        return chosen, rest


class Recorder:
    """The pytest plugin that keeps them; of a run over several processes, in the first of them."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._took: dict[str, dict[str, float]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        file, _, test = report.nodeid.partition("::")
        tests = self._took.setdefault(file, {})
        tests[test] = round(tests.get(test, 0.0) + report.duration, 3)

    def pytest_sessionfinish(self) -> None:
        cache: pytest.Cache | None = getattr(self._config, "cache", None)
        if cache is None:  # -p no:cacheprovider
            return
        known = cache.get(KEY, {})
        for file, tests in self._took.items():
            known[file] = known.get(file, {}) | tests
        cache.set(KEY, known)
