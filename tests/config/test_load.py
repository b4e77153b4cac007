"""Reading the configuration: where it is found, what overrides it, how faults are named."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tracker.config import Config, find, load
from tracker.config.keys import keys
from tracker.config.sections import SECTIONS
from tracker.domain.errors import UsageError
from tracker.domain.policy import Policy


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No configuration of this computer's user is found, and none from the checkout."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "user"))
    monkeypatch.chdir(tmp_path)


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "tracker.toml"
    file.write_text(text, encoding="utf-8")
    return file


def fault(file: Path | None, env: dict[str, str] | None = None) -> str:
    with pytest.raises(UsageError) as raised:
        load(file, env or {})
    assert raised.value.exit_code == 2
    return str(raised.value)


# Finding it


def test_found_here_then_in_the_users_folder(tmp_path: Path) -> None:
    user = tmp_path / "user" / "tracker"
    user.mkdir(parents=True)
    (user / "tracker.toml").touch()
    assert find(None, {}) == user / "tracker.toml"
    here = written(tmp_path, "")
    assert find(None, {}) == here


def test_named_by_variable_and_before_that_by_option(tmp_path: Path) -> None:
    written(tmp_path, "")
    (tmp_path / "a.toml").touch()
    (tmp_path / "b.toml").touch()
    env = {"TRACKER_CONFIG": str(tmp_path / "a.toml")}
    assert find(None, env) == tmp_path / "a.toml"
    assert find(tmp_path / "b.toml", env) == tmp_path / "b.toml"


def test_named_and_not_there(tmp_path: Path) -> None:
    assert "there is no such configuration file" in fault(tmp_path / "none.toml")
    assert "none.toml" in fault(None, {"TRACKER_CONFIG": "none.toml"})


def test_none_at_all_is_a_fault_unless_the_environment_names_a_database() -> None:
    assert "tracker init" in fault(None)
    config = load(None, {"TRACKER_DATABASE__URL": "sqlite:////x/y.db"})
    assert config.database.url == "sqlite:////x/y.db"
    assert load(None, {}, needed=False).source is None


# Values


def test_an_empty_file_is_all_defaults(tmp_path: Path) -> None:
    config = load(written(tmp_path, ""), {})
    assert config.policy == Policy()
    assert config.broker == Config().broker
    assert config.intake == Config().intake


def test_paths_are_relative_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(
        tmp_path,
        '[database]\nurl = "sqlite:///data/t.db"\n'
        '[zones]\nfiles = ["mine.geojson", "/etc/zones.geojson"]\n',
    )
    monkeypatch.chdir("/")
    config = load(file, {})
    assert config.database.url == f"sqlite:///{tmp_path}/data/t.db"
    assert config.zones.files == (str(tmp_path / "mine.geojson"), "/etc/zones.geojson")
    assert config.embedded.store == str(tmp_path / "broker"), "defaults too"


@pytest.mark.parametrize("text", ["a/+/b, c/#", '["a/+/b", "c/#"]'])
def test_the_environment_overrides_the_file(tmp_path: Path, text: str) -> None:
    file = written(tmp_path, '[broker]\nport = 1\nhost = "localhost"\n')
    env = {
        "TRACKER_BROKER__PORT": "2",
        "TRACKER_BROKER__EMBEDDED": "false",
        "TRACKER_BROKER__TOPICS": text,
        "TRACKER_POLICY__STOP_WARNING_MIN": "7.5",
        "TRACKER_ACTOR": "somebody",
        "TRACKER_CONFIG": "elsewhere",
    }
    config = load(file, env)
    assert (config.broker.port, config.broker.host) == (2, "localhost")
    assert config.broker.embedded is False
    assert config.broker.topics == ("a/+/b", "c/#")
    assert config.policy.stop_warning_min == 7.5


@pytest.mark.parametrize("section", SECTIONS)
def test_every_key_can_be_overridden(tmp_path: Path, section: str) -> None:
    """Each key's own default (or example), as text, is understood by its variable."""
    for key in keys(section, SECTIONS[section]).values():
        value = key.example if key.default is None else key.default
        text = ",".join(value) if isinstance(value, tuple) else str(value)
        text = text.lower() if isinstance(value, bool) else text
        env = {key.variable: text}
        if key.name in ("protocol", "cert_file", "key_file", "ca_file"):
            env |= {"TRACKER_BROKER__EMBEDDED": "false", "TRACKER_BROKER__TLS": "true"}
        if key.name in ("cert_file", "key_file"):
            env |= {"TRACKER_BROKER__CERT_FILE": "a.pem", "TRACKER_BROKER__KEY_FILE": "a.key"}
        if key.name == "password_file":
            (tmp_path / value).write_text("x")
        if key.name == "addresses_file":
            (tmp_path / value).touch()
        assert load(written(tmp_path, ""), env)


# Faults


@pytest.mark.parametrize(
    ("text", "place", "what", "mend"),
    [
        ("[brokr]\n", "tracker.toml:1: [brokr]", "no section [brokr]", "did you mean broker?"),
        ("[broker]\n\nprt = 1\n", "tracker.toml:3: [broker] prt", "no key prt", "mean port?"),
        ("[broker]\nx = 1\n", "tracker.toml:2: [broker] x", "no key x", "keys: embedded, host"),
        ("[broker]\nport = 0\n", "tracker.toml:2: [broker] port", ">= 1", "from 1 to 65535"),
        ('[broker]\nport = "1"\n', "tracker.toml:2: [broker] port", "got `str`", "whole number"),
        ("[broker]\ntls = 1\n", "tracker.toml:2: [broker] tls", "got `int`", "true or false"),
        ('[broker]\nprotocol = "4"\n', "[broker] protocol", "'4'", '"3.1.1" or "5"'),
        ('[broker]\ntopics = "a"\n', "[broker] topics", "got `str`", "a list, each text"),
        ("[intake]\ntick_s = 0\n", "[intake] tick_s", "> 0", "a number above 0"),
        ("[policy]\nconfirm_fixes = 1.5\n", "[policy] confirm_fixes", "got `float`", "whole"),
        ("[policy]\njamming_cell_dbm = 1\n", "jamming_cell_dbm", "<= 0", "of at most 0"),
        ('[log]\norigin = "a b"\n', "tracker.toml:2: [log] origin", "regex", "matches"),
        ("broker = 1\n", "tracker.toml:1: [broker]", "broker is a section", "[broker]"),
        ("broker.prt = 1\n", "tracker.toml: [broker] prt", "no key prt", "mean port?"),
        ("[broker]\nport = \n", "tracker.toml", "not TOML: Invalid value (at line 2", "toml.io"),
        ('[broker]\nprotocol = "5"\n', "[broker] protocol", "3.1.1 only", "embedded = false"),
        ("[broker]\ntls = true\n", "[broker] tls", "without TLS", "embedded = false"),
        ('[broker]\nhost = "0.0.0.0"\n', "[broker] host", "loopback only", "embedded = false"),
        ('[broker]\nca_file = "a"\n', "[broker] ca_file", "needs tls", "tls = true"),
    ],
)
def test_a_fault_names_place_reason_and_mend(
    tmp_path: Path, text: str, place: str, what: str, mend: str
) -> None:
    said = fault(written(tmp_path, text))
    assert place in said
    assert what in said
    assert mend in said.partition("->")[2]


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    said = fault(written(tmp_path, "[broker]\nport = 0\nprt = 1\n"), {"TRACKER_LOG__ORIGN": "x"})
    assert said.startswith("3 faults")
    assert "$TRACKER_LOG__ORIGN: there is no key orign" in said
    assert "did you mean origin?" in said


def test_a_key_pair_is_whole(tmp_path: Path) -> None:
    text = '[broker]\nembedded = false\ntls = true\ncert_file = "a"\n'
    assert "cert_file needs key_file" in fault(written(tmp_path, text))


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "tracker.toml").write_bytes(b"\xff\xfe")
    assert "not TOML" in fault(tmp_path / "tracker.toml")


# Secrets

SECRET = "hunter2-hunter2"


def shown(config: Config) -> str:
    return f"{config!r} {config} {config.broker_password} {msgspec.structs.asdict(config)}"


def test_a_password_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text(f"{SECRET}\n")
    config = load(written(tmp_path, '[broker]\npassword_file = "pw"\n'), {})
    assert config.broker_password is not None
    assert config.broker_password.reveal() == SECRET
    assert SECRET not in shown(config)


def test_the_environment_s_password_goes_first(tmp_path: Path) -> None:
    file = written(tmp_path, '[broker]\npassword_file = "not-there"\n')
    config = load(file, {"TRACKER_BROKER__PASSWORD": SECRET})
    assert config.broker_password is not None
    assert config.broker_password.reveal() == SECRET
    assert SECRET not in shown(config)


def test_a_password_in_the_file_is_refused_and_not_shown(tmp_path: Path) -> None:
    said = fault(written(tmp_path, f'[broker]\npassword = "{SECRET}"\n'))
    assert "does not belong" in said
    assert "password_file" in said
    assert SECRET not in said


@pytest.mark.parametrize(("content", "what"), [(None, "No such file"), (b" \n", "is empty")])
def test_a_password_file_that_does_not_serve(
    tmp_path: Path, content: bytes | None, what: str
) -> None:
    if content is not None:
        (tmp_path / "pw").write_bytes(content)
    said = fault(written(tmp_path, '[broker]\npassword_file = "pw"\n'))
    assert "tracker.toml:2: [broker] password_file" in said
    assert what in said
