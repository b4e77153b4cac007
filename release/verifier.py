"""The verifier as files: a wheel, and a zipapp (one file that Python runs as it is).

The same sources give the same bytes on any computer, so that whoever has the sources can tell
whether a file was made from them: nothing is compressed, all is dated 1980-01-01, the rights of
files are set, and the one setuptools that makes the wheel is named in sealproof/pyproject.toml.

    python -m release.verifier [FOLDER]     writes into FOLDER (dist), prints the SHA-256 of each
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

SOURCE = Path(__file__).parent.parent / "sealproof"
ZIPAPP = "sealproof.pyz"
START = b"import sys\n\nfrom sealproof.__main__ import start\n\nsys.exit(start())\n"
DATE, EPOCH = (1980, 1, 1, 0, 0, 0), "315532800"
"""The first second that a zip archive can tell, in UTC; as setuptools is told it."""
READABLE, RUNNABLE = 0o644, 0o755
_REGULAR = 0o100000
_MADE = {"build", "__pycache__"}
"""Folders that installing leaves among the sources, and *.egg-info."""


def build(folder: Path, source: Path = SOURCE) -> list[Path]:
    """The wheel and the zipapp, written into the folder. Raises CalledProcessError if the wheel
    cannot be built, whose `stderr` says why.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return [build_wheel(folder, source), build_zipapp(folder, source)]


def build_wheel(folder: Path, source: Path = SOURCE) -> Path:
    """By setuptools, from a copy: what an earlier build left beside the sources gets into none."""
    with tempfile.TemporaryDirectory() as scratch:
        copy, made = Path(scratch, "sealproof"), Path(scratch, "made")
        for file in sources(source):
            target = copy / file.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
            target.chmod(READABLE)
        subprocess.run(  # noqa: S603 - our own Python, our own arguments
            [
                *(sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel"),
                # setuptools is that of this environment: nothing is fetched.
                *("--no-deps", "--no-index", "--no-build-isolation", "--check-build-dependencies"),
                *("--wheel-dir", str(made), str(copy)),
            ],
            check=True,
            capture_output=True,
            text=True,
            umask=0o022,
            env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH},
        )
        (wheel,) = made.iterdir()
        return Path(shutil.copy(wheel, folder))


def build_zipapp(folder: Path, source: Path = SOURCE) -> Path:
    """The standard library's `zipapp` would date each file, in local time."""
    target = folder / ZIPAPP
    with target.open("wb") as file:
        file.write(b"#!/usr/bin/env python3\n")
        with ZipFile(file, "w", ZIP_STORED) as archive:
            _put(archive, "__main__.py", START)
            for module in sources(source):
                if module.suffix == ".py":
                    name = f"sealproof/{module.relative_to(source).as_posix()}"
                    _put(archive, name, module.read_bytes())
    target.chmod(RUNNABLE)
    return target


def sources(source: Path = SOURCE) -> Iterator[Path]:
    """The distribution's files, in order of their names."""
    for file in sorted(source.rglob("*")):
        above = file.relative_to(source).parts[:-1]
        if any(part in _MADE or part.endswith(".egg-info") for part in above):
            continue
        if file.suffix == ".py" or file.name in ("py.typed", "README.md", "pyproject.toml"):
            yield file


def _put(archive: ZipFile, name: str, content: bytes) -> None:
    info = ZipInfo(name, DATE)
    info.create_system = 3  # Unix, wherever it is built
    info.external_attr = (_REGULAR | READABLE) << 16
    archive.writestr(info, content)


def main(arguments: Sequence[str]) -> int:
    try:
        files = build(Path(arguments[0] if arguments else "dist"))
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"the wheel cannot be built (make .venv/.stamp-dev):\n{error.stderr}")
        return 1
    for file in files:  # as sha256sum prints it, and checks it
        print(f"{sha256(file.read_bytes()).hexdigest()}  {file}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
