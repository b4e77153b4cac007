"""The key of codes: made once, private, never replaced."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from tracker.adapters.keys.code_key import made_code_key, read_code_key
from tracker.domain.errors import UsageError


def test_it_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "notify.key"
    key = made_code_key(file)
    assert len(key) == 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert made_code_key(file) == read_code_key(file) == key
    assert [one.name for one in file.parent.iterdir()] == ["notify.key"]


def test_of_many_that_make_it_at_once_one_s_stays(tmp_path: Path) -> None:
    file, keys = tmp_path / "notify.key", list[bytes]()
    threads = [threading.Thread(target=lambda: keys.append(made_code_key(file))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 16
    assert len(set(keys)) == 1


@pytest.mark.parametrize("text", ["", "abc\n", "zz" * 32, "ab" * 31])
def test_what_is_no_key_is_told(tmp_path: Path, text: str) -> None:
    file = tmp_path / "notify.key"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(UsageError, match="not a key of codes") as raised:
        made_code_key(file)
    assert raised.value.where == str(file)


def test_one_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    file = tmp_path / "notify.key"
    made_code_key(file)
    file.chmod(0o644)
    with pytest.raises(UsageError, match="open to others") as raised:
        read_code_key(file)
    assert "chmod 600" in raised.value.mend


def test_without_one_nothing_can_be_taken(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_code_key(tmp_path / "notify.key")
