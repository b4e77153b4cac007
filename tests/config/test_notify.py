"""`[notify]`: read into values, its faults with their places, its secrets hidden."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.readonly import as_others_are
from tracker.config import Config, load
from tracker.config.notify import _Channel
from tracker.config.secret import Withheld
from tracker.config.sections import NotifySection
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.duty import DutyHours
from tracker.domain.errors import UsageError
from tracker.domain.finding import FindingType
from tracker.domain.notify_policy import Incident, NotifyLimits
from tracker.messages.playbooks import parse
from tracker.wiring.channels import KINDS, channel

WHOLE = """\
[notify]
timezone = "America/Monterrey"
hours = "06:00-22:00"
calm_min = 3.0
addresses_file = "addresses.toml"

[notify.channels.pipe]
kind = "file"
url = "file:alerts.jsonl"

[notify.channels.sms]
kind = "people"
timeout_s = 20
options = { title = "seal" }

[notify.channels.erp]
kind = "webhook"
url_file = "erp.url"

[notify.contacts.ana]
channels = ["sms", "pipe"]
for_warnings = ["pipe"]

[notify.contacts.bob]
channels = ["pipe"]
language = "en"
custodian = "texas-drayage"
timezone = "America/Chicago"
hours = "Mon-Fri 08:00-17:00"

[notify.rosters.desk]
shifts = [{ hours = "Mon-Fri 07:00-19:00", contacts = ["ana"] }]
otherwise = ["bob"]

[notify.ladders.house]
steps = [["desk"], ["bob", "ana"]]
every_min = 4

[[notify.routes]]
severity = ["critical"]
kinds = ["seal_*"]
ladder = "house"
channels = ["erp"]

[[notify.routes]]
ladder = "house"
"""


def configured(tmp_path: Path, text: str = WHOLE, env: dict[str, str] | None = None) -> Config:
    (tmp_path / "tracker.toml").write_text(text, encoding="utf-8")
    (tmp_path / "addresses.toml").write_text('[ana]\nsms = "smsgateway://k3y@host/8110001"\n')
    (tmp_path / "erp.url").write_text("https://erp.example/hook\n")
    return load(tmp_path / "tracker.toml", env or {})


def faults(tmp_path: Path, text: str) -> str:
    with pytest.raises(UsageError) as raised:
        configured(tmp_path, text)
    return str(raised.value)


def test_all_of_it_becomes_values(tmp_path: Path) -> None:
    config = configured(tmp_path)
    policy = config.notices.policy
    assert policy.limits.calm_min == 3.0
    ana, bob = policy.contacts["ana"], policy.contacts["bob"]
    assert (ana.language, ana.timezone, ana.hours) == (
        "es",
        "America/Monterrey",
        DutyHours(start=360, end=1320),
    )
    assert ana.told_by(Severity.CRITICAL) == ("sms", "pipe")
    assert ana.told_by(Severity.WARNING) == ("pipe",)
    assert (bob.language, bob.custodian, bob.timezone) == ("en", "texas-drayage", "America/Chicago")
    assert policy.rosters["desk"].otherwise == ("bob",)
    assert policy.ladders["house"].steps == (("desk",), ("bob", "ana"))
    cut = Incident(kind=AlertKind.SEAL_OPENED, severity=Severity.CRITICAL)
    low = Incident(kind=AlertKind.BATTERY, severity=Severity.WARNING)
    assert [route.takes(cut) for route in policy.routes] == [True, True]
    assert [route.takes(low) for route in policy.routes] == [False, True]
    assert policy.tells
    assert not load(None, {}, needed=False).notices.policy.tells


def test_the_documented_example_is_one_that_works(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "notify.md").read_text(encoding="utf-8")
    example, playbook = re.findall(r"^```toml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    (tmp_path / "tracker.toml").write_text(example, encoding="utf-8")
    (tmp_path / "addresses.toml").touch()
    policy = load(tmp_path / "tracker.toml", {}).notices.policy
    assert policy.tells
    assert parse(playbook)["seal_opened"].then
    assert set(policy.contacts) == {"ana", "bob"}
    for name in re.findall(r"`([a-z]+(?:_[a-z]+)+)`", text):
        known = {*NotifyLimits.__struct_fields__, *NotifySection.__struct_fields__}
        known |= {*_Channel.__struct_fields__, *(one for _, some in KINDS.values() for one in some)}
        assert name in known or name in {*AlertKind, *FindingType}, name


def test_the_documented_channels_can_be_made(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "notify.md").read_text(encoding="utf-8")
    section = text.partition("## Channels")[2].partition("\n## ")[0]
    written = re.sub(r"(?m)^    |^\S.*$", "", section)
    (tmp_path / "tracker.toml").write_text(
        '[notify]\naddresses_file = "addresses.toml"\n'
        f'[notify.contacts.ana]\nchannels = ["sms"]\n{written}'
    )
    secret = base64.b64encode(bytes(range(32))).decode()
    for name, what in {
        "addresses.toml": "[ana]\nsms = 'twilio://AC%s:%s@+15551234567/+15557654321'"
        % (("a" * 32,) * 2),
        "mail.url": "smtps://u:p@mail.example",
        "erp.url": "https://erp.example/hook",
        "erp.secret": f"whsec_{secret}",
    }.items():
        (tmp_path / name).write_text(what)
    config = load(tmp_path / "tracker.toml", {})
    assert {one.kind for one in config.notices.channels.values()} == KINDS.keys() - {"file"}
    for name in config.notices.channels:
        channel(config, name).close()
    shown = repr(config.notices)
    assert secret not in shown
    assert "u:p" not in shown


def test_a_mail_needs_to_know_where_to(tmp_path: Path) -> None:
    text = WHOLE.replace('kind = "file"\nurl = "file:alerts.jsonl"', 'kind = "mail"')
    assert "nothing says where pipe reaches bob" in faults(tmp_path, text)
    given = text.replace('kind = "mail"', 'kind = "mail"\noptions = { to = "desk@example.mx" }')
    assert configured(tmp_path, given).notices.channels["pipe"].kind == "mail"


def test_a_secret_is_read_from_its_file_or_the_environment(tmp_path: Path) -> None:
    (tmp_path / "erp.secret").write_text("whsec_f1le\n")
    text = WHOLE.replace('url_file = "erp.url"', 'url_file = "erp.url"\nsecret_file = "erp.secret"')
    secret = configured(tmp_path, text).notices.channels["erp"].secret
    assert secret is not None
    assert secret.reveal() == "whsec_f1le"
    env = {"TRACKER_NOTIFY__CHANNEL_ERP_SECRET": "whsec_env"}
    secret = configured(tmp_path, text, env).notices.channels["erp"].secret
    assert secret is not None
    assert secret.reveal() == "whsec_env"
    (tmp_path / "erp.secret").unlink()
    assert "cannot read the secret file" in faults(tmp_path, text)


def test_channels_know_their_urls_and_addresses_and_show_neither(tmp_path: Path) -> None:
    channels = configured(tmp_path).notices.channels
    assert channels["pipe"].url is not None
    assert channels["pipe"].url.reveal() == f"file:{tmp_path / 'alerts.jsonl'}"
    assert channels["erp"].url is not None
    assert channels["erp"].url.reveal() == "https://erp.example/hook"
    sms = channels["sms"]
    assert (sms.timeout_s, sms.options) == (20, {"title": "seal"})
    assert sms.addresses["ana"].reveal() == "smsgateway://k3y@host/8110001"
    assert channels["pipe"].timeout_s == 10
    assert "k3y" not in repr(channels)
    assert "erp.example" not in repr(channels)


def test_a_channels_url_comes_from_the_environment_before_the_file(tmp_path: Path) -> None:
    env = {"TRACKER_NOTIFY__CHANNEL_ERP_URL": "https://other.example"}
    url = configured(tmp_path, env=env).notices.channels["erp"].url
    assert url is not None
    assert url.reveal() == "https://other.example"


@pytest.mark.parametrize(
    ("was", "instead", "place", "what", "mend"),
    [
        ('kind = "file"', 'kind = "fax"', ":7: [notify.channels.pipe]", "'fax'", "keys: kind"),
        ('kind = "file"', 'kid = "file"', ":7: [notify.channels.pipe]", "`kid`", "keys: kind"),
        ('for_warnings = ["pipe"]', 'for_warnings = ["pip"]', ":20: [notify.contacts.ana]",
         "no channel 'pip'", "channels: erp, pipe, sms"),
        ('"America/Chicago"', '"America/Chikago"', ":24: [notify.contacts.bob]",
         "no time zone 'America/Chikago'", "America/Monterrey"),
        ('"Mon-Fri 08:00-17:00"', '"Lun 08:00-17:00"', ":24: [notify.contacts.bob]",
         "'lun' is no day", "Mon-Fri 07:00-19:00"),
        ('"06:00-22:00"', '"6 to 22"', ":3: [notify] hours", "no span of hours", "for instance"),
        ('timezone = "America/Monterrey"', 'timezone = "Monterrey"', ":2: [notify] timezone",
         "no time zone 'Monterrey'", "America/Monterrey"),
        ('contacts = ["ana"]', 'contacts = ["eva"]', ":31: [notify.rosters.desk]",
         "no contact 'eva'", "contacts: ana, bob"),
        ('[["desk"],', '[["dusk"],', ":35: [notify.ladders.house]", "no contact 'dusk'", "desk"),
        ('kinds = ["seal_*"]', 'kinds = ["sael_*"]', ":39: [notify.routes[1]]",
         "no kind of alert is 'sael_*'", "kinds: seal_opened"),
        ('ladder = "house"\nchannels', 'ladder = "home"\nchannels', ":39: [notify.routes[1]]",
         "no ladder 'home'", "ladders: house"),
        ('[[notify.routes]]\nladder = "house"', "[[notify.routes]]", ":45: [notify.routes[2]]",
         "leads nowhere", "give it a ladder"),
        ("[notify.contacts.ana]", "[notify.contacts.eva]", ":5: [notify] addresses_file",
         "addresses of 'ana', who is no contact", "take them out"),
        ('url_file = "erp.url"', 'url_file = "none"', ":16: [notify.channels.erp]",
         "cannot read the URL file", "create it"),
        ("calm_min = 3.0", 'map_link = "https://x/{lat}/{long}"', ":4: [notify] map_link",
         "no link to a map", "{lat},{lon}"),
        ("calm_min = 3.0", 'map_link = "https://x/"', ":4: [notify] map_link",
         "neither {lat} nor {lon}", "{lat},{lon}"),
        ("calm_min = 3.0", 'link_base = "tracker.example.com"', ":4: [notify] link_base",
         "no address of a web page", "https://tracker.example.com/a/"),
        ("calm_min = 3.0", "code_hours = 10000", ":4: [notify] code_hours", "<= 720",
         "above 0, at most 720"),
        ("calm_min", "clam_min", ":4: [notify] clam_min", "no key clam_min", "mean calm_min?"),
    ],
)  # fmt: skip
def test_a_fault_names_its_line_and_its_mend(
    tmp_path: Path, was: str, instead: str, place: str, what: str, mend: str
) -> None:
    assert was in WHOLE
    said = faults(tmp_path, WHOLE.replace(was, instead, 1))
    assert f"tracker.toml{place}" in said
    assert what in said
    assert mend in said
    assert said.count(what) == 1, "what is wrong once is told once"


def test_who_cannot_be_reached_is_a_fault(tmp_path: Path) -> None:
    said = faults(tmp_path, WHOLE.replace('channels = ["pipe"]', 'channels = ["sms"]'))
    assert "[notify.contacts.bob]: nothing says where sms reaches bob" in said
    assert "in addresses_file, under [bob]: sms = URL" in said


def test_a_file_of_addresses_that_is_none_is_not_quoted(tmp_path: Path) -> None:
    (tmp_path / "tracker.toml").write_text(WHOLE)
    (tmp_path / "addresses.toml").write_text("ana: +528110001\n")
    (tmp_path / "erp.url").write_text("https://erp.example/hook\n")
    with pytest.raises(UsageError) as raised:
        load(tmp_path / "tracker.toml", {})
    assert "is not a TOML file of such tables" in str(raised.value)
    assert "8110001" not in str(raised.value)


ASKED = """
import sys
from pathlib import Path
from tracker.config import load
from tracker.domain.errors import UsageError

address = load(Path(sys.argv[1]), {}).notices.channels["sms"].addresses["ana"]
print(type(address).__name__)
try:
    address.reveal()
except UsageError as error:
    print(error)
"""


def test_who_may_not_read_addresses_can_still_give_other_commands(tmp_path: Path) -> None:
    configured(tmp_path)
    (tmp_path / "addresses.toml").chmod(0)
    done = subprocess.run(
        [sys.executable, "-c", ASKED, str(tmp_path / "tracker.toml")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=as_others_are,
    )
    kind, _, said = done.stdout.partition("\n")
    assert kind == Withheld.__name__, done.stderr
    assert "let them give the command" in said
