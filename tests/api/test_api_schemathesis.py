"""The whole interface against its own description: nothing breaks, nothing is answered that is not described.

Requests are made up from the description, good ones and bad ones, as nobody and in each role that changes things. A few for
each route here; `TRUCKBAN_FUZZ=200 pytest tests/api/test_api_schemathesis.py` makes as many as one has time for, and
`TRUCKBAN_FUZZ_URL=postgresql://…`, an empty database, has them made of a service on PostgreSQL.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from fastapi import FastAPI, Request
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import SchemathesisConfig
from starlette.testclient import TestClient

from api.access.principal import Principal
from api.app import create_app
from api.problems import Problem
from api.settings import Settings
from api.store.database import Store
from api.store.schema import migrate
from zones.text import Text

EXAMPLES = int(os.environ.get("TRUCKBAN_FUZZ", "2"))
CONFIG = {
    "phases": {"coverage": {"enabled": EXAMPLES > 50}},  # thousands of requests: for the long run
    "checks": {
        # what fits the description can still be about a place off the map, a day that is over, a thing that is not there
        "positive_data_acceptance": {"enabled": False},
        # 412: another version of tus, as its specification has it
        "negative_data_rejection": {
            "expected-statuses": ["400", "401", "403", "404", "409", "412", "415", "422", "428"]
        },
    },
}
ROLES = ("anonymous", "driver", "officer", "reviewer", "admin")
# what ends with its run alone
LEFT_OUT = ("/v1/traces/runs/{run_id}/events",)


for kind in ("application/offset+octet-stream", "application/pdf", "image/jpeg", "image/png"):
    schemathesis.serializer.alias(kind, "application/octet-stream")
FOLDER = tempfile.TemporaryDirectory(prefix="tbfuzz")
URL = os.environ.get("TRUCKBAN_FUZZ_URL", f"sqlite:///{FOLDER.name}/truckban.sqlite")


def _app() -> FastAPI:
    """Return the service on a store that is made when the tests begin; its description needs none."""
    app = create_app(
        Settings(
            data_dir=Path(FOLDER.name) / "data",
            database_url=URL,  # type: ignore[arg-type]
            trip_processes=0,
            rate_per_minute=10**9,
            sign_ins_per_minute=10**9,
        )
    )
    app.state.identify = _taken_for
    return app


def _taken_for(request: Request) -> Principal:
    """Return who a key stands for: here a role's name, anything else is refused as the door refuses it."""
    if "authorization" not in request.headers:
        role = "anonymous"
    elif (role := request.headers["authorization"].removeprefix("Bearer ")) not in ROLES:
        raise Problem(401, "sign_in", Text("密钥无效", "the key is not good"))
    return Principal(role, f"account:{role}-1", account_id=None if role == "anonymous" else f"{role}-1")


APP = _app()
schema = schemathesis.openapi.from_dict(APP.openapi(), config=SchemathesisConfig.from_dict(CONFIG)).exclude(
    path=list(LEFT_OUT)
)
schema.app = APP


@pytest.fixture(scope="module", autouse=True)
def _running(request: pytest.FixtureRequest) -> Iterator[None]:
    if "TRUCKBAN_FUZZ_URL" in os.environ:
        store = Store(APP.state.service.settings.url)
        migrate(store)
        store.close()
    else:
        shutil.copy(request.getfixturevalue("ready_sqlite"), Path(FOLDER.name) / "truckban.sqlite")
    with TestClient(APP):
        yield
    FOLDER.cleanup()


@pytest.mark.slow
@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES <= 50,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
def test_what_is_answered_is_what_is_described(case: schemathesis.Case) -> None:
    for role in ROLES:
        case.call_and_validate(headers={} if role == "anonymous" else {"Authorization": f"Bearer {role}"})
