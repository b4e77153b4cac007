"""Whether a finding says exactly what its type and code declare."""

from __future__ import annotations

from typing import get_args

from tracker.domain.codes import Code, FactType
from tracker.domain.finding import OF_ANY, OF_TYPE, Finding


def undeclared(finding: Finding) -> list[str]:
    """What is wrong with its facts: one too many, one missing, one of another type."""
    of_type = OF_TYPE.get(finding.type, {})
    due = {**of_type, **finding.code.facts}
    may = {name: kind for name, kind in OF_ANY.items() if name in finding.facts}
    due |= may
    named = {name for name in due if not name.endswith("*")}
    wrong = [f"{name} is missing" for name in named - finding.facts.keys()]
    wrong += [f"{name} is of type and code" for name in of_type.keys() & finding.code.facts.keys()]
    for name, value in finding.facts.items():
        declared = due.get(name) or open_fact(finding.code, name)
        if declared is None:
            wrong.append(f"{name} is not declared")
        elif type(value) not in types(declared) and not isinstance(value, _strings(declared)):
            wrong.append(f"{name} is {value!r}, not {declared}")
    return wrong


def open_fact(code: Code, name: str) -> FactType | None:
    """The type of a fact of which only how its name begins is declared."""
    return next(
        (
            declared
            for pattern, declared in code.facts.items()
            if pattern.endswith("*") and name.startswith(pattern[:-1])
        ),
        None,
    )


def types(declared: FactType) -> tuple[type, ...]:
    return get_args(declared) or (declared,)


def _strings(declared: FactType) -> tuple[type, ...]:
    """A member of an enumeration of texts is a text."""
    return (str,) if str in types(declared) else ()
