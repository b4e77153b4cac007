"""`tracker policy`: every threshold in force, with its unit and where the number comes from."""

from __future__ import annotations

from typing import Any

import typer

from tracker.cli.shared import render
from tracker.cli.shared.session import Json, load_config
from tracker.config import Config


def policy(ctx: typer.Context, as_json: Json = False) -> None:
    """Show every threshold in force: value, unit, default, source of the number."""
    render.documents(
        thresholds(load_config(ctx, needed=False)),
        as_json=as_json,
        columns=("THRESHOLD", "VALUE", "UNIT", "DEFAULT", "MEANING", "SOURCE"),
        row=lambda one: tuple(one.values()),
        empty="",
    )


def thresholds(config: Config) -> list[dict[str, Any]]:
    from tracker.config.keys import keys

    return [
        {
            "name": key.name,
            "value": getattr(config.policy, key.name),
            "unit": key.unit,
            "default": key.default,
            "meaning": key.text,
            "source": key.source,
        }
        for key in keys("policy", type(config.policy)).values()
    ]
