"""What the description says of types and methods holds for every route."""

import typing
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from pydantic import BaseModel, ValidationError

from api.app import routes_of
from api.features import ROUTERS

SignedIn = Callable[..., TestClient]
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE")


def _models_in(hint: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        yield hint
    for part in typing.get_args(hint):
        yield from _models_in(part)


def _asked() -> set[type[BaseModel]]:
    """Return the models of what is sent to the service."""
    waiting: list[type[BaseModel]] = []
    for route in routes_of(ROUTERS):
        hints = typing.get_type_hints(route.endpoint, include_extras=True)
        waiting += [model for name, hint in hints.items() if name != "return" for model in _models_in(hint)]
    found: set[type[BaseModel]] = set()
    while waiting:
        model = waiting.pop()
        if model not in found:
            found.add(model)
            waiting += [each for field in model.model_fields.values() for each in _models_in(field.annotation)]
    return found


def _plain(hint: Any) -> set[type]:  # noqa: ANN401
    if hint in (int, float, bool, str):
        return {hint}
    return set().union(*map(_plain, typing.get_args(hint)))


def test_what_is_no_number_and_no_yes_or_no_is_not_taken_for_one() -> None:
    models = _asked()
    assert len(models) >= 40
    taken = []
    for model in models:
        for name, field in model.model_fields.items():
            key, types = field.alias or name, _plain(field.annotation)
            if not types & {int, float, bool}:
                continue
            wrong: list[object] = [] if bool in types else [True, False]
            wrong += [] if str in types else ["1", "true"]
            wrong += [1, 0, "yes"] if types == {bool} else []
            for value in wrong:
                try:
                    model.model_validate({key: value})
                except ValidationError as error:
                    if any(fault["loc"][0] == key for fault in error.errors()):
                        continue
                taken.append((model.__name__, key, value))
    assert taken == []


def _by_path() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for route in routes_of(ROUTERS):
        found.setdefault(route.path, set()).update(route.methods)
    return found


def test_an_address_refuses_other_methods_and_names_all_its_own(signed_in: SignedIn) -> None:
    client = signed_in("admin")
    for path, own in _by_path().items():
        address = "/v1" + path.replace("{", "0").replace("}", "0")
        for method in METHODS:
            if method in own:
                continue
            told = client.request(method, address, json={})
            assert told.status_code == 405, (method, address, told.text)
            assert told.headers["allow"] == ", ".join(sorted(own)), (method, address)
            if method != "HEAD":
                assert told.json()["code"] == "method_not_allowed"


def test_an_address_of_nothing_has_no_methods(signed_in: SignedIn) -> None:
    assert signed_in("admin").put("/v1/nothing", json={}).status_code == 404


@pytest.mark.parametrize("field", ["lon", "lat"])
@pytest.mark.parametrize("value", [True, False, "1"])
def test_a_permit_is_not_looked_at_where_a_position_is_none(client: TestClient, field: str, value: object) -> None:
    asked = {"text": "x", "plate": "晋M12345", "lon": 0.0, "lat": 0.0, field: value}
    assert client.post("/v1/permits/verify", json=asked).status_code == 422


def test_routes_are_what_these_tests_see() -> None:
    assert all(isinstance(route, APIRoute) for router in ROUTERS for route in router.routes)
