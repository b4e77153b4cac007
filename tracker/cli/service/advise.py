"""`tracker policy advise`: what another value of a threshold would have done."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracker.cli.shared import completing, render
from tracker.cli.shared.choice import Since, Until, period
from tracker.cli.shared.session import Json, load_config
from tracker.domain.alert import AlertKind
from tracker.domain.errors import UsageError

if TYPE_CHECKING:
    from tracker.app.replay.advice import Advice
    from tracker.domain.policy import Policy

KINDS = 2
"""Without --kind: so many, those that were called false the most often."""


def advise(
    ctx: typer.Context,
    kind: Annotated[
        list[AlertKind] | None,
        typer.Option(help="About this kind; may be repeated. Left out: those most often false."),
    ] = None,
    threshold: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Only this threshold; may be repeated.",
            autocompletion=completing.thresholds,
        ),
    ] = None,
    values: Annotated[
        int, typer.Option(min=1, max=7, help="So many other values of each threshold are tried.")
    ] = 4,
    since: Since = None,
    until: Until = None,
    as_json: Json = False,
) -> None:
    """Show what other values of a threshold would do to false alarms and to true ones.

    The journal is told again by each value (`tracker replay`), and what people said when they
    closed alerts (`alerts close --as`) tells which of them were worth raising. Nothing is changed:
    it proposes a line for tracker.toml, people decide.
    """
    from tracker import wiring
    from tracker.app.replay.advice import Adviser, candidates

    config = load_config(ctx)
    begin, end = period(ctx, since, until)
    with wiring.retelling(config, since=begin, until=end) as retelling:
        chosen = _chosen(list(retelling.recorded.values()), kind, threshold)
        if not chosen:
            return
        began = time.monotonic()
        with render.progress("as it is", as_json=as_json) as progress:
            adviser = Adviser(retelling, config.policy, config.layers, progress)
        each = time.monotonic() - began
        tried = [(*one, candidates(config.policy, one[1], values)) for one in chosen]
        runs = sum(len(some) for _, _, some in tried)
        render.warn(
            f"{adviser.as_is.readings:,} readings told once in {each:.1f} s; {runs} values of "
            f"{len(tried)} thresholds to try: about {runs * each / 60:.1f} min"
        )
        for of_kind, name, some in tried:
            with render.progress(name, as_json=as_json) as progress:
                advice = adviser.advise(of_kind, name, some, progress)
            if as_json:
                render.json_line(advice)
            else:
                _show(advice, config.policy)


def _chosen(
    recorded: list[Any], kinds: list[AlertKind] | None, named: list[str] | None
) -> list[tuple[AlertKind, str]]:
    """The kinds and their thresholds. Raises UsageError for a pair that does not exist."""
    from tracker.app.replay.advice import THRESHOLDS, wanted

    about = list(kinds or wanted(recorded)[:KINDS])
    if not about and named:
        about = [kind for kind in THRESHOLDS if set(named) & set(THRESHOLDS[kind])]
    if not about:
        render.warn(
            "no alert was called false: there is nothing to learn from\n"
            "  -> tracker alerts close ID --as VERDICT says what one turned out to be; --kind KIND "
            "tries its thresholds all the same"
        )
        return []
    for kind in about:
        if kind not in THRESHOLDS:
            raise UsageError(
                f"no threshold decides about {kind}",
                where="--kind",
                mend=f"these have some: {', '.join(THRESHOLDS)}",
            )
    pairs = [(kind, name) for kind in about for name in THRESHOLDS[kind]]
    if named:
        known = sorted({name for _, name in pairs})
        for name in named:
            if name not in known:
                raise UsageError(
                    f"{name} does not decide about {', '.join(about)}",
                    where="--threshold",
                    mend=f"these do: {', '.join(known)}",
                )
        pairs = [pair for pair in pairs if pair[1] in named]
    return pairs


COLUMNS = (
    "VALUE", "FALSE GONE", "TRUE GONE", "TRUE LATER", "OTHERS GONE", "NEW", "GRAVER", "MILDER"
)  # fmt: skip


def _show(advice: Advice, policy: Policy) -> None:
    from tracker.config.keys import keys

    unit = keys("policy", type(policy))[advice.threshold].unit
    render.say(
        f"\n{advice.kind}: {advice.threshold}, now {advice.value:g} {unit}; on record "
        f"{advice.judged_true} called true, {advice.judged_false} called false"
    )
    render.table(
        COLUMNS,
        (
            (
                f"{one.value:g}",
                one.false_gone,
                one.true_gone,
                f"{one.true_later} (by {one.latest_min:g} min)" if one.true_later else 0,
                one.unjudged_gone,
                one.new,
                one.graver,
                one.milder,
            )
            for one in advice.trials
        ),
        empty="no other value is allowed",
    )
    if advice.proposed is None:
        render.say("no value tried is better than the one in force")
    else:
        render.say(f"proposed, below [policy] in tracker.toml: {line(advice, policy)}")


def line(advice: Advice, policy: Policy) -> str:
    """The line for tracker.toml; a number of things is whole."""
    whole = isinstance(getattr(policy, advice.threshold), int)
    value = advice.proposed or 0.0
    return f"{advice.threshold} = {int(value) if whole else value}"
