"""What people read: pages made on the server, which work without scripts."""

from __future__ import annotations

from fastapi import APIRouter

from tracker.web.pages import (
    alerts,
    audit,
    audit_trail,
    board,
    doing,
    live_map,
    login,
    people,
    shipment,
    tiles,
)

router = APIRouter()
router.include_router(login.router)
router.include_router(board.router)
router.include_router(shipment.router)
router.include_router(alerts.router)
router.include_router(doing.router)
router.include_router(audit.router)
router.include_router(audit_trail.router)
router.include_router(people.router)
router.include_router(live_map.router)
router.include_router(tiles.router)
