"""`/v1/places`."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.openapi import answers
from api.places.index import index_of
from api.places.schemas import PlacesFound, PlaceShown
from api.service import service_of
from api.store.base import now
from truckban.moments import zone_of_time

router = APIRouter(prefix="/places", tags=["places"])


@router.get("", operation_id="places.find", summary="Which place is meant by a few letters", responses=answers(422))
def find(
    request: Request,
    response: Response,
    q: Annotated[
        str,
        Query(
            min_length=1,
            max_length=100,
            description="characters, the sound (wuyilu) or its first letters (wyl); two streets for a junction",
            examples=["五一", "wyl", "五一路 北环路"],
        ),
    ],
    limit: Annotated[int, Query(ge=1, le=20, description="at most so many")] = 8,
) -> PlacesFound:
    """Find streets of the zones' own networks, their junctions, and enterprises of the published list."""
    service = service_of(request)
    law = service.law.now
    today = now().astimezone(zone_of_time(law.shelf().first.pack.timezone)).date()
    index = index_of(law, service.law.registry, today)
    response.headers["Cache-Control"] = "private, max-age=60"
    return PlacesFound(q=q, places=[PlaceShown.of(each) for each in index.find(q, limit)])
