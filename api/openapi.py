"""The description of the interface: what each route answers, also when it refuses."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema

from api.access.table import ROLES, rules
from api.problems import MEDIA

_METHODS = ("get", "head", "post", "put", "patch", "delete")
# what the door answers before a route runs, and the application for any route
_OF_ANYBODY = (422, 429, 503)
_WITH_BODY = (400, 408, 413, 415)
_WORDS = {
    400: "the request cannot be read",
    401: "nobody is signed in",
    403: "the role, the key or the origin may not",
    404: "there is no such thing, or not for the caller",
    406: "it is not to be had in that form",
    408: "the body did not arrive in time",
    409: "it does not go with how things stand",
    410: "it is gone",
    412: "it was changed meanwhile",
    413: "the body is too large",
    415: "the body is of another kind",
    416: "there is no such part",
    422: "a value cannot be used",
    423: "it is locked",
    428: "If-Match is missing",
    429: "too many requests",
    503: "something that is needed does not answer",
    507: "the disk is full",
}


class FieldFault(BaseModel):
    """What is wrong with one field."""

    field: str = Field(examples=["vehicle.length_mm"])
    message: str = Field(examples=["应为大于零的数字"])


class ProblemShown(BaseModel):
    """An error, as RFC 9457 has it, in the caller's language."""

    model_config = {"extra": "allow", "title": "Problem"}

    type: str = Field(examples=["/problems/invalid"])
    title: str = Field(examples=["应为大于零的数字"])
    status: int = Field(examples=[422])
    code: str = Field(examples=["invalid"])
    errors: list[FieldFault] | None = None


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the documentation of problems with these statuses, for a route's `responses`."""
    return {
        status: {"description": _WORDS.get(status, "a problem"), "content": {MEDIA: _SCHEMA}} for status in statuses
    }


_SCHEMA = {"schema": {"$ref": "#/components/schemas/Problem"}}


def install(app: FastAPI, models: Sequence[type[BaseModel]] = (), *, cookie: str) -> None:
    """Have an application describe itself with the answers of the door, and all errors as problems.

    Args:
        app: the application.
        models: of bodies that routes read as bytes, named in their descriptions only.
        cookie: the name of a session's cookie.
    """

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=app.title, version=app.version, summary=app.summary, routes=app.routes, openapi_version="3.1.0"
            )
            _complete(schema, models, cookie)
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def _complete(schema: dict[str, Any], models: Sequence[type[BaseModel]], cookie: str) -> None:
    components = schema.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    more = [(model, "validation") for model in (ProblemShown, *models)]
    _, own = models_json_schema(more, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    schemas |= own["$defs"]
    schemas["Problem"] = schemas.pop("ProblemShown")
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    components["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "an API key"},
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": cookie,
            "description": "a person's session; changes also send X-CSRF-Token",
        },
    }
    for path in schema.get("paths", {}).values():
        for method in _METHODS:
            if method in path:
                _complete_operation(path[method])


def _complete_operation(operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    statuses = {*_OF_ANYBODY, *(_WITH_BODY if "requestBody" in operation else ())}
    rule = rules().get(operation.get("operationId", ""))
    if rule is not None:
        if set(rule.reach) != set(ROLES):
            statuses |= {401, 403}
            operation["security"] = [{"key": []}, {"session": []}]
        else:
            # a key that is wrong or lacks the scope is refused although nobody at all may ask
            statuses |= {401, 403}
            operation["security"] = [{}, {"key": []}, {"session": []}]
        operation["x-scope"] = rule.scope
        operation["x-roles"] = dict(rule.reach)
    for status, said in responses.items():
        if status.isdigit() and int(status) >= 400:  # noqa: PLR2004 - where errors begin
            said["content"] = {MEDIA: _SCHEMA}
    for status, said in answers(*statuses).items():
        responses.setdefault(str(status), said)
