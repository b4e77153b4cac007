"""What `tracker init` writes: complete, commented, and read back as it says."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tracker.config import load, template
from tracker.config.keys import keys
from tracker.config.sections import SECTIONS
from tracker.config.template import TABLES, toml


def test_as_written_it_says_nothing_but_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "tracker.toml"
    file.write_text(template({}))
    empty = tmp_path / "empty.toml"
    empty.touch()
    written, default = load(file, {}), load(empty, {})
    for section in SECTIONS:
        assert getattr(written, section) == getattr(default, section)


def test_the_tables_behind_the_keys_are_examples_that_work(tmp_path: Path) -> None:
    file = tmp_path / "tracker.toml"
    lines = re.sub(r"(?m)^# ?", "", TABLES["notify"]).splitlines()
    for name in ("mail.url", "erp.url", "erp.secret"):
        (tmp_path / name).write_text("a secret")
    file.write_text("\n".join(lines[lines.index("[notify.channels.pipe]") :]))
    config = load(file, {})
    assert config.notices.policy.tells
    assert config.notices.policy.ladders["house"].steps == (("desk",), ("ana",))


def test_chosen_values_are_in_force(tmp_path: Path) -> None:
    file = tmp_path / "tracker.toml"
    chosen = {("broker", "port"): 1999, ("zones", "files"): ('a "b".geojson',)}
    file.write_text(template(chosen))
    config = load(file, {})
    assert config.broker.port == 1999
    assert config.zones.files == (str(tmp_path / 'a "b".geojson'),)


@pytest.mark.parametrize("section", SECTIONS)
def test_every_key_stands_there_with_default_unit_and_source(section: str) -> None:
    """Uncommented, each line is TOML that gives its key's default (or example)."""
    text = template({})
    body = text.partition(f"[{section}]\n")[2].partition("\n[")[0]
    words = re.sub(r"\n#\s+", " ", body)  # comments are wrapped
    for key in keys(section, SECTIONS[section]).values():
        value = key.example if key.default is None else key.default
        assert f"# {key.name} = {toml(value)}\n" in body
        parsed = tomllib.loads(f"{key.name} = {toml(value)}")[key.name]
        assert parsed == (list(value) if isinstance(value, tuple) else value)
        assert key.text
        for note in filter(None, (key.text, key.unit, key.source)):
            assert note in words, f"{key.name} lacks {note!r}"


def test_every_threshold_says_its_unit_or_has_none_and_its_source() -> None:
    for key in keys("policy", SECTIONS["policy"]).values():
        assert key.source, key.name
        assert key.unit or key.name in ("hdop_useless", "hdop_poor", "contrary_share")
