"""`/v1/metrics`."""

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST

if TYPE_CHECKING:
    from api.health.metrics import Metrics

router = APIRouter(tags=["health"])


@router.get(
    "/metrics",
    operation_id="health.metrics",
    summary="Counts and times, for Prometheus",
    response_class=Response,
    responses={
        200: {"description": "Prometheus' text format", "content": {"text/plain": {"schema": {"type": "string"}}}}
    },
)
def metrics(request: Request) -> Response:
    """Return requests and times by operation, and the figures that are watched."""
    kept: Metrics = request.app.state.metrics
    return Response(kept.text(), media_type=CONTENT_TYPE_LATEST)
