"""The application: features under `/v1`, one door, one way of saying what is wrong."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import metadata

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute

from api import problems
from api.access.guard import guard
from api.access.identify import identify
from api.access.table import check_complete
from api.features import ROUTERS
from api.law import Law
from api.service import Service
from api.settings import Settings
from api.store.database import Store
from api.web import mount as pages


def operations() -> list[str]:
    """Return the operation id of each route."""
    found = [route for router in (*ROUTERS, *pages.PAGES) for route in router.routes if isinstance(route, APIRoute)]
    return [route.operation_id or route.path for route in found]


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build the service.

    Raises:
        ValueError: a route without a row in the tables of access.
    """
    settings = settings or Settings()
    store = Store(settings.url)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        store.close()

    app = FastAPI(
        title="truckban",
        version=metadata.version("truckban"),
        summary="Tells whether a truck may be where it is, and why. What it finds are leads for a person to verify.",
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        separate_input_output_schemas=False,
    )
    app.state.service = Service(settings, store, Law(settings.notices))
    app.state.identify = identify
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router, prefix="/v1", dependencies=[Depends(guard)])
    pages.install(app)
    app.state.answer_page = pages.answer_page
    check_complete(operations())
    return app
