"""The features, in the order of the documentation: each has a router, a table of access and a page of its own."""

from fastapi import APIRouter

from api.health.routes import router as health
from api.vehicles.routes import router as vehicles

ROUTERS: tuple[APIRouter, ...] = (vehicles, health)
