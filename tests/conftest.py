"""What every test may use. In CI a missing part is a failure, never a skip."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import settings

from tests.quick.seconds import Recorder

# An example's time says nothing on a machine that others use too; pytest-timeout bounds each test.
settings.register_profile("shared-machine", deadline=None)
settings.load_profile("shared-machine")

pytest_plugins = ["tests.support.fixtures"]

ROOT = Path(__file__).parent.parent
MADE_KEY = re.compile(r"\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+")
"""What is random in a key of signed notes: its hash and itself."""
SHARED_DATA = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of test inputs that nobody here made (read only, absent from a user's clone)."""
    if not SHARED_DATA.is_dir():
        pytest.skip("../shared/data is not here; these tests need its recorded inputs")
    return SHARED_DATA


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # of several processes, the one that others report to
        config.pluginmanager.register(Recorder(config))


def pytest_make_parametrize_id(config: pytest.Config, val: object) -> str | None:
    """Keys are made anew in each process, and in all of a run a test must have the same name."""
    if isinstance(val, str) and MADE_KEY.search(val):
        return MADE_KEY.sub("+KEY", val).encode("unicode_escape").decode()
    return None


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return
    skipped = len(reporter.stats.get("skipped", []))
    if os.environ.get("CI") and skipped and exitstatus == 0:
        said = f"CI: {skipped} skipped, and in CI a missing part is a failure"
        reporter.write_line(said, red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
