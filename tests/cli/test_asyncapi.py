"""`tracker asyncapi`, as it is printed; what is in it: tests/adapters/test_asyncapi.py."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run


def test_it_is_printed_without_a_configuration_and_with_one(run: Run, tmp_path: Path) -> None:
    printed = json.loads(run("asyncapi").out)
    assert printed["asyncapi"] == "3.0.0"
    assert {"native", "alert", "alertState", "order"} <= printed["channels"].keys()
    run("init", ".")
    file = tmp_path / "tracker.toml"
    file.write_text(file.read_text().replace("# host = ", "host = ", 1))
    printed = json.loads(run("asyncapi").out)
    assert printed["servers"]["broker"]["security"]
    password = next(tmp_path.glob("*password*")).read_text().strip()
    assert password not in json.dumps(printed)
