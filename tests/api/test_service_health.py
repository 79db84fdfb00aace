"""The service is there."""

from fastapi.testclient import TestClient

from api.store.database import Store
from api.store.schema import differences, migrate, newest, revision_of


def test_a_new_service_is_ready(client: TestClient) -> None:
    assert client.get("/v1/health").json() == {"status": "alive"}
    assert client.get("/v1/ready").json()["store"] == "ok"


def test_a_vehicle_is_classified(client: TestClient) -> None:
    answer = client.post("/v1/vehicles/classify", json={"id": "v", "vehicle_type": "H22"})
    assert answer.status_code == 200
    assert answer.json()["vehicle_class"] == "medium"


def test_the_tables_are_those_that_the_program_expects(store: Store) -> None:
    assert revision_of(store) == newest()
    assert differences(store) == []


def test_the_store_can_be_taken_back_to_nothing_and_made_again(store: Store) -> None:
    assert migrate(store, "base") == (newest(), None)
    assert migrate(store) == (None, newest())
    assert differences(store) == []
