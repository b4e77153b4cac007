"""`/api/v1`: the use cases and queries for programs, by the names of docs/json.md."""

from __future__ import annotations

from fastapi import APIRouter

from tracker.web.api import alerts, audits, devices, entries, places, shipments

router = APIRouter(prefix="/api/v1")
router.include_router(shipments.router)
router.include_router(alerts.router)
router.include_router(places.router)
router.include_router(entries.router)
router.include_router(devices.router)
router.include_router(audits.router)
