"""`python -m bench.detection`: how well incidents are told, over so many honest truck-hours."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from bench.detection.incidents import ALL
from bench.detection.pieces import Unmergeable, merged
from bench.detection.runs import Outcome, benchmark
from bench.detection.score import Score
from bench.detection.table import as_json, table


def main() -> int:
    """0, or with --check 1 if a target is missed."""
    arguments = _parser().parse_args()
    unknown = sorted(set(arguments.only or ()) - set(ALL))
    if unknown:
        print(f"no such incident: {', '.join(unknown)}; there are:", *sorted(ALL), file=sys.stderr)
        return 2
    try:
        score, facts = merged(arguments.merge) if arguments.merge else _run(arguments)
    except Unmergeable as error:
        print(error, file=sys.stderr)
        return 2
    print(table(score, verbose=arguments.verbose))
    seeds = ", ".join(str(seed) for seed in facts.get("seeds", [facts.get("seed")]))
    print(f"{facts['readings']:,} readings, seed {seeds}, {facts['seconds']:.0f} s")
    shortfalls = score.shortfalls()
    for shortfall in shortfalls:
        print("missed:", shortfall)
    if arguments.json:
        arguments.json.write_text(json.dumps(as_json(score, **facts), indent=1) + "\n")
    return int(bool(shortfalls) and arguments.check)


def _run(arguments: argparse.Namespace) -> tuple[Score, dict[str, Any]]:
    score, readings, began = Score(), 0, time.monotonic()
    for outcome in benchmark(
        score,
        seed=arguments.seed,
        names=arguments.only or sorted(ALL),
        each=arguments.each,
        hours=arguments.hours,
        processes=arguments.processes,
    ):
        readings += outcome.judged.readings
        _tell(score, outcome)
    seconds = round(time.monotonic() - began, 1)
    return score, {"seed": arguments.seed, "readings": readings, "seconds": seconds}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.detection", description=__doc__)
    parser.add_argument("--hours", type=float, default=2_000, help="honest truck-hours, at least")
    parser.add_argument("--each", type=int, default=5, help="trips with each incident")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append", help="this incident alone; may be repeated")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", type=Path, metavar="FILE", help="everything, for programs")
    parser.add_argument(
        "--merge", type=Path, nargs="+", metavar="FILE",
        help="run nothing: make one table of what these runs wrote with --json",
    )  # fmt: skip
    parser.add_argument("--check", action="store_true", help="exit with 1 if a target is missed")
    parser.add_argument("-v", "--verbose", action="store_true", help="with examples of what failed")
    return parser


def _tell(score: Score, outcome: Outcome) -> None:
    """A line for each fleet: all so far, and how fast this one was."""
    incidents = sum(line.incidents for line in score.lines.values())
    critical, warnings = score.false_alerts("critical"), score.false_alerts("warning")
    print(
        f"{score.honest_hours:,.0f} h, {incidents} incidents, false so far {critical} critical, "
        f"{warnings} warning; {outcome.hours_a_minute:,.0f} h in a minute of CPU",
        file=sys.stderr,
        flush=True,
    )
    for refusal in sorted(set(outcome.judged.refused))[:3]:
        print("refused:", refusal.replace("\n", " "), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
