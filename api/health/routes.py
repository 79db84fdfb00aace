"""`/v1/health`, `/v1/ready`."""

from typing import Literal

import sqlalchemy as sa
from fastapi import APIRouter, Request
from pydantic import BaseModel

from api.problems import Problem
from api.service import service_of
from zones.text import Text

router = APIRouter(tags=["health"])


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Ready(BaseModel):
    """The service can work."""

    status: Literal["ready"] = "ready"
    store: Literal["ok"] = "ok"
    notices: list[str]


@router.get("/health", operation_id="health.alive", summary="The process answers")
async def alive() -> Alive:
    """Say that the process answers; nothing else is asked."""
    return Alive()


@router.get("/ready", operation_id="health.ready", summary="The service can work: store and law are there")
def ready(request: Request) -> Ready:
    """Ask the store one question."""
    service = service_of(request)
    try:
        with service.store.read() as session:
            session.execute(sa.text("SELECT 1"))
    except sa.exc.SQLAlchemyError:
        text = Text("数据库暂时不可用", "the store does not answer")
        raise Problem(503, "store_unavailable", text, headers={"Retry-After": "5"}) from None
    return Ready(notices=list(service.law.names))
