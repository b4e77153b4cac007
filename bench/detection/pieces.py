"""A long run in pieces: what several runs have written with --json, as one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.detection.expected import EXPECTED
from bench.detection.score import Line, Score


class Unmergeable(Exception):
    """In words: the file, what is wrong with it, and the mend."""


def merged(files: Sequence[Path]) -> tuple[Score, dict[str, Any]]:
    """(score, facts of the runs) of all of them; each seed counts once."""
    score = Score()
    seeds, readings, seconds = dict[int, Path](), 0, 0.0
    for file in files:
        told = _read(file)
        for seed in told["seeds"] if "seeds" in told else [told["seed"]]:
            if seed in seeds:
                raise Unmergeable(
                    f"{file}: seed {seed} is in {seeds[seed]} already, and its journeys are the "
                    "same; run each piece with a --seed of its own"
                )
            seeds[seed] = file
        readings += told["readings"]
        seconds += told["seconds"]
        _add(score, told, file)
    return score, {"seeds": sorted(seeds), "readings": readings, "seconds": round(seconds, 1)}


def _read(file: Path) -> dict[str, Any]:
    mend = "give files that `python -m bench.detection --json FILE` wrote"
    try:
        told = json.loads(file.read_bytes())
    except OSError as error:
        raise Unmergeable(f"{file}: {error.strerror}; {mend}") from error
    except ValueError as error:
        raise Unmergeable(f"{file}: not JSON ({error}); {mend}") from error
    needed = ("readings", "seconds", "honest_hours", "incidents", "false")
    lacks = [key for key in needed if not isinstance(told, dict) or key not in told]
    if lacks or not {"seed", "seeds"} & set(told):
        raise Unmergeable(f"{file}: lacks {', '.join(lacks) or 'seed'}; {mend}")
    return dict(told)


def _add(score: Score, told: dict[str, Any], file: Path) -> None:
    score.honest_hours += told["honest_hours"]
    for key, incident in told["incidents"].items():
        if key not in EXPECTED:
            raise Unmergeable(f"{file}: no such incident: {key}; run that piece again")
        if len(incident.get("reports", ())) != incident["named"]:
            raise Unmergeable(f"{file}: lacks the reports of {key}; run that piece again")
        line: Line = score.lines[key]
        line.incidents += incident["incidents"]
        line.named += incident["named"]
        line.acted += incident["acted"]
        line.graded += incident["severity_right"]
        line.alerts += incident["alerts"]
        line.receipt += incident["receipt_min"]
        line.event += incident["event_min"]
        line.reports += incident["reports"]
        line.told += Counter(incident["told"])
        line.missed += incident["missed"]
    for false in told["false"]:
        key = (false["severity"], false["kind"])
        score.false[key] += false["alerts"]
        score.examples[key] += false["examples"]
