"""The application: features under `/v1`, one door, one way of saying what is wrong."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from functools import cache
from importlib import metadata

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from sqlalchemy.exc import SQLAlchemyError
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from api import openapi, problems
from api.access.guard import guard
from api.access.identify import identify
from api.access.secrets import cookie_name
from api.access.table import check_complete
from api.decide.fast import FastWay
from api.documents.service import seed
from api.enterprises.service import seed as seed_registry
from api.features import DESCRIBED, ROUTERS
from api.health.metrics import Metrics
from api.law import Law, LawWatch
from api.methods import Methods
from api.middleware import layers
from api.middleware.log_file import LogFile
from api.service import Service
from api.settings import Settings
from api.store.database import Store
from api.trips.planner import Planner
from api.web import mount as pages


def operations() -> list[str]:
    """Return the operation id of each route."""
    return [route.operation_id or route.path for route in routes_of((*ROUTERS, *pages.PAGES))]


def routes_of(routers: Iterable[APIRouter]) -> list[APIRoute]:
    """Return the routes of routers."""
    return [route for router in routers for route in router.routes if isinstance(route, APIRoute)]


@cache
def _methods() -> Methods:
    return Methods(routes_of(ROUTERS), "/v1")


@cache
def _behind_the_door() -> list[BaseRoute]:
    """Return all routes, pages too; prepared once a process, for that takes longer than all else that an application needs."""
    whole = APIRouter(routes=[_methods()])
    for router in ROUTERS:
        whole.include_router(router, prefix="/v1", dependencies=[Depends(guard)])
    for router in pages.PAGES:
        whole.include_router(router, dependencies=[Depends(guard)])
    return whole.routes


def create_app(settings: Settings | None = None, *, fast: bool = True) -> FastAPI:
    """Build the service.

    Args:
        settings: of the environment if None.
        fast: let decisions go the short way; both ways answer alike.

    Raises:
        ValueError: a route without a row in the tables of access.
    """
    settings = settings or Settings()
    store = Store(settings.url)
    law = Law(settings.notices)
    logs = [LogFile(settings.data_dir / "logs", name, days=settings.log_days) for name in ("access", "faults")]
    metrics = Metrics()
    planner = Planner(law, processes=settings.trip_processes, longest_s=settings.request_s)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        # a store that does not answer, or has no tables yet, is told by /v1/ready
        with suppress(SQLAlchemyError):
            seed(store, settings.notices)
            seed_registry(store)
        law.refresh(store)
        watch = LawWatch(law, store)
        planner.warm()
        yield
        watch.stop()
        planner.close()
        store.close()
        for log in logs:
            log.close()

    app = FastAPI(
        title="truckban",
        version=metadata.version("truckban"),
        summary="Tells whether a truck may be where it is, and why. What it finds are leads for a person to verify.",
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        # its spans have the addresses of pages, which hold plates; asking whether it is wanted costs each request, too
        telemetry={"tracing": False, "metrics": False, "logs": False},
        separate_input_output_schemas=False,
    )
    app.state.service = Service(settings, store, law)
    app.state.planner = planner
    app.state.identify = identify
    app.state.metrics = metrics
    problems.install(app, _methods().allowed)
    openapi.install(app, DESCRIBED, cookie=cookie_name(settings))
    app.user_middleware[:0] = layers(settings, access=logs[0], faults=logs[1], metrics=metrics)
    if fast:
        # outside the innermost layer, which bounds how long a body may take to come: here it has come
        short = Middleware(FastWay, service=app.state.service, state=app.state, routes=routes_of(ROUTERS))
        app.user_middleware.insert(len(app.user_middleware) - 1, short)
    app.router.routes.extend(_behind_the_door())
    pages.install(app)
    app.state.answer_page = pages.answer_page
    check_complete(operations())
    return app
