"""The tables within [policy]: read as they say, and every fault told with its place."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from tracker.config import load, template
from tracker.domain.errors import UsageError
from tracker.domain.hours import Hours
from tracker.domain.layers import Layers
from tracker.domain.shipment import Profile

NIGHT = '[policy.hours.night]\nfrom = "22:00"\nuntil = "05:00"\ntimezone = "America/Monterrey"\n'


def read(folder: Path, text: str) -> Layers:
    file = folder / "tracker.toml"
    file.write_text(text)
    return load(file, {}).layers


def test_each_is_read(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "[policy]\nstop_critical_min = 40\n"
        "[policy.profile.high-risk]\nstop_warning_min = 5\nrefused_critical = 1\n"
        '[policy.lane."mty laredo"]\nsilence_moving_min = 15\n'
        "[policy.crossing.wtb]\nborder_stop_min = 600\n"
        f'{NIGHT}lanes = ["mty laredo"]\nprofiles = ["high-risk"]\nstop_warning_min = 3\n'
        "[broker]\nport = 1999\n",
    )
    assert found == Layers(
        profiles={Profile.HIGH_RISK: {"stop_warning_min": 5, "refused_critical": 1}},
        lanes={"mty laredo": {"silence_moving_min": 15}},
        crossings={"wtb": {"border_stop_min": 600}},
        hours=(
            Hours(
                "night",
                time(22),
                time(5),
                "America/Monterrey",
                {"stop_warning_min": 3},
                lanes=("mty laredo",),
                profiles=("high-risk",),
            ),
        ),
    )
    assert found.profile(Profile.HIGH_RISK)["stop_critical_min"] == 20, "the shipped ones stay"


def test_a_time_may_be_toml_s_own(tmp_path: Path) -> None:
    text = NIGHT.replace('"22:00"', "22:00:00")
    assert read(tmp_path, text).hours[0].begins == time(22)


def test_the_examples_of_init_are_right(tmp_path: Path) -> None:
    """With one "#" less in each line, they are layers."""
    lines = template({}).partition("to use them.\n")[2].splitlines()
    found = read(tmp_path, "\n".join(line.removeprefix("#") for line in lines))
    assert found.profiles
    assert found.lanes
    assert found.crossings
    assert found.hours


@pytest.mark.parametrize(
    ("text", "place", "what", "mend"),
    [
        ("[policy.profiles.x]\n", "tracker.toml: [policy]", "no layer profiles", "profile?"),
        ("[policy.profile]\ntrusted = 1\n", ":2: [policy.profile] trusted", "needs a name", "it"),
        ("[policy.profile.risky]\n", ":1: [policy.profile] risky", "no profile risky", "trusted"),
        (
            "[policy.profile.trusted]\nstop_warnin_min = 1\n",
            "tracker.toml:2: [policy.profile.trusted] stop_warnin_min",
            "no threshold stop_warnin_min",
            "did you mean stop_warning_min?",
        ),
        (
            '[policy.lane."a b"]\n\nstop_warning_min = -1\n',
            'tracker.toml:3: [policy.lane."a b"] stop_warning_min',
            ">= 0",
            "allowed: a number from 0",
        ),
        ("[policy.crossing.x]\nreseal_limit = 1.5\n", ":2: [policy.crossing.x]", "int", "whole"),
        ("[policy.hours.x]\n", "[policy.hours.x] from", "from is missing", '"22:00"'),
        (NIGHT.replace("05:00", "24:00"), ":3: [policy.hours.night] until", "'24:00'", "time"),
        (NIGHT.replace("05:00", "22:00"), ":3: [policy.hours.night]", "the same", "[policy]"),
        (NIGHT.replace("Monterrey", "Nowhere"), ":4: [policy.hours.night]", "no time zone", "for"),
        (NIGHT.replace('"America/Monterrey"', "6"), ":4: [policy.hours.night]", "zone 6", "for"),
        (NIGHT + 'lanes = "x"\n', ":5: [policy.hours.night] lanes", "lanes is 'x'", "a list"),
        (NIGHT + 'profiles = ["x"]\n', ":5: [policy.hours.night]", "no profile x", "profiles: "),
        (
            NIGHT + "corridor_half_width_m = 5\n",
            ":5: [policy.hours.night] corridor_half_width_m",
            "cannot change by the hour: a corridor is as wide",
            "by profile, lane",
        ),
    ],
)
def test_every_fault_says_where_and_what_mends_it(
    tmp_path: Path, text: str, place: str, what: str, mend: str
) -> None:
    with pytest.raises(UsageError) as caught:
        read(tmp_path, text)
    told = str(caught.value)
    assert place in told
    assert what in told
    assert mend in told.partition("->")[2]
