"""What the routes of one running service share."""

from dataclasses import dataclass

from fastapi import Request

from api.law import Law
from api.settings import Settings
from api.store.database import Store


@dataclass(frozen=True, eq=False)
class Service:
    """Settings, the store, and the law in force."""

    settings: Settings
    store: Store
    law: Law


def service_of(request: Request) -> Service:
    """Return the service that a request came to."""
    service: Service = request.app.state.service
    return service
