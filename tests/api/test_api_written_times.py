"""Days and times are what was written: no number is taken for one, whatever library would."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from pydantic import TypeAdapter, ValidationError

from api.written_times import WrittenDay, WrittenTime

ROLES = ("admin", "reviewer", "officer")
NOT_WRITTEN = ("0", "1715130000", "1715130000.5", "-1", "2024", "08:00")


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_every_day_and_time_in_an_address_is_refused_as_a_number(signed_in: Callable[..., TestClient]) -> None:
    clients = {role: signed_in(role) for role in ROLES}
    paths = clients["admin"].get("/v1/openapi.json").json()["paths"]
    asked = 0
    for path, methods in paths.items():
        if "get" not in methods or "{" in path:
            continue
        for parameter in methods["get"].get("parameters", []):
            shape = parameter.get("schema", {})
            formats = {each.get("format") for each in (shape, *shape.get("anyOf", []))}
            if not formats & {"date", "date-time"}:
                continue
            asked += 1
            for written in NOT_WRITTEN:
                answers = [client.get(path, params={parameter["name"]: written}) for client in clients.values()]
                allowed = [answer for answer in answers if answer.status_code != 403]
                assert allowed, path
                for answer in allowed:
                    assert answer.status_code == 422, (path, parameter["name"], written)
                    assert f"query.{parameter['name']}" in {error["field"] for error in answer.json()["errors"]}
    assert asked >= 10


@pytest.mark.parametrize(
    "value", [0, 1715130000, 1.5, True, "0", "2024-5-8", "2024-05-08T00:00:00", "２０２４-05-08", b"0"]
)
def test_a_day_in_a_body_is_written_as_a_day(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(WrittenDay).validate_python(value)


@pytest.mark.parametrize("value", [0, 1715130000, 1.5, True, "0", "2024-05-08", "2024-05-08T09:00:00", "1715130000"])
def test_a_time_in_a_body_is_written_with_its_day_and_zone(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(WrittenTime).validate_python(value)


def test_what_is_written_is_read() -> None:
    assert TypeAdapter(WrittenDay | None).validate_python("2024-05-08").isoformat() == "2024-05-08"
    assert TypeAdapter(WrittenDay | None).validate_python(None) is None
    for written in ("2024-05-08T09:00:00+08:00", "2024-05-08T01:00:00Z", "2024-05-08T09:00:00.000+08:00"):
        assert TypeAdapter(WrittenTime).validate_python(written).timestamp() == 1715130000
