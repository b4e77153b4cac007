"""Which tests a change needs, the nearest first.

Near is who imports what was changed, over as few modules as possible (lazy imports count, too). At
one distance the tests that bear its name come first. What is no module (cases, vectors, documents)
is near to the tests that name it, or its kind.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import grimp

PACKAGES = ("devices", "geofences", "sealproof", "tracker", "bench", "release", "tests")


@dataclass(frozen=True, order=True)
class Related:
    """distance: imports between the test file and the nearest change (0: it is one itself).

    namesake: 0 if it bears the name of that change, else 1.
    """

    distance: int
    namesake: int
    file: str


def changed(root: Path, base: str) -> list[str]:
    """Files that differ from where this branch left `base`, or that git does not know yet; those
    deleted are among them. Paths from `root`, with slashes.

    Raises subprocess.CalledProcessError if this is no git repository, or `base` none of its
    commits.
    """

    def git(*arguments: str) -> list[str]:
        ran = subprocess.run(
            ["git", *arguments], cwd=root, capture_output=True, text=True, check=True
        )
        return [name for name in ran.stdout.split("\0") if name]

    left = git("merge-base", base, "HEAD")[0].strip()
    known = git("diff", "--name-only", "--no-renames", "--relative", "-z", left)
    return sorted({*known, *git("ls-files", "--others", "--exclude-standard", "-z")})


class Imports:
    """The import graph of the project and its tests."""

    def __init__(self, root: Path, packages: Iterable[str] = PACKAGES) -> None:
        self.root = root
        self._graph = grimp.build_graph(*packages, cache_dir=None)
        self._tests = {
            module: self._file(module)
            for module in self._graph.modules
            if module.rpartition(".")[2].startswith("test_")
        }
        for module in self._tests:  # pytest imports those for it
            for conftest in self._conftests(module):
                self._graph.add_import(importer=module, imported=conftest)

    def related(self, files: Iterable[str]) -> list[Related]:
        """The test files that these changed files concern, the nearest first."""
        nearest: dict[str, Related] = {}
        for name in files:
            for module, distance in self._near(name):
                file = self._tests[module]
                found = Related(distance, int(not _namesakes(name, file)), file)
                nearest[file] = min(found, nearest.get(file, found))
        return sorted(nearest.values())

    def _near(self, name: str) -> Iterator[tuple[str, int]]:
        module = _module(name)
        if module not in self._graph.modules:
            yield from ((test, 1) for test in self._named_in(name))
            return
        distances, edge = {module: 0}, {module}
        while edge:
            importers = (self._graph.find_modules_that_directly_import(one) for one in edge)
            step = max(distances.values()) + 1
            edge = set().union(*importers) - distances.keys()
            distances |= dict.fromkeys(edge, step)
        yield from ((one, far) for one, far in distances.items() if one in self._tests)

    def _named_in(self, name: str) -> Iterator[str]:
        """Tests whose text has the file's name, or all of it from the first dot on."""
        path = PurePosixPath(name)
        words = {path.name, "".join(path.suffixes)} - {"", ".py", ".md", ".toml", ".json"}
        for test, file in self._tests.items():
            text = (self.root / file).read_text(encoding="utf-8")
            if any(word in text for word in words):
                yield test

    def _file(self, module: str) -> str:
        return f"{module.replace('.', '/')}.py"

    def _conftests(self, module: str) -> Iterator[str]:
        """Those beside and above, but for the root's: it concerns everything."""
        package = module.rpartition(".")[0]
        while "." in package:
            if f"{package}.conftest" in self._graph.modules:
                yield f"{package}.conftest"
            package = package.rpartition(".")[0]


def _module(name: str) -> str:
    path = PurePosixPath(name)
    parts = path.with_suffix("").parts if path.suffix == ".py" else ()
    return ".".join(parts[:-1] if parts and parts[-1] == "__init__" else parts)


def _namesakes(name: str, test: str) -> bool:
    """`tracker/adapters/mqtt.py` and `tests/adapters/test_mqtt_link.py`; `tracker/intake.py` and
    `tests/intake/test_ticks.py`.
    """
    changed_, path = PurePosixPath(name), PurePosixPath(test)
    if name == test:
        return True
    word = changed_.parent.name if changed_.name == "__init__.py" else changed_.name.split(".")[0]
    return word in path.parts or path.stem.removeprefix("test_").startswith(word)
