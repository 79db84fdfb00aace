"""The features, in the order of the documentation: each has a router, a table of access and a page of its own."""

from fastapi import APIRouter
from pydantic import BaseModel

from api.accounts.routes import ROUTERS as ACCOUNTS
from api.audit.routes import router as audit
from api.decide.routes import SCHEMAS as DECIDE_SCHEMAS
from api.decide.routes import router as decide
from api.documents.routes import router as documents
from api.enterprises.change_routes import router as enterprise_changes
from api.enterprises.file_routes import router as enterprise_files
from api.enterprises.routes import router as enterprises
from api.enterprises.unlisted_routes import router as unlisted
from api.health.metrics_routes import router as metrics
from api.health.routes import router as health
from api.leads.routes import ROUTERS as LEADS
from api.loads.routes import router as loads
from api.notices.routes import router as notices
from api.permits.attachment_routes import router as attachments
from api.permits.in_force_routes import router as permits_in_force
from api.permits.reading import SCHEMAS as PERMIT_SCHEMAS
from api.permits.routes import router as permits
from api.permits.step_routes import router as permit_steps
from api.permits.suspension_routes import router as suspensions
from api.places.routes import router as places
from api.retention.routes import router as retention
from api.statistics.routes import router as statistics
from api.traces.run_routes import router as runs
from api.traces.upload_routes import router as uploads
from api.trips.routes import SCHEMAS as TRIP_SCHEMAS
from api.trips.routes import router as trips
from api.vehicles.routes import router as vehicles
from api.visits.routes import router as visits
from api.zones.routes import SCHEMAS as ZONE_SCHEMAS
from api.zones.routes import router as zones

ROUTERS: tuple[APIRouter, ...] = (
    *(decide, notices, zones, places, trips, documents, uploads, runs, *LEADS, statistics),
    # what has a word in its address stands before what has an id there
    *(vehicles, suspensions, permits_in_force, permits, permit_steps, attachments),
    *(enterprise_files, enterprise_changes, enterprises, visits, loads, unlisted),
    *(retention, *ACCOUNTS, audit, metrics, health),
)
# bodies and files that are read and written as bytes, named in the description
DESCRIBED: tuple[type[BaseModel], ...] = (*DECIDE_SCHEMAS, *TRIP_SCHEMAS, *ZONE_SCHEMAS, *PERMIT_SCHEMAS)
