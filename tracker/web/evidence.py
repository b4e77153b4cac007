"""What is audited, and what is handed to others: for pages and programs alike."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator

from fastapi import Request
from starlette.responses import StreamingResponse

from tracker import wiring
from tracker.app.people.entering import Entered
from tracker.audit.finding import AuditFinding
from tracker.audit.seals import audit_seals
from tracker.audit.shipment import audit_shipment
from tracker.domain.access import Right
from tracker.web.faults import Fault
from tracker.web.who import office_of, record_reading, visible

CHUNK = 1 << 16


def audited(request: Request, entered: Entered, shipment: str) -> list[AuditFinding]:
    """Raises Fault 404 for one that is not shown."""
    office = office_of(request)
    with office.desk() as desk:
        visible(desk, entered, shipment)
        record_reading(office, entered, shipment, "audit")
        geography = wiring.audit_geography(office.config, desk.records, shipment)
        return audit_shipment(desk.records, shipment, geography, office.now())


def audited_seals(request: Request, entered: Entered) -> list[AuditFinding]:
    """Raises Fault 403 for who sees some shipments only."""
    must_see_all(entered)
    office = office_of(request)
    with office.desk() as desk:
        return audit_seals(desk.records, office.config.policy, office.now())


def bundle(
    request: Request, entered: Entered, shipment: str, *, disclose: bool
) -> StreamingResponse:
    """A shipment's evidence, as `tracker log export` writes it. Names of people only for who may
    declare: a reader outside is given them by somebody who may.
    """
    office = office_of(request)
    with office.desk() as desk:
        visible(desk, entered, shipment)
    if disclose and not entered.viewer.may(Right.DECLARE):
        raise Fault(403, "names of people are not yours to take out")
    record_reading(office, entered, shipment, "evidence")
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it was sent
    try:
        with wiring.exporter(office.config, lambda text: None) as exporter:
            exporter.export(file, shipment, by=entered.viewer.name, disclose=disclose)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    name = re.sub(r"[^A-Za-z0-9._-]", "_", shipment)

    def sent() -> Iterator[bytes]:
        with file:
            while chunk := file.read(CHUNK):
                yield chunk

    headers = {"content-disposition": f'attachment; filename="{name}.zip"'}
    return StreamingResponse(sent(), media_type="application/zip", headers=headers)


def must_see_all(entered: Entered) -> None:
    if not entered.viewer.sees_all:
        raise Fault(403, "this is of all shipments, and you see some")
