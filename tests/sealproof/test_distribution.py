"""The verifier as the files that strangers get, on a computer with `cryptography` and no more."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import venv
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from zipfile import ZipFile

import pytest

from release.verifier import SOURCE, build, sources
from sealproof import VERSION
from tests.support.chest import POLICY

NEEDS = ("cryptography", "cffi", "pycparser")
"""`cryptography`, and what it needs in turn."""
IMPORTED = """\
import sys
from sealproof.__main__ import start
try:
    start()
finally:
    print(*{name.partition(".")[0] for name in sys.modules} - sys.stdlib_module_names)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("dist"))[0]


@pytest.fixture(scope="module")
def zipapp(wheel: Path) -> Path:
    return wheel.with_name("sealproof.pyz")


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with its standard library alone."""
    return python_in(tmp_path_factory.mktemp("bare"))


@pytest.fixture(scope="module")
def with_cryptography(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that has `cryptography` too: that of this environment, for tests fetch nothing."""
    python = python_in(tmp_path_factory.mktemp("with_cryptography"))
    for name in NEEDS:
        try:
            files = distribution(name).files or []
        except PackageNotFoundError:  # pycparser: newer ones of cffi do without
            continue
        for top in {file.parts[0] for file in files} - {"..", "__pycache__"}:
            (site(python) / top).symlink_to(str(distribution(name).locate_file(top)))
    return python


@pytest.fixture(scope="module")
def installed(with_cryptography: Path, wheel: Path) -> Path:
    """As a stranger installs the wheel. No index: its dependency must be met by what is there."""
    pip = [sys.executable, "-m", "pip", "--python", str(with_cryptography), "install", "--no-index"]
    ran = subprocess.run([*pip, str(wheel)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return with_cryptography


@pytest.fixture
def folder(tmp_path: Path, raw: bytes) -> Path:
    (tmp_path / "bundle.zip").write_bytes(raw)
    (tmp_path / "changed.zip").write_bytes(raw[:-1])
    (tmp_path / "policy.txt").write_text(POLICY)
    return tmp_path


def python_in(folder: Path) -> Path:
    venv.create(folder, symlinks=True, with_pip=False)
    return folder / "bin" / "python"


def site(python: Path) -> Path:
    (found,) = python.parent.parent.glob("lib/python*/site-packages")
    return found


def run(*command: Path | str, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Without what says here where Python finds packages."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        command, cwd=cwd, env=kept | more, capture_output=True, text=True, check=False
    )


def test_the_wheel_verifies_a_bundle(installed: Path, folder: Path) -> None:
    verify = installed.with_name("tracker-verify")
    ran = run(verify, "bundle.zip", "--policy", "policy.txt", "--json", cwd=folder)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["grade"] == "WITNESSED"
    assert run(verify, "changed.zip", cwd=folder).returncode == 1
    assert run(verify, "--version", cwd=folder).stdout == f"sealproof {VERSION}\n"
    module = run(installed, "-m", "sealproof", "bundle.zip", cwd=folder)
    assert module.stdout.startswith("CONSISTENT")


def test_the_zipapp_verifies_a_bundle(with_cryptography: Path, zipapp: Path, folder: Path) -> None:
    ran = run(with_cryptography, zipapp, "bundle.zip", "--policy", "policy.txt", cwd=folder)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("WITNESSED")
    assert run(with_cryptography, zipapp, "changed.zip", cwd=folder).returncode == 1


def test_nothing_else_is_imported(installed: Path, folder: Path) -> None:
    """Nor is anything else there that could be."""
    ran = run(installed, "-c", IMPORTED, "bundle.zip", "--policy", "policy.txt", cwd=folder)
    assert ran.stdout.startswith("WITNESSED")
    loaded = set(ran.stdout.splitlines()[-1].split())
    assert {"sealproof", "cryptography"} <= loaded
    assert loaded <= {"__main__", "sealproof", "cryptography", "_openssl", "_cffi_backend", "cffi"}
    there = [path.name for path in site(installed).iterdir()]
    assert all(name.startswith(("sealproof", "_cffi_backend", *NEEDS)) for name in there), there


def test_the_program_of_its_readme(installed: Path, folder: Path) -> None:
    text = (SOURCE / "README.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    (folder / "bundle.zip").rename(folder / "trip-1.zip")
    ran = run(installed, "-c", program, cwd=folder)
    assert (ran.stdout, ran.stderr) == ("WITNESSED\n", "")


def test_the_same_sources_give_the_same_bytes(
    wheel: Path, zipapp: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the time, the zone, the rights of files, and what was left by an earlier build."""
    copy = tmp_path / "sealproof"
    shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__", "build", "*-info"))
    (copy / "build" / "lib" / "sealproof").mkdir(parents=True)
    (copy / "build" / "lib" / "sealproof" / "gone.py").write_text("")
    for file in sources(copy):
        file.chmod(0o600)
        os.utime(file, (1_700_000_000, 1_700_000_000))
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    before = os.umask(0o077)
    try:
        again = build(tmp_path / "dist", copy)
    finally:
        os.umask(before)
    assert [file.name for file in again] == [wheel.name, zipapp.name]
    assert [file.read_bytes() for file in again] == [wheel.read_bytes(), zipapp.read_bytes()]
    with (copy / "plain.py").open("a") as changed:
        changed.write("# changed\n")
    other = build(tmp_path / "other", copy)
    assert [file.name for file in other] == [wheel.name, zipapp.name]
    assert other[0].read_bytes() != wheel.read_bytes()
    assert other[1].read_bytes() != zipapp.read_bytes()


def test_all_of_the_package_is_in_them(wheel: Path, zipapp: Path) -> None:
    modules = {
        f"sealproof/{file.relative_to(SOURCE).as_posix()}"
        for file in sources()
        if file.suffix == ".py"
    }
    assert "sealproof/witness/judge.py" in modules
    assert set(ZipFile(zipapp).namelist()) == modules | {"__main__.py"}
    names = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert names == modules | {"sealproof/py.typed"}
    assert wheel.name == f"sealproof-{VERSION}-py3-none-any.whl"


# What is missing is said in one line


def test_without_cryptography(bare: Path, zipapp: Path, folder: Path) -> None:
    ran = run(bare, zipapp, "bundle.zip", cwd=folder)
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)
    assert "needs the package cryptography, 42 or newer" in ran.stderr
    assert "python3 -m pip install 'cryptography>=42'" in ran.stderr


def test_with_an_older_cryptography(bare: Path, zipapp: Path, folder: Path) -> None:
    old = folder / "old" / "cryptography"
    (old / "hazmat" / "primitives" / "asymmetric").mkdir(parents=True)
    (old / "__init__.py").write_text('__version__ = "38.0.4"\n')
    (old / "hazmat" / "primitives" / "asymmetric" / "ed25519.py").touch()
    ran = run(bare, zipapp, "bundle.zip", cwd=folder, PYTHONPATH=str(folder / "old"))
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)
    assert "too old (38.0.4)" in ran.stderr


def test_with_an_older_python(bare: Path, zipapp: Path, folder: Path) -> None:
    program = (
        "import sys; sys.version_info = (3, 9, 2); sys.path.insert(0, sys.argv[1])\n"
        "from sealproof.__main__ import start; sys.exit(start())"
    )
    ran = run(bare, "-c", program, zipapp, cwd=folder)
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)
    assert "run it with Python 3.11 or newer" in ran.stderr
    for name in ("__init__.py", "__main__.py"):  # which such a Python must be able to read
        text = (SOURCE / name).read_text(encoding="utf-8")
        ast.parse(text, feature_version=(3, 7))
        assert "\nfrom __future__" not in text  # nor 3.6, which lacks annotations
