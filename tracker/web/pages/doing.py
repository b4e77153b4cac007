"""Forms for what people do: filled in, shown what it would lead to, confirmed.

The fields come from the act itself (`tracker.web.acts`), so that a page asks for what the interface
takes.
"""

from __future__ import annotations

from typing import Annotated, Any, get_args, get_type_hints

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from msgspec import Struct
from starlette.responses import RedirectResponse

from sealproof.wording import words as phrase
from tracker.app.people.entering import Entered
from tracker.domain.access import Right
from tracker.domain.alert import Verdict
from tracker.domain.errors import Refused, UsageError
from tracker.web import acts
from tracker.web.faults import Fault
from tracker.web.pages.page import Reader, page
from tracker.web.who import alert_of, having, office_of, visible

router = APIRouter(include_in_schema=False)
Answering = Annotated[Entered, Depends(having(Right.ANSWER))]
Declaring = Annotated[Entered, Depends(having(Right.DECLARE))]
LONG = frozenset({"reason", "note", "text", "despite"})
UNASKED = frozenset({"changes"})
"""What programs alone can say."""


class Asked(Struct, frozen=True, kw_only=True):
    """One field of a form. kind: "text", "long", "moment", "number", "yes" or "choice"."""

    name: str
    kind: str
    needed: bool
    value: str = ""
    choices: tuple[str, ...] = ()


def asked(act: acts.Act, values: dict[str, str]) -> list[Asked]:
    """The fields of an act, with what was filled in."""
    hints = get_type_hints(act.fields)
    return [
        Asked(
            name=field.encode_name,
            kind=_kind(field.name, hints[field.name]),
            needed=field.required,
            value=values.get(field.encode_name, ""),
            choices=tuple(Verdict) if hints[field.name] is Verdict else (),
        )
        for field in msgspec.structs.fields(act.fields)
        if field.name not in UNASKED
    ]


def _kind(name: str, hint: Any) -> str:
    plain = {hint, *get_args(hint)}
    if Verdict in plain:
        return "choice"
    if bool in plain:
        return "yes"
    if int in plain:
        return "number"
    if any("datetime" in str(one) for one in plain):
        return "moment"
    return "long" if name in LONG else "text"


def filled(act: acts.Act, form: dict[str, str], reader: Reader) -> acts.Fields:
    """Raises UsageError that names the field. A moment without a zone is of the reader's."""
    given: dict[str, Any] = {}
    for field in asked(act, form):
        value = field.value.strip()
        if field.kind == "yes":
            given[field.name] = value == "on"
        elif value:
            given[field.name] = reader.moment_of(value) if field.kind == "moment" else value
    try:
        return msgspec.convert(given, act.fields, strict=False)
    except msgspec.ValidationError as error:
        what, _, place = str(error).partition(" - at ")
        raise UsageError(what, where=place.strip("`$.")) from error


async def form_of(request: Request) -> dict[str, str]:
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}


Form = Annotated[dict[str, str], Depends(form_of)]


@router.get("/shipments/{shipment}/do/{name}")
def ask_shipment(request: Request, shipment: str, name: str, entered: Declaring) -> Response:
    with office_of(request).desk() as desk:
        visible(desk, entered, shipment)
    return _form(request, entered, _act(acts.OF_SHIPMENTS, name), shipment, {})


@router.post("/shipments/{shipment}/do/{name}")
def do_shipment(
    request: Request, shipment: str, name: str, entered: Declaring, form: Form
) -> Response:
    """Without `confirmed`: what it would lead to, and nothing is changed."""
    office, act = office_of(request), _act(acts.OF_SHIPMENTS, name)
    reader, by = Reader(request, entered, office.config), entered.viewer.name
    with office.desk() as desk:
        visible(desk, entered, shipment)
    try:
        fields = filled(act, form, reader)
        with office.clerk() as clerk:
            if form.get("confirmed") != "yes" and act.apply is not None:
                return _form(request, entered, act, shipment, form, preview=[])
            if form.get("confirmed") != "yes":
                command = act.command(fields, clerk.commands.now(), by, shipment)
                told = clerk.commands.preview(shipment, command)
                lines = [phrase(one.code, one.facts, reader.words.language) for one in told]
                return _form(request, entered, act, shipment, form, preview=lines)
            acts.done(clerk.commands, shipment, act, fields, by)
    except (UsageError, Refused) as error:
        return _form(request, entered, act, shipment, form, fault=error)
    return RedirectResponse(f"/shipments/{shipment}", status_code=303)


@router.get("/alerts/{alert}/do/{name}")
def ask_alert(request: Request, alert: str, name: str, entered: Answering) -> Response:
    with office_of(request).desk() as desk:
        alert_of(desk, entered, alert)
    return _form(request, entered, _act(acts.OF_ALERTS, name), alert, {}, of="alerts")


@router.post("/alerts/{alert}/do/{name}")
def do_alert(request: Request, alert: str, name: str, entered: Answering, form: Form) -> Response:
    office, act = office_of(request), _act(acts.OF_ALERTS, name)
    reader = Reader(request, entered, office.config)
    with office.desk() as desk:
        alert_of(desk, entered, alert)
    try:
        fields = filled(act, form, reader)
        with office.clerk() as clerk:
            command = act.command(fields, clerk.commands.now(), entered.viewer.name, alert)
            clerk.commands.submit_alert(alert, command)
    except (UsageError, Refused) as error:
        return _form(request, entered, act, alert, form, fault=error, of="alerts")
    return RedirectResponse(f"/alerts/{alert}", status_code=303)


def _act(known: Any, name: str) -> acts.Act:
    act = known.get(name)
    if act is None:
        raise Fault(404)
    assert isinstance(act, acts.Act)  # noqa: S101 - the lists hold nothing else
    return act


def _form(
    request: Request,
    entered: Entered,
    act: acts.Act,
    about: str,
    values: dict[str, str],
    *,
    of: str = "shipments",
    preview: list[str] | None = None,
    fault: UsageError | Refused | None = None,
) -> Response:
    return page(
        request,
        "do.html",
        entered,
        status=200 if fault is None else 409 if isinstance(fault, Refused) else 422,
        act=act.name,
        about=about,
        of=of,
        fields=asked(act, values),
        preview=preview,
        fault=fault,
    )
