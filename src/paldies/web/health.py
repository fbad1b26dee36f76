"""`/health`: whether the daemon is at work, for whoever watches over it."""

from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import JSONResponse

from paldies.reports.standstills import read_standstills
from paldies.store.schema import instance
from paldies.web.reception import Reception, Unavailable

TOO_OLD = timedelta(minutes=3)  # the heart beats every minute


def health(reception: Reception) -> APIRouter:
    pages = APIRouter()

    @pages.api_route("/health", methods=["GET", "HEAD"])
    async def look() -> JSONResponse:
        try:
            state = await reception.look_around(_state, reception.clock.now())
        except Unavailable:
            state = {"problem": "the database cannot be read"}
        is_ready = "problem" not in state
        return JSONResponse({"ready": is_ready, "mode": reception.mode, **state}, 200 if is_ready else 503)

    return pages


def _state(session: Session, now: datetime) -> dict[str, Any]:
    row = session.execute(select(instance.c.heartbeat_at, instance.c.paused_at, instance.c.fence)).first()
    if row is None or row.heartbeat_at is None:
        return {"database": "ok", "problem": "the daemon has not begun yet"}
    age = now - row.heartbeat_at
    state: dict[str, Any] = {
        "database": "ok",
        "heartbeat_age": round(age.total_seconds()),  # seconds
        "sending": "paused" if row.paused_at else "on",
    }
    stops = read_standstills(session)
    stopped = {"channels": stops.channels, "campaigns": stops.paused, "unusual": sorted(stops.unusual)}
    if any(stopped.values()):
        state["stopped"] = stopped
    if row.fence:
        return state | {"sending": "off", "problem": row.fence}
    return state | ({"problem": "the daemon's heart has stopped beating"} if age > TOO_OLD else {})
